package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.engine.CacheServer.Writer;
import cairn.engine.Check;
import cairn.nix.TreeReader;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a stock Nix can do with a node.
class NixClientTest {
    private static final String PATH_INFO = "path-info -r --json --closure-size";
    private static final List<String> FACTS =
            List.of(
                    "path",
                    "narHash",
                    "narSize",
                    "references",
                    "closureSize",
                    "deriver",
                    "ca",
                    "signatures");

    @TempDir private Path folder;

    private int rooms;

    @Test
    void aClosureThatWasPushedComesBackAsItWas() throws Exception {
        var closure = Nix.closure();
        String top = closure.path("curl-8.6.0");
        try (var node = Served.writable(folder.resolve("home"))) {
            var there = pushed(closure, node, top, "none");

            var fresh = Nix.in(folder.resolve("fresh"));
            fresh.text("nix", "copy", "--from", node.url(), "--no-check-sigs", top);
            for (String path : fresh.lines("nix-store", "--query", "--requisites", top)) {
                assertArrayEquals(closure.nix().dump(path), fresh.dump(path), path);
            }
            var client = Nix.in(room());
            String store = node.url();
            assertEquals(there, facts(client.elsewhere(words(PATH_INFO, store, top))));
            client.elsewhere(words("store verify -r --no-trust", store, top));
            String glibc = closure.path("glibc-2.39");
            assertTrue(client.elsewhere(words("why-depends", store, top, glibc)).contains(glibc));
            assertEquals(
                    client.elsewhere(words("store ls -R", closure.nix().root().toString(), top)),
                    client.elsewhere(words("store ls -R", store, top)));
            String version = closure.path("nss-cacert-3.98");
            assertEquals(
                    Files.readString(closure.nix().files(version)).strip(),
                    client.elsewhere(words("store cat", store, version)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"xz", "zstd", "bzip2", "gzip"})
    void takesArchivesHoweverTheyArePacked(String compression) throws Exception {
        var closure = Nix.closure();
        String path = closure.path("iana-etc-20240318");
        try (var node = Served.writable(folder.resolve("home"))) {
            pushed(closure, node, path, compression);
            var stored = node.engine().catalog().path(path.substring("/nix/store/".length(), 43));
            assertEquals(path, stored.orElseThrow().info().path().toString());
            var contents = new ArrayList<Check.Content>();
            node.engine()
                    .verify(
                            node.engine().graph().paths(),
                            TrustedKeys.NONE,
                            true,
                            Progress.NONE,
                            check -> contents.add(check.content()));
            assertEquals(List.of(Check.Content.INTACT), contents);
        }
    }

    @Test
    void aBuildTakesWhatTheNodeHasInsteadOfBuilding() throws Exception {
        var key = SecretKey.generate("builder-1", new SecureRandom());
        Path secret = Files.writeString(folder.resolve("secret"), key.export());
        Path expression = expression("greeting", "");
        try (var node = Served.writable(folder.resolve("home"))) {
            var builder = Nix.in(folder.resolve("builder"));
            String path = builder.text("nix-build", "--no-out-link", expression.toString());
            String derivation = builder.text("nix-store", "--query", "--deriver", path);
            builder.text("nix", "copy", "--to", node.url() + "?secret-key=" + secret, path);
            builder.text("nix", "store", "copy-log", "--to", node.url(), derivation);

            var client = Nix.in(folder.resolve("client"));
            // Had it to build, this would fail.
            String[] build = {
                "nix-build", "--no-out-link", expression.toString(),
                "--option", "max-jobs", "0",
                "--option", "substituters", node.url(),
                "--option", "trusted-public-keys", key.publicKey().toString()
            };
            assertEquals(path, client.text(build));
            assertArrayEquals(builder.dump(path), client.dump(path));
            assertEquals(
                    "made here",
                    client.text("nix", "log", derivation, "--option", "substituters", node.url()));
        }
    }

    /// From a third node through a second one, which has it all when the third is gone.
    @Test
    void whatWasPulledThroughANodeSurvivesWhereItCameFrom() throws Exception {
        var closure = Nix.closure();
        String top = closure.path("curl-8.6.0");
        var key = SecretKey.generate("builder-1", new SecureRandom());
        Path secret = Files.writeString(folder.resolve("secret"), key.export());
        var third = Served.writable(folder.resolve("third"));
        closure.nix()
                .forgetful(room())
                .text("nix", "copy", "--to", third.url() + "?secret-key=" + secret, top);
        var trusted = new TrustedKeys(List.of(key.publicKey()));
        try (var second = Served.drawing(folder.resolve("second"), trusted, List.of(third.url()))) {
            var first = pulled(second, top, key);
            third.close();
            var again = pulled(second, top, key);
            var paths = first.lines("nix-store", "--query", "--requisites", top);
            for (String path : paths) {
                assertArrayEquals(closure.nix().dump(path), first.dump(path), path);
                assertArrayEquals(closure.nix().dump(path), again.dump(path), path);
            }
            assertEquals(paths.size(), second.engine().catalog().count(""));
        }
    }

    /// A client with an empty store that believes one key.
    private Nix pulled(Served node, String path, SecretKey key) throws IOException {
        var client = Nix.in(room());
        client.text(
                "nix",
                "copy",
                "--from",
                node.url(),
                path,
                "--option",
                "trusted-public-keys",
                key.publicKey().toString());
        return client;
    }

    @Test
    void nothingWrongReachesAClientThroughANode() throws Exception {
        var key = SecretKey.generate("cache-1", new SecureRandom());
        String path = "/nix/store/g4pss6y41yympq9ixm4zvyrb2kyzlvkc-file";
        byte[] nar =
                FakeCache.nar(
                        new TreeReader(Files.write(folder.resolve("file"), new byte[1 << 20])));
        byte[] altered = nar.clone();
        altered[1 << 19] ^= 1;
        try (var cache = new FakeCache()) {
            cache.offer(path, nar, altered, key);
            var trusted = new TrustedKeys(List.of(key.publicKey()));
            try (var node = Served.drawing(folder.resolve("home"), trusted, List.of(cache.url()))) {
                assertThrows(IOException.class, () -> pulled(node, path, key));
                assertEquals(0, node.engine().store().statistics().blocks());
            }
        }
    }

    @Test
    void aNodeThatTrustsAKeySignsWhatThatKeyHasSigned() throws Exception {
        var builder = SecretKey.generate("builder-1", new SecureRandom());
        var own = SecretKey.generate("node-1", new SecureRandom());
        Path secret = Files.writeString(folder.resolve("secret"), builder.export());
        var trusted = new TrustedKeys(List.of(builder.publicKey()));
        var settings = Served.settings(true, List.of(), trusted, Optional.of(own), Served.LIMITS);
        try (var node = Served.with(folder.resolve("home"), settings)) {
            var nix = Nix.in(folder.resolve("builder"));
            Path signed = Files.writeString(folder.resolve("signed"), "signed");
            Path unsigned = Files.writeString(folder.resolve("unsigned"), "unsigned");
            String good = nix.text("nix", "store", "add-path", signed.toString());
            String other = nix.text("nix", "store", "add-path", unsigned.toString());
            nix.text("nix", "copy", "--to", node.url() + "?secret-key=" + secret, good);
            nix.text("nix", "copy", "--to", node.url(), other);
            assertEquals(List.of("builder-1", "node-1"), signers(node, good));
            assertEquals(List.of(), signers(node, other));
        }
    }

    @Test
    void aRealisationIsBelievedFromThoseWhoMaySaySo() throws Exception {
        var writers = List.of(new Writer("builder", true), new Writer("somebody", false));
        var settings =
                Served.settings(true, writers, TrustedKeys.NONE, Optional.empty(), Served.LIMITS);
        Path expression =
                expression(
                        "floating",
                        "__contentAddressed = true; outputHashMode = \"recursive\";"
                                + " outputHashAlgo = \"sha256\";");
        try (var node = Served.with(folder.resolve("home"), settings)) {
            var builder = Nix.in(folder.resolve("builder"));
            String path = builder.text("nix-build", "--no-out-link", expression.toString());

            push(builder, "somebody", node, expression);
            assertThrows(IOException.class, () -> substituted(node, expression));

            push(builder.forgetful(room()), "builder", node, expression);
            assertEquals(path, substituted(node, expression));
        }
    }

    @Test
    void aRealisationIsBelievedThatATrustedKeySigned() throws Exception {
        var key = SecretKey.generate("builder-1", new SecureRandom());
        Path secret = Files.writeString(folder.resolve("secret"), key.export());
        var settings =
                Served.settings(
                        true,
                        List.of(new Writer("somebody", false)),
                        new TrustedKeys(List.of(key.publicKey())),
                        Optional.empty(),
                        Served.LIMITS);
        Path expression =
                expression(
                        "floating",
                        "__contentAddressed = true; outputHashMode = \"recursive\";"
                                + " outputHashAlgo = \"sha256\";");
        try (var node = Served.with(folder.resolve("home"), settings)) {
            var builder = Nix.in(folder.resolve("builder"));
            String path =
                    builder.text(
                            "nix-build",
                            "--no-out-link",
                            expression.toString(),
                            "--option",
                            "secret-key-files",
                            secret.toString());
            push(builder, "somebody", node, expression);
            assertEquals(path, substituted(node, expression));
        }
    }

    private void push(Nix nix, String token, Served node, Path expression) throws IOException {
        Path netrc =
                Files.writeString(
                        folder.resolve("netrc-" + token),
                        "machine %s login nix password %s%n"
                                .formatted(URI.create(node.url()).getHost(), token));
        nix.text(
                "nix",
                "copy",
                "--to",
                node.url(),
                "--file",
                expression.toString(),
                "--netrc-file",
                netrc.toString());
    }

    /// The output as a fresh client that may not build comes to have it.
    private String substituted(Served node, Path expression) throws IOException {
        return Nix.in(room())
                .text(
                        "nix-build",
                        "--no-out-link",
                        expression.toString(),
                        "--option",
                        "max-jobs",
                        "0",
                        "--option",
                        "substituters",
                        node.url());
    }

    private static List<String> signers(Served node, String path) throws Exception {
        return Served.text(node.get("/" + path.substring(11, 43) + ".narinfo"))
                .lines()
                .filter(line -> line.startsWith("Sig: "))
                .map(line -> line.substring("Sig: ".length(), line.indexOf(':', 5)))
                .toList();
    }

    /// Something that busybox builds.
    private Path expression(String name, String attributes) throws IOException {
        Path busybox = Nix.closure().nix().root().resolve("busybox");
        return Files.writeString(
                folder.resolve(name + ".nix"),
                """
                let tools = builtins.path { path = %s; name = "busybox-tools"; };
                in derivation {
                  name = "%s";
                  system = builtins.currentSystem;
                  builder = "${tools}/bin/busybox";
                  args = [ "sh" "-c" "echo made here; echo hello ${tools} > $out" ];
                  %s
                }
                """
                        .formatted(busybox, name, attributes));
    }

    /// A command of Nix on another store.
    private static String[] words(String command, String store, String... targets) {
        var words = new ArrayList<>(List.of(("nix " + command).split(" ", -1)));
        words.addAll(List.of("--store", store));
        words.addAll(List.of(targets));
        return words.toArray(String[]::new);
    }

    /// Pushes a closure, and tells what Nix says of it where it comes from.
    private List<List<JsonNode>> pushed(
            Nix.Closure closure, Served node, String path, String compression) throws IOException {
        var client = closure.nix().forgetful(room());
        client.text(
                "nix",
                "copy",
                "--to",
                node.url() + "?write-nar-listing=1&compression=" + compression,
                path);
        return facts(client.elsewhere(words(PATH_INFO, closure.nix().root().toString(), path)));
    }

    /// What `nix path-info` says of paths, wherever they are.
    private static List<List<JsonNode>> facts(String json) {
        var facts = new ArrayList<List<JsonNode>>();
        for (JsonNode info : JsonMapper.shared().readTree(json)) {
            facts.add(FACTS.stream().map(info::path).toList());
        }
        return facts;
    }

    private Path room() {
        return folder.resolve("room" + rooms++);
    }
}

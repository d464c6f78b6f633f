package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.CarWriter;
import cairn.nix.NarCompression;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.remote.CarStore;
import cairn.store.PathNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Files that are looked into where they lie, and malformed ones.
class FilesTest {
    @TempDir private Path folder;
    private Cli cli;
    private String path;

    @BeforeEach
    void addATree() throws IOException {
        cli = new Cli(folder.resolve("home"));
        Path tree = Files.createDirectories(folder.resolve("tree/bin"));
        Files.writeString(tree.resolve("run"), "#!/bin/sh\n");
        assertTrue(tree.resolve("run").toFile().setExecutable(true));
        Files.write(folder.resolve("tree/big"), new byte[300_000]);
        Files.createSymbolicLink(folder.resolve("tree/link"), Path.of("bin/run"));
        path =
                cli.json("add", "--name", "demo-1.0", folder.resolve("tree").toString())
                        .get("path")
                        .asString();
    }

    @Test
    void listsForPeople() {
        assertEquals(
                List.of(
                        "-  293 KiB  big",
                        "d           bin/",
                        "x     10 B  bin/run",
                        "l           link -> bin/run"),
                cli.run("ls", "-R", path).lines());
    }

    @ParameterizedTest
    @EnumSource
    void anArchiveIsReadHoweverItIsPacked(NarCompression compression) throws IOException {
        byte[] nar = cli.run("nar", path).bytes();
        Path file = folder.resolve("x.nar" + compression.extension());
        try (OutputStream out = compression.compress(Files.newOutputStream(file))) {
            out.write(nar);
        }
        var info = cli.json("info", file.toString()).get(0);
        var stored = cli.json("info", path).get(0);
        assertEquals(stored.get("narHash"), info.get("narHash"));
        assertEquals(stored.get("narSize"), info.get("narSize"));
        assertEquals(stored.get("cids").get("tree"), info.get("tree"));
        assertEquals("#!/bin/sh\n", cli.run("cat", file + "/bin/run").out());
        assertEquals(4, cli.json("ls", "-R", file.toString()).size() + 2);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 60));
        for (String command : List.of("info", "ls", "verify")) {
            var cut = cli.run("--json", command, file.toString());
            assertEquals(4, cut.code(), command);
            assertTrue(
                    cut.errors().getFirst().get("error").asString().startsWith(file + ": "),
                    cut.err());
        }
    }

    @Test
    void anArchiveOfAPartOfADagShowsWhatIsMissing() throws IOException {
        var block = Block.of(Codec.DAG_CBOR, Bytes.ofHex("a0"));
        Cid absent = Cid.of(Codec.RAW, Bytes.utf8("absent"));
        Path car = folder.resolve("part.car");
        try (OutputStream out = Files.newOutputStream(car)) {
            var writer = CarWriter.start(out, List.of(block.cid(), absent));
            writer.put(block);
        }
        var listed = cli.json("ls", car.toString()).get("entries");
        assertEquals("missing", listed.get(absent.toString()).get("type").asString());
        assertEquals("blocks", listed.get(block.cid().toString()).get("type").asString());
    }

    @Test
    void aWrongHashInAnArchiveIsMalformed() throws IOException {
        Path car = folder.resolve("x.car");
        assertEquals(0, cli.run("car", path, "-o", car.toString()).code());
        byte[] bytes = Files.readAllBytes(car);
        bytes[bytes.length - 1] ^= 1;
        Files.write(car, bytes);
        for (String command : List.of("ls", "info", "verify")) {
            assertEquals(4, cli.run(command, car.toString()).code(), command);
        }
    }

    @Test
    void aDerivationTellsItsOwnPath() throws IOException {
        Path go = Path.of("../shared/fixtures/go-nix");
        assumeTrue(Files.isDirectory(go), "the go-nix fixtures are not at " + go);
        var derivations = new ArrayList<Path>();
        try (var files = Files.list(go)) {
            files.filter(file -> file.toString().endsWith(".drv"))
                    .sorted()
                    .forEach(derivations::add);
        }
        assertFalse(derivations.isEmpty());
        for (Path file : derivations) {
            var info = cli.json("info", file.toString()).get(0);
            assertEquals("/nix/store/" + file.getFileName(), info.get("path").asString());
            assertTrue(info.get("derivation").has("outputs"));
        }
    }

    @Test
    void aDerivationUnderAnotherNameIsDamaged() throws IOException {
        Path file = folder.resolve("00000000000000000000000000000000-x.drv");
        Files.writeString(
                file,
                """
                Derive([("out","","","")],[],[],"s","b",[],[("name","x")])\
                """);
        var found = cli.run("--json", "verify", file.toString());
        assertEquals(4, found.code());
        assertTrue(found.json().get(0).get("reason").asString().contains("this is /nix/store/"));
        Path plain = Files.move(file, folder.resolve("x.drv"));
        assertEquals(0, cli.run("verify", plain.toString()).code());
    }

    @Test
    void aDerivationListsWhatItGivesAndTakes() throws IOException {
        String zeros = "/nix/store/00000000000000000000000000000000-";
        Path file = folder.resolve("x.drv");
        Files.writeString(
                file,
                """
                Derive([("bin","%1$sx-bin","",""),("out","","r:sha256","")],[("%1$sy.drv",["dev","out"])],["%1$sz"],"s","b",[],[])\
                """
                        .formatted(zeros));
        String own = cli.json("info", file.toString()).get(0).get("path").asString();
        assertEquals(
                List.of(
                        "derivation           " + own,
                        "output      bin      " + zeros + "x-bin",
                        "output      out      follows once it is built",
                        "input       dev,out  " + zeros + "y.drv",
                        "source               " + zeros + "z"),
                cli.run("ls", file.toString()).lines());
        assertEquals(
                """
                {"type":"derivation","path":"%2$s","outputs":{"bin":"%1$sx-bin","out":null},\
                "inputDrvs":{"%1$sy.drv":["dev","out"]},"inputSrcs":["%1$sz"]}\
                """
                        .formatted(zeros, own),
                cli.json("ls", file.toString()).toString());
        assertEquals(2, cli.run("cat", file + "/bin").code());
        Files.writeString(file, "Derive(");
        assertEquals(4, cli.run("ls", file.toString()).code());
    }

    @Test
    void aNarinfoListsItsArchiveAndReferences() throws IOException {
        Path cache = folder.resolve("cache");
        assertEquals(0, cli.run("copy", "--to", "file://" + cache, path).code());
        Path file = cache.resolve(path.substring(11, 43) + ".narinfo");
        var lines = cli.run("ls", file.toString()).lines();
        assertEquals(List.of("path     " + path), lines.subList(0, 1));
        assertTrue(lines.get(1).startsWith("archive  nar/"), lines.get(1));
        assertEquals("[]", cli.json("ls", file.toString()).get("references").toString());
        Files.writeString(file, "StorePath: x");
        assertEquals(4, cli.run("ls", file.toString()).code());
    }

    @Test
    void aNarinfoIsTrustedForItsSignature() {
        Path narinfo = Path.of("../shared/fixtures/go-nix/big.narinfo");
        assumeTrue(Files.exists(narinfo), "the go-nix fixtures are not at " + narinfo);
        String key = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";
        var found = cli.json("verify", narinfo.toString(), "--trusted-key", key).get(0);
        assertEquals(
                List.of("unchecked", "trusted", key),
                List.of(
                        found.get("content").asString(),
                        found.get("trust").asString(),
                        found.get("keys").get(0).asString()));
        String other = key.replace("nixos", "other");
        assertEquals(1, cli.run("verify", narinfo.toString(), "--trusted-key", other).code());
        assertEquals(0, cli.run("verify", narinfo.toString()).code());
    }

    /// Anybody can claim a content address; it counts only where it was recomputed.
    @Test
    void aClaimedContentAddressIsRecomputed() throws IOException {
        Path cache = folder.resolve("cache");
        String uri = "file://" + cache;
        assertEquals(0, cli.run("copy", "--to", uri, path).code());
        assertEquals("unsigned", trust("--store", uri));
        assertEquals("trusted", trust("--store", uri, "--deep"));
        Path narinfo = cache.resolve(path.substring(11, 43) + ".narinfo");
        Files.writeString(
                narinfo,
                Files.readString(narinfo)
                        .replaceFirst("CA: .*", "CA: fixed:r:sha256:" + "0".repeat(52)));
        assertEquals("unsigned", trust("--store", uri, "--deep"));
    }

    @Test
    void whatIsDamagedInACacheIsToldWithItsPathAndTheCache() throws IOException {
        Path cache = folder.resolve("cache");
        String uri = "file://" + cache;
        assertEquals(0, cli.run("copy", "--to", uri, path).code());
        Path narinfo = cache.resolve(path.substring(11, 43) + ".narinfo");
        Path archive;
        try (var files = Files.list(cache.resolve("nar"))) {
            archive = files.findFirst().orElseThrow();
        }
        byte[] packed = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(packed, 60));
        assertEquals(
                List.of("zstd at byte 60: Truncated source, in %s of %s".formatted(path, uri)),
                failures(4, uri));
        Files.write(archive, packed);
        String told = Files.readString(narinfo);
        Files.writeString(
                narinfo, told.replaceFirst("NarHash: .*", "NarHash: sha256:" + "0".repeat(52)));
        for (String sentence : failures(4, uri)) {
            assertTrue(sentence.contains(path), sentence);
            assertTrue(sentence.endsWith(", in " + uri), sentence);
        }
        Files.writeString(narinfo, "junk");
        assertEquals(
                List.of(
                        "narinfo at byte 0: the last line has no end, in %s of %s"
                                .formatted(path, uri)),
                failures(4, uri));
        assertTrue(
                cli.run("copy", "--from", uri, "--all")
                        .err()
                        .endsWith(", in %s of %s\n".formatted(narinfo.getFileName(), uri)));
        Files.writeString(narinfo, told);
        Files.delete(archive);
        assertEquals(
                List.of(
                        "%s is in %s, but its archive nar/%s is not"
                                .formatted(path, uri, archive.getFileName())),
                failures(1, uri));
    }

    /// What copying the path from a cache says, to a home and to an archive.
    private List<String> failures(int code, String from) throws IOException {
        var sentences = new TreeSet<String>();
        for (String to : List.of("", "car:" + folder.resolve("other.car"))) {
            var words = new ArrayList<>(List.of("--json", "copy", "--from", from, path));
            if (!to.isEmpty()) {
                words.addAll(List.of("--to", to));
            }
            var outcome =
                    new Cli(Files.createTempDirectory(folder, "home"))
                            .run(words.toArray(String[]::new));
            assertEquals(code, outcome.code(), outcome.err());
            sentences.add(outcome.errors().getFirst().get("error").asString());
        }
        return List.copyOf(sentences);
    }

    private String trust(String... options) {
        var words = new ArrayList<>(List.of("verify", path));
        words.addAll(List.of(options));
        return cli.json(words.toArray(String[]::new)).get(0).get("trust").asString();
    }

    @Test
    void anArchiveIsDamagedWhereAPathHasAnotherHashThanItSays() throws IOException {
        String tree = cli.json("info", path).get(0).get("cids").get("tree").asString();
        var lie =
                Block.of(
                        Codec.DAG_CBOR,
                        new PathNode(
                                        StorePath.parse(path),
                                        NixHash.sha256Of(Bytes.EMPTY),
                                        1,
                                        Cid.parse(tree),
                                        List.of(),
                                        false)
                                .encode());
        Path honest = folder.resolve("honest.car");
        Path car = folder.resolve("lie.car");
        assertEquals(0, cli.run("car", path, "-o", honest.toString()).code());
        assertEquals(0, cli.run("verify", "--deep", honest.toString()).code());
        try (var store = CarStore.open(honest, CarStore.Names.NONE);
                OutputStream out = Files.newOutputStream(car)) {
            var writer = CarWriter.start(out, List.of(lie.cid()));
            writer.put(lie);
            for (Cid cid : store.blocks()) {
                writer.put(new Block(cid, store.block(cid).orElseThrow()));
            }
        }
        assertEquals(0, cli.run("verify", car.toString()).code(), "its blocks match their CIDs");
        assertEquals(4, cli.run("verify", "--deep", car.toString()).code());
    }

    @Test
    void aBlockIsCheckedWithAllThatItLeadsTo() throws IOException {
        String tree = cli.json("info", path).get(0).get("cids").get("tree").asString();
        Path whole = Files.writeString(folder.resolve("a.json"), "{\"/\": \"%s\"}".formatted(tree));
        Path part =
                Files.writeString(
                        folder.resolve("b.json"),
                        "{\"/\": \"bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e\"}");
        var cids =
                cli.run(
                                "block",
                                "put",
                                "--input-codec",
                                "dag-json",
                                "--codec",
                                "dag-cbor",
                                whole.toString(),
                                part.toString())
                        .lines();
        var checked = cli.run("--json", "verify", "--deep", cids.getFirst(), cids.getLast());
        assertEquals(1, checked.code());
        assertEquals(
                List.of("intact", "missing"),
                List.of(
                        checked.json().get(0).get("content").asString(),
                        checked.json().get(1).get("content").asString()));
        assertEquals(0, cli.run("verify", cids.getLast()).code());
    }

    @Test
    void nothingHalfWrittenIsLeftUnderTheFinalName() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        String absent = Cid.of(Codec.RAW, Bytes.utf8("absent")).toString();
        assertEquals(1, cli.run("car", absent, "-o", out.resolve("x").toString()).code());
        try (var files = Files.list(out)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void bytesAreKeptFromATerminal() throws IOException {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try (var outs = new PrintStream(out, true, UTF_8);
                var errs = new PrintStream(err, true, UTF_8)) {
            var streams = new Streams(outs, errs, true, true);
            var words = List.of("--home", cli.home().toString(), "nar", path);
            assertEquals(2, Main.run(words, Map.of(), streams));
        }
        assertEquals(0, out.size());
        assertArrayEquals(
                new String[] {
                    "cairn: this would write bytes to the terminal. Add -o FILE, or redirect the output"
                },
                err.toString(UTF_8).lines().toArray());
    }
}

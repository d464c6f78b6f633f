package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.cid.Bytes;
import cairn.nix.ContentAddress;
import cairn.nix.ContentAddress.Method;
import cairn.nix.Derivation;
import cairn.nix.Derivation.Output;
import cairn.nix.DerivationHasher;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against a store that a real Nix filled.
class NixStoreTest {
    @Test
    void knowsOfEachPathWhatNixKnows() throws IOException {
        var nix = Nix.closure().nix();
        var expected = new HashSet<PathInfo>();
        for (JsonNode path :
                new JsonMapper().readTree(nix.output("nix", "path-info", "--json", "--all"))) {
            expected.add(pathInfo(path));
        }
        try (var store = NixStore.open(nix.uri());
                var paths = store.paths()) {
            var found = new HashSet<PathInfo>();
            for (StorePath path : paths.toList()) {
                found.add(store.info(path).orElseThrow());
            }
            assertEquals(expected, found);
        }
    }

    @Test
    void tellsTheArchiveThatNixDumps() throws IOException {
        var closure = Nix.closure();
        try (var store = NixStore.open(closure.nix().uri())) {
            for (String name : List.of("hello-2.12.1", "motd-24.05", "python3-3.11.8")) {
                String path = closure.path(name);
                assertEquals(
                        Bytes.wrap(closure.nix().dump(path)),
                        archive(store.nar(StorePath.parse(path))),
                        path);
            }
        }
    }

    /// Derivations, sources, fixed outputs and builds that are addressed by their content.
    @Test
    void everyContentAddressItClaimsHolds() throws IOException {
        var methods = EnumSet.noneOf(Method.class);
        try (var store = NixStore.open(Nix.closure().nix().uri());
                var paths = store.paths()) {
            for (StorePath path : paths.toList()) {
                var info = store.info(path).orElseThrow();
                if (info.ca().isPresent()) {
                    var address = ContentAddress.parse(info.ca().get());
                    methods.add(address.method());
                    assertTrue(
                            address.holds(path, info.references(), store.nar(path)),
                            info::toString);
                }
            }
        }
        assertEquals(EnumSet.allOf(Method.class), methods);
    }

    @Test
    void findsAPathByItsHash() throws IOException {
        var closure = Nix.closure();
        StorePath top = StorePath.parse(closure.top());
        try (var store = NixStore.open(closure.nix().uri())) {
            assertEquals(Optional.of(top), store.find(top.hash()));
            assertEquals(Optional.empty(), store.find("0".repeat(32)));
            assertEquals(Optional.empty(), store.find(top.hash().substring(1)));
        }
    }

    @Test
    void hasNothingToSayOfAPathThatIsNotThere() throws IOException {
        StorePath absent = StorePath.parse("/nix/store/" + "0".repeat(32) + "-absent");
        try (var store = NixStore.open(Nix.closure().nix().uri())) {
            assertEquals(Optional.empty(), store.info(absent));
            assertThrows(NoSuchFileException.class, () -> store.nar(absent));
        }
    }

    /// Nix registered a realisation for what it built, under the hash that we compute as well.
    @Test
    void findsTheRealisationsOfItsDerivations() throws IOException, SQLException {
        var nix = Nix.closure().nix();
        int found = 0;
        try (var store = NixStore.open(nix.uri());
                var paths = store.paths()) {
            var hasher = new DerivationHasher(path -> Optional.of(derivation(store, path)));
            for (StorePath path : paths.filter(StorePath::isDerivation).toList()) {
                var derivation = derivation(store, path);
                var hash = hasher.hash(path, derivation).orElseThrow();
                for (var output : derivation.outputs().entrySet()) {
                    String id = new Realisation.Id(hash, output.getKey()).toString();
                    var json = store.realisation(id);
                    if (json.isPresent()) {
                        found++;
                        var realisation = Realisation.decode(StorePath.NIX_STORE, json.get());
                        assertEquals(id, realisation.id().toString());
                        if (output.getValue() instanceof Output.InputAddressed(var stated)) {
                            assertEquals(stated, realisation.output());
                        }
                    }
                }
            }
        }
        assertEquals(count(nix, "Realisations"), found);
    }

    @Test
    void readsTheLogOfABuild() throws IOException {
        var closure = Nix.closure();
        var nix = closure.nix();
        try (var store = NixStore.open(nix.uri())) {
            StorePath built = StorePath.parse(closure.path("curl-8.6.0"));
            StorePath derivation = store.info(built).flatMap(PathInfo::deriver).orElseThrow();
            assertEquals(
                    Optional.of(
                            Bytes.wrap(
                                    nix.output("nix-store", "--read-log", derivation.toString()))),
                    store.log(derivation));
            assertEquals(Optional.empty(), store.log(built));
        }
    }

    /// Files that SQLite left there could keep the store's owner from writing.
    @Test
    void leavesTheFolderOfTheDatabaseAsItWas(@TempDir Path folder) throws IOException {
        var nix = Nix.in(folder.resolve("root"));
        Path file = Files.writeString(folder.resolve("note.txt"), "hello");
        String path = nix.text("nix-store", "--add", file.toString());
        Path database = nix.root().resolve("nix/var/nix/db");
        var before = listing(database);
        try (var store = NixStore.open(nix.uri())) {
            assertEquals(
                    Optional.of(120L), store.info(StorePath.parse(path)).map(PathInfo::narSize));
            assertEquals(before, listing(database));
        }
        assertEquals(before, listing(database));
    }

    @Test
    void seesWhatWasAddedSinceItWasOpened(@TempDir Path folder) throws IOException {
        var nix = Nix.in(folder.resolve("root"));
        Path file = Files.writeString(folder.resolve("one.txt"), "one");
        nix.text("nix-store", "--add", file.toString());
        try (var store = NixStore.open(nix.uri())) {
            assertEquals(1, count(store));
            Path second = Files.writeString(folder.resolve("two.txt"), "two");
            String path = nix.text("nix-store", "--add", second.toString());
            assertEquals(2, count(store));
            assertEquals(
                    Optional.of(path),
                    store.info(StorePath.parse(path)).map(info -> info.path().toString()));
        }
    }

    @Test
    void isOnlyRead() throws IOException {
        var closure = Nix.closure();
        StorePath top = StorePath.parse(closure.top());
        try (var store = NixStore.open(closure.nix().uri())) {
            var info = store.info(top).orElseThrow();
            var content = store.nar(top);
            assertThrows(IOException.class, () -> store.put(info, content));
        }
    }

    private static PathInfo pathInfo(JsonNode json) throws IOException {
        var references = new ArrayList<StorePath>();
        for (JsonNode reference : json.path("references")) {
            references.add(StorePath.parse(reference.stringValue()));
        }
        return new PathInfo(
                StorePath.parse(json.path("path").stringValue()),
                NixHash.parse(json.path("narHash").stringValue()),
                json.path("narSize").longValue(),
                references,
                json.has("deriver")
                        ? Optional.of(StorePath.parse(json.path("deriver").stringValue()))
                        : Optional.empty(),
                StreamSupport.stream(json.path("signatures").spliterator(), false)
                        .map(JsonNode::stringValue)
                        .toList(),
                json.has("ca") ? Optional.of(json.path("ca").stringValue()) : Optional.empty());
    }

    private static Derivation derivation(NixStore store, StorePath path) throws IOException {
        return Derivation.decode(Bytes.wrap(Files.readAllBytes(store.files(path))));
    }

    private static Bytes archive(NarSource content) throws IOException {
        var out = new ByteArrayOutputStream();
        content.writeTo(new NarWriter(out));
        return Bytes.wrap(out.toByteArray());
    }

    private static int count(Nix nix, String table) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:file:%s/nix/var/nix/db/db.sqlite?immutable=1"
                                        .formatted(nix.root()));
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return rows.getInt(1);
        }
    }

    private static long count(NixStore store) throws IOException {
        try (var paths = store.paths()) {
            return paths.count();
        }
    }

    private static Set<String> listing(Path folder) throws IOException {
        var found = new HashSet<String>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                found.add(
                        "%s %d %s"
                                .formatted(
                                        file.getFileName(),
                                        Files.size(file),
                                        Files.getLastModifiedTime(file)));
            }
        }
        return found;
    }
}

package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NarListing;
import cairn.nix.NarSource;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// A cache in a folder, against the one that Nix reads and writes.
class BinaryCacheTest {
    private static final NarSource HELLO = Samples.file("hello");
    private static final StorePath NOTE = Samples.path("1", "note");

    @TempDir private Path folder;

    @Test
    void nixTakesAClosureFromWhatWeWrite() throws IOException {
        var closure = Nix.closure();
        var paths = closure.paths().stream().map(BinaryCacheTest::parse).toList();
        try (var store = NixStore.open(closure.nix().uri());
                var cache = cache("")) {
            for (StorePath path : paths) {
                cache.put(store.info(path).orElseThrow(), store.nar(path));
            }
            var taker = Nix.in(folder.resolve("taker"));
            taker.text(
                    "nix",
                    "copy",
                    "--from",
                    "file://" + folder.resolve("cache"),
                    "--no-check-sigs",
                    closure.top());
            try (var taken = NixStore.open(taker.uri())) {
                for (StorePath path : paths) {
                    assertEquals(
                            store.info(path).map(PathInfo::fingerprint),
                            taken.info(path).map(PathInfo::fingerprint));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "xz", "zstd", "bzip2", "gzip"})
    void nixTakesEachCompression(String compression) throws IOException {
        var path = motd();
        try (var store = NixStore.open(Nix.closure().nix().uri());
                var cache = cache("?compression=" + compression)) {
            cache.put(store.info(path).orElseThrow(), store.nar(path));
            assertEquals(Samples.archive(store.nar(path)), Samples.archive(cache.nar(path)));
        }
        var taker = Nix.in(folder.resolve("taker"));
        String uri = "file://" + folder.resolve("cache");
        taker.text("nix", "copy", "--from", uri, "--no-check-sigs", path.toString());
        assertTrue(Files.exists(taker.files(path.toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "xz", "zstd", "bzip2", "gzip"})
    void readsWhatNixWrites(String compression) throws IOException {
        var nix = Nix.closure().nix();
        var path = motd();
        nix.text(
                "nix",
                "copy",
                "--to",
                "file://" + folder.resolve("cache") + "?compression=" + compression,
                path.toString());
        try (var store = NixStore.open(nix.uri());
                var cache = cache("");
                var paths = cache.paths()) {
            assertEquals(List.of(path), paths.toList());
            assertEquals(Optional.of(path), cache.find(path.hash()));
            assertEquals(store.info(path), cache.info(path));
            assertEquals(Samples.archive(store.nar(path)), Samples.archive(cache.nar(path)));
        }
    }

    @Test
    void writesTheSameFilesAsNix() throws IOException {
        var nix = Nix.closure().nix();
        var path = motd();
        String parameters = "?compression=none&write-nar-listing=true";
        nix.text(
                "nix",
                "copy",
                "--to",
                "file://" + folder.resolve("theirs") + parameters,
                path.toString());
        try (var store = NixStore.open(nix.uri());
                var cache = cache(parameters)) {
            cache.put(store.info(path).orElseThrow(), store.nar(path));
        }
        var json = new JsonMapper();
        for (String name : names("cache")) {
            Path ours = folder.resolve("cache").resolve(name);
            Path theirs = folder.resolve("theirs").resolve(name);
            if (name.endsWith(".ls")) {
                assertEquals(json.readTree(theirs), json.readTree(ours));
            } else {
                assertEquals(-1, Files.mismatch(theirs, ours), name);
            }
        }
        assertEquals(names("theirs"), names("cache"));
    }

    @Test
    void aListingTellsWhereContentsAre() throws IOException {
        try (var cache = cache("?write-nar-listing=true&compression=none")) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
        }
        var listing =
                NarListing.decode(
                        Bytes.wrap(
                                Files.readAllBytes(
                                        folder.resolve("cache/" + NOTE.hash() + ".ls"))));
        assertEquals(new NarListing.Regular(5, false, 96), listing);
    }

    @Test
    void refusesAPathWhoseReferencesAreNotThere() throws IOException {
        StorePath absent = Samples.path("2", "absent");
        var info =
                new PathInfo(
                        NOTE,
                        Samples.info(NOTE, HELLO).narHash(),
                        Samples.info(NOTE, HELLO).narSize(),
                        List.of(NOTE, absent),
                        Optional.empty(),
                        List.of(),
                        Optional.empty());
        try (var cache = cache("")) {
            var e = assertThrows(IOException.class, () -> cache.put(info, HELLO));
            assertEquals(
                    "%s refers to what %s does not have: %s".formatted(NOTE, cache.uri(), absent),
                    e.getMessage());
        }
        assertEquals(Set.of("nix-cache-info"), names("cache"));
    }

    @Test
    void leavesNothingOfContentThatIsNotWhatWasSaid() throws IOException {
        NarSource other = sink -> sink.regular(false, 5, Bytes.utf8("other").toInputStream());
        NarSource broken =
                sink -> {
                    sink.directory();
                    throw new IOException("the disk is gone");
                };
        try (var cache = cache("")) {
            assertThrows(FormatException.class, () -> cache.put(Samples.info(NOTE, HELLO), other));
            assertThrows(IOException.class, () -> cache.put(Samples.info(NOTE, HELLO), broken));
            assertEquals(Optional.empty(), cache.info(NOTE));
        }
        assertEquals(Set.of("nix-cache-info"), names("cache"));
    }

    @Test
    void changesNothingOfAPathThatIsThere() throws IOException {
        NarSource unread =
                _ -> {
                    throw new AssertionError("read again");
                };
        try (var cache = cache("")) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
            cache.put(Samples.info(NOTE, HELLO), unread);
            assertEquals(Optional.of(Samples.info(NOTE, HELLO)), cache.info(NOTE));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.nar",
                "nar/../../outside.nar",
                "/etc/passwd",
                "nar//x.nar",
                "./x.nar",
                "..",
                "nar\\x.nar",
                "http://127.0.0.1/x.nar",
                "file:///etc/passwd",
                "nar/é.nar"
            })
    void looksForNoArchiveOutsideOfTheCache(String url) throws IOException {
        try (var cache = cache("?compression=none")) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
        }
        Path narInfo = folder.resolve("cache/" + NOTE.hash() + ".narinfo");
        Files.writeString(
                narInfo,
                Files.readString(narInfo)
                        .replaceFirst("URL: .*", "URL: " + url.replace("\\", "\\\\")));
        try (var cache = cache("")) {
            assertThrows(FormatException.class, () -> cache.nar(NOTE));
        }
    }

    @Test
    void refusesANarInfoOfAnotherPath() throws IOException {
        StorePath other = Samples.path("2", "other");
        try (var cache = cache("")) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
            Files.move(
                    folder.resolve("cache/" + NOTE.hash() + ".narinfo"),
                    folder.resolve("cache/" + other.hash() + ".narinfo"));
            assertThrows(FormatException.class, () -> cache.info(other));
            assertThrows(FormatException.class, () -> cache.find(other.hash()));
        }
    }

    @Test
    void doesNotMixStores() throws IOException {
        var guix = new StorePath("/gnu/store", NOTE.hash(), "note");
        try (var cache = cache("")) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
            assertEquals(Optional.empty(), cache.info(guix));
            assertThrows(IOException.class, () -> cache.put(Samples.info(guix, HELLO), HELLO));
        }
    }

    @Test
    void saysWhereThereIsNoCache() throws IOException {
        try (var cache = cache("")) {
            String problem = cache.uri() + " is no binary cache: there is no nix-cache-info";
            var e = assertThrows(IOException.class, () -> cache.info(NOTE));
            assertEquals(problem, e.getMessage());
            e = assertThrows(IOException.class, cache::paths);
            assertEquals(problem, e.getMessage());
        }
        for (String uri : List.of("file://host/x", "ftp://host", "http:///x", "https://me@host")) {
            assertThrows(FormatException.class, () -> BinaryCache.open(uri, Duration.ofSeconds(1)));
        }
    }

    @Test
    void keepsRealisationsAndLogs() throws IOException {
        var realisation =
                Realisation.decode(
                        StorePath.NIX_STORE,
                        Bytes.wrap(
                                Files.readAllBytes(
                                        Path.of(
                                                "src/test/resources/cairn/nix/realisation/ok/user-lib.doi"))));
        String id = realisation.id().toString();
        try (var cache = cache("")) {
            cache.putRealisation(realisation);
            assertEquals(Optional.of(realisation.encode()), cache.realisation(id));
            assertEquals(Optional.empty(), cache.realisation(id.replace("!lib", "!out")));
            assertThrows(FormatException.class, () -> cache.realisation("../" + id));
            Files.createDirectories(folder.resolve("cache/log"));
            Files.writeString(folder.resolve("cache/log/" + NOTE.base()), "built");
            assertEquals(Optional.of(Bytes.utf8("built")), cache.log(NOTE));
        }
    }

    @Test
    void aFolderMayHaveAnyName() throws IOException {
        Path odd = folder.resolve("a b+c%41 é");
        try (var cache = BinaryCache.open(odd.toUri().toString(), Duration.ofSeconds(1))) {
            cache.put(Samples.info(NOTE, HELLO), HELLO);
        }
        assertTrue(Files.exists(odd.resolve("nix-cache-info")));
    }

    private BinaryCache cache(String parameters) throws FormatException {
        return BinaryCache.open(
                "file://" + folder.resolve("cache") + parameters, Duration.ofSeconds(1));
    }

    private static StorePath motd() throws IOException {
        return parse(Nix.closure().path("motd-24.05"));
    }

    /// The files below a folder, by their names relative to it.
    private Set<String> names(String name) throws IOException {
        var names = new TreeSet<String>();
        Path top = folder.resolve(name);
        try (var files = Files.walk(top)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> names.add(top.relativize(file).toString()));
        }
        return names;
    }

    private static StorePath parse(String text) {
        try {
            return StorePath.parse(text);
        } catch (FormatException e) {
            throw new AssertionError(e);
        }
    }
}

package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.CarWriter;
import cairn.ipld.PbLink;
import cairn.ipld.PbNode;
import cairn.nix.NarCompression;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathNode;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What no honest store would send, by every way in: refused in one sentence, and nothing stays.
class HostileImportTest {
    private static final StorePath PATH = path(0, "hostile");
    private static final Bytes HELLO = regular(Bytes.utf8("hello"));

    @TempDir private Path folder;
    private Engine engine;
    private int files;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"));
    }

    @AfterEach
    void nothingIsThere() throws IOException {
        try (var used = engine) {
            assertEquals(List.of(), used.catalog().paths());
            assertEquals(List.of(), used.catalog().pins());
            used.store().verifyAll(Progress.NONE, found -> fail(found.toString()));
        }
    }

    static Map<String, Bytes> hostileNars() {
        var nars = new TreeMap<String, Bytes>();
        for (String name : List.of("", ".", "..", "a/b", "/", "../x", "a\0b", "n".repeat(256))) {
            nars.put("name '" + name + "'", directory(entry(name, HELLO)));
        }
        nars.put("twice", directory(entry("a", HELLO), entry("a", HELLO)));
        nars.put("unsorted", directory(entry("b", HELLO), entry("a", HELLO)));
        nars.put("unsorted by bytes", directory(entry("é", HELLO), entry("z", HELLO)));
        nars.put("through a link", directory(entry("a", link("/etc")), entry("a", HELLO)));
        nars.put("empty target", link(""));
        nars.put("target with zero", link("a\0b"));
        nars.put("long target", link("t".repeat(4096)));
        for (long size : new long[] {Long.MAX_VALUE, -1, 1L << 62, 6, 4}) {
            nars.put(
                    "%d bytes".formatted(size),
                    node("regular", "contents").concat(sized(size, Bytes.utf8("hello"))));
        }
        Bytes deep = HELLO;
        for (int i = 0; i < 2049; i++) {
            deep = directory(entry("d", deep));
        }
        nars.put("deep", deep);
        nars.put("cut off", HELLO.slice(0, HELLO.length() - 1));
        nars.put("nothing", Bytes.EMPTY);
        nars.put("more behind", HELLO.concat(Bytes.wrap(new byte[8])));
        nars.put("no node", token("("));
        nars.put("unknown", node("socket"));
        return nars;
    }

    @Test
    void aNar() throws IOException {
        for (var nar : hostileNars().entrySet()) {
            Bytes archive = archive(nar.getValue());
            refuses(nar.getKey(), () -> imported(file(".nar", archive)));
        }
        for (NarCompression compression : NarCompression.values()) {
            Path whole = pack(compression, archive(HELLO).toByteArray());
            byte[] bytes = Files.readAllBytes(whole);
            if (compression != NarCompression.NONE) {
                Path plain = file(".nar" + compression.extension(), archive(HELLO));
                refuses("not " + compression, () -> imported(plain));
            }
            for (int length = 0; length < bytes.length; length += 3) {
                Path shorter =
                        file(".nar" + compression.extension(), Bytes.copyOf(bytes, 0, length));
                refuses(compression + " cut at " + length, () -> imported(shorter));
            }
        }
    }

    @Test
    void anExport() throws IOException {
        for (var nar : hostileNars().entrySet()) {
            var export = new ByteWriter().littleEndian(1, 8).bytes(archive(nar.getValue()));
            claim(export, PATH.toString(), List.of());
            refuses(nar.getKey(), () -> imported(file("", export.toBytes())));
        }
        var other = path(1, "other").toString();
        for (List<String> said :
                List.of(
                        List.of(PATH.toString(), other),
                        List.of(PATH.toString(), "/nix/store/../../etc/passwd"),
                        List.of("/nix/store/../x"),
                        List.of(""),
                        List.of(PATH + "\0"),
                        List.of("/etc/passwd"))) {
            var export = new ByteWriter().littleEndian(1, 8).bytes(archive(HELLO));
            claim(export, said.getFirst(), said.subList(1, said.size()));
            refuses(said.toString(), () -> imported(file("", export.toBytes())));
        }
        var first = new ByteWriter().littleEndian(1, 8).bytes(archive(HELLO));
        claim(first, PATH.toString(), List.of());
        Bytes cut = first.toBytes();
        for (int length = 29; length < cut.length(); length++) {
            Bytes shorter = cut.slice(0, length);
            refuses("cut at " + length, () -> imported(file("", shorter)));
        }
        var countless =
                new ByteWriter()
                        .littleEndian(1, 8)
                        .bytes(archive(HELLO))
                        .littleEndian(0x4558494e, 8)
                        .bytes(token(PATH.toString()))
                        .littleEndian(Long.MAX_VALUE, 8);
        refuses("references", () -> imported(file("", countless.toBytes())));
    }

    /// A path that is fine, and after it one that is not: neither stays.
    @Test
    void anExportOfWhichOnePathIsFine() throws IOException {
        var export = new ByteWriter().littleEndian(1, 8).bytes(archive(HELLO));
        claim(export, PATH.toString(), List.of());
        var end = export.littleEndian(1, 8).bytes(archive(HELLO));
        claim(end, path(2, "bad").toString(), List.of(path(3, "nowhere").toString()));
        end.littleEndian(0, 8);
        refuses("second", () -> imported(file("", end.toBytes())));
    }

    @Test
    void aBinaryCache() throws IOException {
        for (var nar : hostileNars().entrySet()) {
            Bytes archive = archive(nar.getValue());
            for (long size : new long[] {archive.length(), Long.MAX_VALUE, 1}) {
                var cache = new Cache();
                cache.nar(archive);
                cache.info("NarSize", Long.toString(size));
                refuses(nar.getKey(), cache::copy);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "URL=../../etc/passwd",
                "URL=/etc/passwd",
                "URL=nar/../../../etc/passwd",
                "URL=http://127.0.0.1:1/x.nar",
                "URL=file:///etc/passwd",
                "URL=//etc/passwd",
                "URL=",
                "URL=nar/\u0000",
                "URL=nar",
                "URL=missing.nar",
                "Compression=xz",
                "Compression=zstd",
                "Compression=gzip",
                "Compression=bzip2",
                "Compression=br",
                "NarHash=sha256:0000000000000000000000000000000000000000000000000000",
                "NarHash=sha256:zzzz",
                "NarHash=sha1:0000000000000000000000000000000000000000",
                "NarHash=",
                "NarSize=0",
                "NarSize=1",
                "NarSize=-1",
                "NarSize=9223372036854775807",
                "NarSize=9223372036854775808",
                "NarSize=99999999999999999999999999",
                "NarSize=many",
                "StorePath=/nix/store/../../etc/passwd",
                "StorePath=/etc/passwd",
                "StorePath=/nix/store/00000000000000000000000000000001-other",
                "References=00000000000000000000000000000001-missing",
                "References=../../x",
                "CA=fixed:r:sha256:0000000000000000000000000000000000000000000000000000",
            })
    void aNarInfoThatLies(String lie) throws IOException {
        var cache = new Cache();
        cache.nar(archive(HELLO));
        int sign = lie.indexOf('=');
        cache.info(lie.substring(0, sign), lie.substring(sign + 1));
        refuses(lie, cache::copy);
    }

    @Test
    void narInfosThatReferToEachOther() throws IOException {
        var cache = new Cache();
        cache.nar(archive(HELLO));
        var other = path(1, "other");
        cache.info("References", other.base());
        cache.copyInfo(other, PATH.base());
        refuses("a circle", cache::copy);
    }

    /// A small file that unpacks to more than was promised, and to more than memory holds.
    @ParameterizedTest
    @EnumSource(NarCompression.class)
    void anArchiveThatUnpacksToMore(NarCompression compression) throws IOException {
        var cache = new Cache();
        Bytes content = archive(regular(Bytes.wrap(new byte[4 << 20])));
        cache.nar(content);
        cache.files(pack(compression, content.toByteArray()), compression);
        cache.info("NarSize", "1000");
        refuses(compression.toString(), cache::copy);
    }

    @Test
    void aCar() throws IOException {
        for (String name : List.of("", ".", "..", "a/b", "a\0b", "n".repeat(256))) {
            var car = new Car();
            refuses(name, () -> imported(car.of(car.directory(name, car.hello()))));
        }
        var twice = new Car();
        Cid hello = twice.hello();
        Cid both =
                twice.put(
                        Codec.DAG_PB,
                        new PbNode(
                                        List.of(
                                                new PbLink(hello, Bytes.utf8("a"), 5),
                                                new PbLink(hello, Bytes.utf8("a"), 5)),
                                        Bytes.ofHex("0801"))
                                .encode());
        refuses("twice", () -> imported(twice.of(both)));

        var deep = new Car();
        Cid tree = deep.hello();
        for (int i = 0; i < 10_000; i++) {
            tree = deep.directory("d", tree);
        }
        Cid top = tree;
        refuses("deep", () -> imported(deep.of(top)));
    }

    /// Directories that all hold the same one twice, and so 2^60 files.
    @Test
    void aCarOfFewBlocksThatStandForMany() throws IOException {
        for (long size : new long[] {1000, 1 << 20, Long.MAX_VALUE}) {
            var car = new Car();
            Cid tree = car.hello();
            for (int i = 0; i < 60; i++) {
                tree =
                        car.put(
                                Codec.DAG_PB,
                                new PbNode(
                                                List.of(
                                                        new PbLink(tree, Bytes.utf8("a"), 5),
                                                        new PbLink(tree, Bytes.utf8("b"), 5)),
                                                Bytes.ofHex("0801"))
                                        .encode());
            }
            Cid top = tree;
            var node = new PathNode(PATH, hash(HELLO), size, top, List.of(), false);
            refuses("size " + size, () -> imported(car.of(node)));
        }
    }

    @Test
    void aPathNodeThatLies() throws IOException {
        var right = archive(HELLO);
        long size = right.length();
        var car = new Car();
        Cid hello = car.hello();
        Cid other = car.put(Codec.RAW, Bytes.utf8("other"));
        Cid lost = Cid.of(Codec.RAW, Bytes.utf8("lost"));
        Cid lostNode = Cid.of(Codec.DAG_CBOR, Bytes.utf8("lost"));
        Cid noNode = car.put(Codec.DAG_CBOR, Bytes.ofHex("a0"));
        NixHash hash = hash(right);
        for (var lie :
                List.of(
                        new PathNode(PATH, hash(HELLO), size, hello, List.of(), false),
                        new PathNode(PATH, hash, size + 1, hello, List.of(), false),
                        new PathNode(PATH, hash, size - 8, hello, List.of(), false),
                        new PathNode(PATH, hash, 0, hello, List.of(), false),
                        new PathNode(PATH, hash, Long.MAX_VALUE, hello, List.of(), false),
                        new PathNode(PATH, hash, size, other, List.of(), false),
                        new PathNode(PATH, hash, size, lost, List.of(), false),
                        new PathNode(PATH, hash, size, noNode, List.of(), false),
                        new PathNode(PATH, hash, size, hello, List.of(lostNode), false),
                        new PathNode(PATH, hash, size, hello, List.of(noNode), false),
                        new PathNode(PATH, hash, size, hello, List.of(hello), false))) {
            refuses(lie.toString(), () -> imported(car.of(lie)));
        }
    }

    /// Two nodes of one path, of which one refers to the other by way of a third.
    @Test
    void pathNodesThatReferToEachOther() throws IOException {
        var right = archive(HELLO);
        var car = new Car();
        Cid hello = car.hello();
        var first = new PathNode(PATH, hash(right), right.length(), hello, List.of(), false);
        Cid firstCid = car.put(Codec.DAG_CBOR, first.encode());
        var between =
                new PathNode(
                        path(1, "between"),
                        hash(right),
                        right.length(),
                        hello,
                        List.of(firstCid),
                        false);
        Cid betweenCid = car.put(Codec.DAG_CBOR, between.encode());
        var last =
                new PathNode(PATH, hash(right), right.length(), hello, List.of(betweenCid), false);
        refuses("a circle", () -> imported(car.of(last)));
        refuses(
                "all",
                () -> {
                    try (var from = engine.open("car:" + car.of(last))) {
                        engine.copyAllIn(from, true, Progress.NONE);
                    }
                });
    }

    @Test
    void aCarOfWhichBytesAreMissing() throws IOException {
        var car = new Car();
        Path whole = car.of(car.directory("a", car.hello()));
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            Bytes shorter = Bytes.copyOf(bytes, 0, length);
            if (!isEndOfBlock(bytes, length)) {
                refuses("cut at " + length, () -> imported(file(".car", shorter)));
            }
        }
    }

    /// An altered bit is found, or makes blocks of what was a path.
    @Test
    void aCarThatWasAltered() throws IOException {
        var car = new Car();
        byte[] bytes = Files.readAllBytes(car.of(car.directory("a", car.hello())));
        try (var other = Engine.open(folder.resolve("other"))) {
            for (int at = 0; at < bytes.length; at++) {
                byte[] altered = bytes.clone();
                altered[at] ^= 0x10;
                Path file = file(".car", Bytes.wrap(altered));
                try {
                    other.importFile(file, false, Progress.NONE);
                } catch (IOException e) {
                    assertSentence("byte " + at, e);
                }
                assertEquals(List.of(), other.catalog().paths());
            }
        }
    }

    private static boolean isEndOfBlock(byte[] car, int length) {
        int at = 0;
        while (at < length) {
            int size = car[at] & 0x7f;
            int digits = 1;
            if (car[at] < 0) {
                size |= car[at + 1] << 7;
                digits = 2;
            }
            at += digits + size;
        }
        return at == length && length > 0;
    }

    private void imported(Path file) throws IOException {
        engine.importFile(file, true, Progress.NONE);
    }

    private static void refuses(String what, Executable importing) {
        assertSentence(what, assertThrows(IOException.class, importing, what));
    }

    private static void assertSentence(String what, IOException e) {
        String message = String.valueOf(e.getMessage());
        assertFalse(message.isBlank() || message.equals("null"), what);
        assertTrue(message.lines().count() == 1 && message.length() < 1100, what + ": " + message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), what + ": " + message);
    }

    private Path file(String suffix, Bytes content) throws IOException {
        return Files.write(folder.resolve("file-" + files++ + suffix), content.toByteArray());
    }

    private Path pack(NarCompression compression, byte[] content) throws IOException {
        Path file = folder.resolve("packed-" + files++ + ".nar" + compression.extension());
        try (var out = compression.compress(Files.newOutputStream(file))) {
            out.write(content);
        }
        return file;
    }

    private static StorePath path(int number, String name) {
        var digest = new byte[20];
        digest[19] = (byte) number;
        return StorePath.of(Bytes.wrap(digest), name);
    }

    private static NixHash hash(Bytes nar) {
        return NixHash.sha256Of(nar);
    }

    private static void claim(ByteWriter export, String path, List<String> references) {
        export.littleEndian(0x4558494e, 8).bytes(token(path)).littleEndian(references.size(), 8);
        references.forEach(reference -> export.bytes(token(reference)));
        export.bytes(token("")).littleEndian(0, 8);
    }

    // Archives, with no care for what they may hold.

    private static Bytes archive(Bytes node) {
        return token("nix-archive-1").concat(node);
    }

    private static Bytes node(String... tokens) {
        var out = new ByteWriter().bytes(token("(")).bytes(token("type"));
        for (String token : tokens) {
            out.bytes(token(token));
        }
        return out.toBytes();
    }

    private static Bytes regular(Bytes content) {
        return node("regular", "contents")
                .concat(sized(content.length(), content))
                .concat(token(")"));
    }

    private static Bytes link(String target) {
        return node("symlink", "target", target, ")");
    }

    private static Bytes directory(Bytes... entries) {
        var out = new ByteWriter().bytes(node("directory"));
        Stream.of(entries).forEach(out::bytes);
        return out.bytes(token(")")).toBytes();
    }

    private static Bytes entry(String name, Bytes node) {
        var out = new ByteWriter();
        Stream.of("entry", "(", "name", name, "node").forEach(text -> out.bytes(token(text)));
        return out.bytes(node).bytes(token(")")).toBytes();
    }

    private static Bytes token(String text) {
        Bytes bytes = Bytes.utf8(text);
        return sized(bytes.length(), bytes);
    }

    private static Bytes sized(long size, Bytes bytes) {
        return new ByteWriter()
                .littleEndian(size, 8)
                .bytes(bytes)
                .bytes(Bytes.wrap(new byte[-bytes.length() & 7]))
                .toBytes();
    }

    /// A cache with one path.
    private final class Cache {
        private final Path cache = folder.resolve("cache-" + files++);
        private final Map<String, String> info = new TreeMap<>();

        Cache() throws IOException {
            Files.createDirectories(cache.resolve("nar"));
            Files.writeString(cache.resolve("nix-cache-info"), "StoreDir: /nix/store\n");
            info.put("StorePath", PATH.toString());
            info.put("References", "");
        }

        void nar(Bytes nar) throws IOException {
            Files.write(cache.resolve("nar/x.nar"), nar.toByteArray());
            info.put("URL", "nar/x.nar");
            info.put("Compression", "none");
            info.put("NarHash", hash(nar).toString());
            info.put("NarSize", Integer.toString(nar.length()));
        }

        void files(Path packed, NarCompression compression) throws IOException {
            Files.copy(packed, cache.resolve("nar/packed"));
            info.put("URL", "nar/packed");
            info.put("Compression", compression.toString());
        }

        void info(String key, String value) {
            info.put(key, value);
        }

        void copyInfo(StorePath path, String references) throws IOException {
            var other = new TreeMap<>(info);
            other.put("StorePath", path.toString());
            other.put("References", references);
            write(path, other);
        }

        void copy() throws IOException {
            write(PATH, info);
            try (var from = engine.open("file://" + cache)) {
                engine.copyIn(from, List.of(PATH), true, Progress.NONE);
            }
        }

        private void write(StorePath path, Map<String, String> fields) throws IOException {
            var lines = new StringBuilder();
            fields.forEach((key, value) -> lines.append(key + ": " + value + "\n"));
            Files.writeString(cache.resolve(path.hash() + ".narinfo"), lines);
        }
    }

    /// An archive of blocks.
    private final class Car {
        private final List<Block> blocks = new ArrayList<>();

        Cid put(Codec codec, Bytes bytes) {
            var block = Block.of(codec, bytes);
            blocks.add(block);
            return block.cid();
        }

        Cid hello() {
            return put(Codec.RAW, Bytes.utf8("hello"));
        }

        Cid directory(String name, Cid child) {
            return put(
                    Codec.DAG_PB,
                    new PbNode(List.of(new PbLink(child, Bytes.utf8(name), 5)), Bytes.ofHex("0801"))
                            .encode());
        }

        Path of(Cid tree) throws IOException {
            return of(new PathNode(PATH, hash(HELLO), 1 << 20, tree, List.of(), false));
        }

        Path of(PathNode node) throws IOException {
            Path file = folder.resolve("file-" + files++ + ".car");
            try (var out = Files.newOutputStream(file)) {
                var writer = CarWriter.start(out, List.of(node.tree(), node.toBlock().cid()));
                for (Block block : blocks) {
                    writer.put(block);
                }
                writer.put(node.toBlock());
            }
            return file;
        }
    }
}

package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.CarWriter;
import cairn.ipld.PbLink;
import cairn.ipld.PbNode;
import cairn.nix.NarCompression;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathNode;
import cairn.store.Progress;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.Subtree;
import cairn.unixfs.UnixFsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small files that stand for more than memory holds, met by a process that has little of it.
class BombTest {
    private static final Bytes LEAD = Bytes.utf8("!");

    @TempDir private Path folder;

    /// Imports files and says how each ended.
    static final class Importer {
        public static void main(String[] arguments) throws IOException {
            var words = List.of(arguments);
            try (var engine = Engine.open(Path.of(words.getFirst()))) {
                for (String file : words.subList(1, words.size())) {
                    try {
                        engine.importFile(Path.of(file), true, Progress.NONE);
                        System.out.println("imported");
                    } catch (IOException e) {
                        System.out.println(
                                String.valueOf(e.getMessage())
                                        .replaceAll("[0-9]+|down to .*", "#"));
                    }
                }
                System.out.println(engine.catalog().paths().size());
            }
        }
    }

    @Test
    void refusesWhatStandsForMoreThanMemoryHolds() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx384m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Djava.io.tmpdir=" + folder,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Importer.class.getName(),
                                folder.resolve("home").toString(),
                                manyEntries().toString(),
                                sharedShards().toString(),
                                nested().toString(),
                                zeros().toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var lines = process.inputReader()) {
            assertEquals(
                    List.of(
                            "nar at byte #: directories within each other have more than # entries",
                            "unixfs at byte #: directories within each other have more than # entries, #",
                            "imported",
                            "imported",
                            "1"),
                    lines.lines().toList());
        }
        assertEquals(0, process.waitFor());
    }

    /// One directory of 1,050,000 files.
    private Path manyEntries() throws IOException {
        Path file = folder.resolve("many.nar.zst");
        try (var out = NarCompression.ZSTD.compress(Files.newOutputStream(file))) {
            var nar = new NarWriter(out);
            nar.directory();
            for (int i = 0; i < 1_050_000; i++) {
                nar.entry(Bytes.utf8("%07d".formatted(i)));
                nar.regular(false, 0, InputStream.nullInputStream());
            }
            nar.endDirectory();
        }
        return file;
    }

    /// 30 directories within each other, each of the same 40,000 files and the next one. All but a
    /// few of their shards are the same.
    private Path sharedShards() throws IOException {
        var blocks = new LinkedHashMap<Cid, Bytes>();
        var writer = new UnixFsWriter(block -> blocks.put(block.cid(), block.bytes()));
        Subtree empty = writer.file(InputStream.nullInputStream(), false);
        var entries = new ArrayList<DirectoryEntry>();
        entries.add(new DirectoryEntry(LEAD, empty));
        for (int i = 0; i < 40_000; i++) {
            entries.add(new DirectoryEntry(Bytes.utf8("f" + i), empty));
        }
        Cid first = writer.directory(entries).cid();
        Cid tree = first;
        for (int i = 0; i < 30; i++) {
            tree = leading(blocks, first, tree);
        }
        var node =
                new PathNode(
                        StorePath.of(Bytes.wrap(new byte[20]), "bomb"),
                        NixHash.sha256Of(LEAD),
                        1L << 40,
                        tree,
                        List.of(),
                        false);
        blocks.put(node.toBlock().cid(), node.encode());
        return car("shards.car", node.toBlock().cid(), blocks);
    }

    /// The same shards, but the entry LEAD leads elsewhere; only those on the way to it are new.
    private static Cid leading(Map<Cid, Bytes> blocks, Cid shard, Cid target) throws IOException {
        var node = PbNode.decode(Objects.requireNonNull(blocks.get(shard)));
        var links = new ArrayList<PbLink>();
        for (PbLink link : node.links()) {
            Cid to = link.hash();
            if (link.name().slice(2).equals(LEAD)) {
                to = target;
            } else if (link.name().length() == 2) {
                to = leading(blocks, to, target);
            }
            links.add(new PbLink(to, link.name(), link.tsize()));
        }
        if (links.equals(node.links())) {
            return shard;
        }
        var block = Block.of(Codec.DAG_PB, new PbNode(links, node.data()).encode());
        blocks.put(block.cid(), block.bytes());
        return block.cid();
    }

    /// Lists within lists, as deep as a block can hold.
    private Path nested() throws IOException {
        var deep = new ByteWriter();
        for (int i = 0; i < 1_000_000; i++) {
            deep.u8(0x81);
        }
        var block = Block.of(Codec.DAG_CBOR, deep.u8(0x80).toBytes());
        return car("nested.car", block.cid(), Map.of(block.cid(), block.bytes()));
    }

    /// 64 MiB of zeros, which is harmless.
    private Path zeros() throws IOException {
        Path file = folder.resolve("zeros.nar.zst");
        try (var out = NarCompression.ZSTD.compress(Files.newOutputStream(file))) {
            long size = 1 << 26;
            new NarWriter(out)
                    .regular(
                            false,
                            size,
                            new InputStream() {
                                private long left = size;

                                @Override
                                public int read() {
                                    throw new UnsupportedOperationException();
                                }

                                @Override
                                public int read(byte[] target, int offset, int length) {
                                    int count = (int) Math.min(left, length);
                                    left -= count;
                                    return count == 0 ? -1 : count;
                                }
                            });
        }
        return file;
    }

    private Path car(String name, Cid root, Map<Cid, Bytes> blocks) throws IOException {
        Path file = folder.resolve(name);
        try (var out = Files.newOutputStream(file)) {
            var writer = CarWriter.start(out, List.of(root));
            for (Map.Entry<Cid, Bytes> block : blocks.entrySet()) {
                writer.put(new Block(block.getKey(), block.getValue()));
            }
        }
        return file;
    }
}

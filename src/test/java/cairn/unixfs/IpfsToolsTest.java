package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Has the IPFS tools of JavaScript read what we write.
class IpfsToolsTest {
    private static final Path TOOLS = Path.of("target/tools");

    private final MemoryBlocks blocks = new MemoryBlocks();
    private final UnixFsWriter writer = new UnixFsWriter(blocks);

    @Test
    void readWhatWeWrite(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(
                Files.isDirectory(TOOLS.resolve("node_modules/ipfs-unixfs-exporter")),
                "the IPFS tools are not installed, see ./verify");
        Cid root = tree();
        for (Map.Entry<Cid, Bytes> block : blocks.blocks.entrySet()) {
            Files.write(folder.resolve(block.getKey().toString()), block.getValue().toByteArray());
        }
        assertEquals(list(folder, root), Listing.of(new UnixFsReader(blocks), root));
    }

    /// Small and large files, executable and not, symlinks, and a directory of shards.
    private Cid tree() throws IOException {
        var large = new byte[1_000_000];
        new Random(1).nextBytes(large);
        var entries = new ArrayList<DirectoryEntry>();
        for (byte[] content : List.of(new byte[0], new byte[1], large)) {
            for (boolean executable : new boolean[] {false, true}) {
                String name = "file-%d-%b".formatted(content.length, executable);
                Subtree file = writer.file(new ByteArrayInputStream(content), executable);
                entries.add(new DirectoryEntry(Bytes.utf8(name), file));
            }
        }
        entries.add(new DirectoryEntry(Bytes.utf8("link"), writer.symlink(Bytes.utf8("../x"))));
        Subtree shards = new UnixFsWriter(blocks, 0).directory(entries);
        entries.add(new DirectoryEntry(Bytes.utf8("grüße"), shards));
        entries.add(new DirectoryEntry(Bytes.utf8("empty"), writer.directory(List.of())));
        return writer.directory(entries).cid();
    }

    private static List<String> list(Path folder, Cid root)
            throws IOException, InterruptedException {
        var node =
                new ProcessBuilder(
                                "node",
                                "--input-type=module",
                                "-",
                                "list",
                                folder.toString(),
                                root.toString())
                        .directory(TOOLS.toFile())
                        .redirectInput(Listing.FIXTURES.resolve("ipfs.mjs").toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var lines = node.inputReader()) {
            List<String> listing = lines.lines().toList();
            assertEquals(0, node.waitFor());
            return listing;
        }
    }
}

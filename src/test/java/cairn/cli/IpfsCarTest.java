package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives that `ipfs-car` packs, and ours that it unpacks.
class IpfsCarTest {
    private static final Path TOOL = Path.of("target/tools/node_modules/ipfs-car/bin.js");

    @TempDir private Path folder;
    private Cli cli;
    private Path tree;
    private byte[] large;

    @BeforeEach
    void writeATree() throws IOException {
        assumeTrue(Files.exists(TOOL), "ipfs-car is not installed, see ./verify");
        cli = new Cli(folder.resolve("home"));
        tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("sub"));
        // More than ipfs-car puts into one block.
        large = new byte[3_000_000];
        new Random(1).nextBytes(large);
        Files.write(tree.resolve("large"), large);
        Files.writeString(tree.resolve("sub/grüße"), "hello");
        Files.createFile(tree.resolve("empty"));
    }

    @Test
    void importsADirectory() throws IOException, InterruptedException {
        Path car = folder.resolve("tree.car");
        String root = pack(tree, car);
        assertEquals(
                List.of(
                        "d            " + root + "/",
                        "-       0 B  " + root + "/empty",
                        "-  2.86 MiB  " + root + "/large",
                        "d            " + root + "/sub/",
                        "-       5 B  " + root + "/sub/grüße"),
                cli.run("ls", car.toString()).lines());
        assertEquals(List.of(root), cli.run("copy", car.toString()).lines());
        assertEquals(
                cli.json("ls", car.toString()).get("entries").get(root),
                cli.json("ls", "-R", root));
        assertArrayEquals(large, cli.run("cat", root + "/large").bytes());
        assertEquals("intact", cli.json("verify", "--deep", root).get(0).get("content").asString());
    }

    @Test
    void importsAFileWithAFolderAroundItOrWithout() throws IOException, InterruptedException {
        Path car = folder.resolve("file.car");
        String wrapped = pack(tree.resolve("large"), car);
        assertEquals(List.of(wrapped), cli.run("copy", car.toString()).lines());
        assertArrayEquals(large, cli.run("cat", wrapped + "/large").bytes());
        String bare = pack(tree.resolve("large"), car, "--no-wrap");
        assertEquals(List.of(bare), cli.run("copy", car.toString()).lines());
        assertArrayEquals(large, cli.run("cat", bare).bytes());
    }

    @Test
    void unpacksWhatWeWrite() throws IOException, InterruptedException {
        String path = cli.json("add", tree.toString()).get("path").asString();
        String root = cli.json("info", path).get(0).get("cids").get("tree").asString();
        Path car = folder.resolve("ours.car");
        assertEquals(0, cli.run("car", path, "-o", car.toString()).code());
        Path out = folder.resolve("out");
        run("unpack", car.toString(), "--root", root, "--output", out.toString());
        assertArrayEquals(large, Files.readAllBytes(out.resolve("large")));
        assertEquals("hello", Files.readString(out.resolve("sub/grüße")));
        assertEquals(0, Files.size(out.resolve("empty")));
    }

    /// Packs, and returns the root.
    private static String pack(Path from, Path car, String... options)
            throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("pack", from.toString(), "--output", car.toString()));
        words.addAll(List.of(options));
        return run(words.toArray(String[]::new)).getFirst();
    }

    private static List<String> run(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("node", TOOL.toString()));
        command.addAll(List.of(words));
        var node =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var lines = node.inputReader()) {
            List<String> said = lines.lines().toList();
            assertEquals(0, node.waitFor());
            return said;
        }
    }
}

package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.nix.NarCompression;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looks into files that were cut off, or altered in one place: each answer is a plain one.
class HostileFilesTest {
    private static final int VARIANTS = 60;

    @TempDir private Path folder;
    private Cli cli;
    private final Map<String, byte[]> files = new TreeMap<>();

    @BeforeEach
    void writeOneOfEachKind() throws IOException {
        cli = new Cli(folder.resolve("home"));
        Path tree = folder.resolve("tree");
        Path bin = Files.createDirectories(tree.resolve("bin"));
        Files.writeString(bin.resolve("run"), "#!/bin/sh\n");
        Files.createSymbolicLink(bin.resolve("link"), Path.of("run"));
        String path = cli.json("add", tree.toString()).get("path").asString();
        files.put("x.nar", cli.run("nar", path).bytes());
        files.put("x.car", cli.run("car", path).bytes());
        Path packed = folder.resolve("x.nar.xz");
        try (OutputStream out = NarCompression.XZ.compress(Files.newOutputStream(packed))) {
            out.write(cli.run("nar", path).bytes());
        }
        files.put("x.nar.xz", Files.readAllBytes(packed));
        Path cache = folder.resolve("cache");
        assertEquals(0, cli.run("copy", "--to", "file://" + cache, path).code());
        files.put(
                "x.narinfo",
                Files.readAllBytes(cache.resolve(path.substring(11, 43) + ".narinfo")));
        files.put(
                "x.drv",
                """
                Derive([("out","/nix/store/00000000000000000000000000000000-x","","")],\
                [("/nix/store/00000000000000000000000000000000-y.drv",["out"])],\
                ["/nix/store/00000000000000000000000000000000-z"],"system","builder",["a\\n"],\
                [("name","x"),("out","/nix/store/00000000000000000000000000000000-x")])\
                """
                        .getBytes(UTF_8));
    }

    @Test
    void areWellFormedAtFirst() throws IOException {
        for (var file : files.entrySet()) {
            assertEquals(0, worst(file.getKey(), List.of(file.getValue())));
        }
    }

    @Test
    void areMalformedWhereTheyAreCutOff() throws IOException {
        for (var file : files.entrySet()) {
            byte[] whole = file.getValue();
            // The last line of a text may lack its end, and an archive of blocks any block.
            int most = file.getKey().endsWith(".narinfo") ? whole.length / 2 : whole.length - 1;
            var cut = new ArrayList<byte[]>();
            for (int i = 0; i < VARIANTS; i++) {
                cut.add(Arrays.copyOf(whole, most * i / (VARIANTS - 1)));
            }
            assertEquals(4, worst(file.getKey(), cut));
        }
    }

    @Test
    void areMalformedOrSomethingElseWhereTheyAreAltered() throws IOException {
        var random = new Random(1);
        for (var file : files.entrySet()) {
            var altered = new ArrayList<byte[]>();
            for (int i = 0; i < VARIANTS; i++) {
                byte[] bytes = file.getValue().clone();
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                altered.add(bytes);
            }
            assertEquals(4, worst(file.getKey(), altered));
        }
    }

    /// Has files verified and told about, and returns the exit code, which is that of the worst.
    private int worst(String name, List<byte[]> contents) throws IOException {
        var words = new ArrayList<>(List.of("--json", "verify", "--deep"));
        for (int i = 0; i < contents.size(); i++) {
            Path beside = Files.createDirectories(folder.resolve("" + i));
            words.add(Files.write(beside.resolve(name), contents.get(i)).toString());
        }
        var verified = cli.run(words.toArray(String[]::new));
        words.subList(1, 3).clear();
        words.add(1, "info");
        var told = cli.run(words.toArray(String[]::new));
        assertEquals(contents.size(), verified.json().size());
        assertEquals(contents.size(), told.json().size());
        for (var outcome : List.of(verified, told)) {
            for (var error : outcome.errors()) {
                String sentence = error.get("error").asString();
                assertTrue(sentence.startsWith(folder.toString()), sentence);
                assertFalse(sentence.contains("mistake in Cairn"), sentence);
            }
        }
        return Math.max(verified.code(), told.code());
    }
}

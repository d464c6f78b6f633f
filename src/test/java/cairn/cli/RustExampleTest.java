package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.Nix;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The program in `packaging/examples/rust`, which comes out the same wherever it is built.
class RustExampleTest {
    private static final Path EXAMPLE = Path.of("packaging/examples/rust");

    @TempDir Path folder;

    @Test
    void hasTheSameCidFromTwoFoldersAtTwoTimes() throws IOException {
        String rust = sysroot();
        assertEquals(
                output(rust, "here", Instant.parse("2001-02-03T04:05:06Z")),
                output(rust, "elsewhere", Instant.parse("2021-02-03T04:05:06Z")));
    }

    /// Builds a copy in a store of its own.
    private JsonNode output(String rust, String name, Instant at) throws IOException {
        Path copy = folder.resolve(name);
        try (var files = Files.walk(EXAMPLE)) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(EXAMPLE.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                    Files.setLastModifiedTime(to, FileTime.from(at));
                }
            }
        }
        var nix = Nix.in(folder.resolve("nix-" + name));
        var seen = new ArrayList<>(List.of(rust));
        for (String place : List.of("/bin", "/usr", "/lib", "/lib64")) {
            if (Files.exists(Path.of(place))) {
                seen.add(place);
            }
        }
        var built =
                new Cli(folder.resolve("home"))
                        .run(
                                nix.environment(),
                                "--json",
                                "build",
                                "--",
                                copy.toString(),
                                "--no-out-link",
                                "--argstr",
                                "rust",
                                rust,
                                "--store",
                                nix.root().toString(),
                                "--option",
                                "sandbox-paths",
                                String.join(" ", seen));
        assertEquals(0, built.code(), built.err());
        var part = built.json().get("derivations").get(0);
        assertEquals("built", part.get("outcome").asString());
        return part.get("outputs");
    }

    /// Where the compiler of this machine is.
    private static String sysroot() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
        boolean installed =
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "rustc")));
        assumeTrue(installed, "rustc is not installed: ./verify says how to get it");
        var process =
                new ProcessBuilder("rustc", "--print", "sysroot")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String sysroot = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assumeTrue(
                Files.isExecutable(Path.of(sysroot, "bin", "cargo")), "cargo is not beside rustc");
        return sysroot;
    }
}

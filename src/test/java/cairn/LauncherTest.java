package cairn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs a copy of `./cairn` beside a JDK and a Maven that only record how they were called.
class LauncherTest {
    /// Its training run fills the cache; any other run prints what it was given.
    private static final String JAVA =
            """
            #!/bin/bash
            for word in "$@"; do
                [[ $word == -XX:AOTCacheOutput=* ]] || continue
                echo trained >>"$HOME/calls"
                echo cache >"${word#*=}"
                exit
            done
            printf '%s\\n' "$0" "$@"
            printf '%s\\n' "in $PWD" "read $(cat)"
            exit 3
            """;

    private static final String MAVEN =
            """
            #!/bin/bash
            echo built >>"$HOME/calls"
            [[ -e $HOME/broken ]] && echo 'does not compile' && exit 1
            touch "$(dirname "$2")/target/cairn.jar"
            """;

    private record Outcome(int exit, List<String> out, String err) {}

    @TempDir Path home;
    private Path root;
    private Path jar;

    @BeforeEach
    void layOut() throws IOException {
        root = home.resolve("the root");
        jar = root.resolve("target/cairn.jar");
        copy("cairn");
        copy("packaging/jdk.sh");
        Files.createDirectories(root.resolve("src/main"));
        Files.createDirectories(jar.getParent());
        Files.createFile(jar);
        script(home.resolve("bin/mvn"), MAVEN);
        jdk(home.resolve("jdk"), "25.0.1");
    }

    @Test
    void handsOnArgumentsInputFolderAndExitCode() throws Exception {
        var outcome = launch(home, root.resolve("cairn"), "ls", "a b", "*", "--json", "");
        int main = outcome.out().indexOf("cairn.cli.Main");
        assertEquals(
                List.of(
                        "cairn.cli.Main",
                        "ls",
                        "a b",
                        "*",
                        "--json",
                        "",
                        "in " + home,
                        "read input"),
                outcome.out().subList(main, outcome.out().size()));
        assertEquals(3, outcome.exit());
        assertEquals("", outcome.err());
    }

    @Test
    void startsThroughASymbolicLink() throws Exception {
        var link = Files.createSymbolicLink(home.resolve("bin/cairn"), root.resolve("cairn"));
        assertTrue(launch(home, link, "paths").out().contains(jar.toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "paths, -XX:TieredStopAtLevel=1",
        "--home copy info x, -XX:TieredStopAtLevel=1",
        "copy --help, -Xmx320m",
        "nar x, -XX:TieredStopAtLevel=1",
        "--json --home h verify --all, -Xmx320m",
        "--help copy, -XX:TieredStopAtLevel=1",
        "shot cairn:paths, -XX:+UseG1GC",
        "--home h, -XX:+UseG1GC"
    })
    void tunesTheMachineForTheCommand(String words, String flag) throws Exception {
        assertTrue(launch(home, root.resolve("cairn"), words.split(" ")).out().contains(flag));
    }

    /// Of two limits Java takes the one on its command line.
    @Test
    void leavesTheLimitOfMemoryToWhoSetsOne() throws Exception {
        String launcher = root.resolve("cairn").toString();
        var started =
                launch(home, Path.of("/usr/bin/env"), "JAVA_TOOL_OPTIONS=-Xmx2g", launcher, "copy");
        assertTrue(started.out().contains("-XX:+UseSerialGC"));
        assertFalse(started.out().contains("-Xmx320m"));
    }

    @Test
    void trainsOnceAfterEachBuild() throws Exception {
        launch(home, root.resolve("cairn"), "paths");
        var second = launch(home, root.resolve("cairn"), "info");
        assertTrue(
                second.out().contains("-XX:AOTCache=" + root.resolve("target/command-25.0.1.aot")));
        assertEquals(List.of("trained"), calls());

        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
        launch(home, root.resolve("cairn"), "paths");
        assertEquals(List.of("trained", "trained"), calls());
    }

    @Test
    void trainsForWorkApart() throws Exception {
        launch(home, root.resolve("cairn"), "paths");
        var work = launch(home, root.resolve("cairn"), "copy");
        assertTrue(work.out().contains("-XX:AOTCache=" + root.resolve("target/work-25.0.1.aot")));
        assertEquals(List.of("trained", "trained"), calls());
    }

    @Test
    void buildsWhatIsStale() throws Exception {
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        var outcome = launch(home, root.resolve("cairn"), "paths");
        assertEquals(List.of("built", "trained"), calls());
        assertEquals("cairn: building …\n", outcome.err());
        launch(home, root.resolve("cairn"), "paths");
        assertEquals(List.of("built", "trained"), calls());
    }

    @Test
    void showsWhyABuildFailed() throws Exception {
        Files.delete(jar);
        Files.createFile(home.resolve("broken"));
        assertEquals(
                new Outcome(
                        70,
                        List.of(),
                        "cairn: building …\ndoes not compile\ncairn: the build failed\n"),
                launch(home, root.resolve("cairn"), "paths"));
        assertFalse(Files.exists(jar));
    }

    @Test
    void passesOverAJdkThatIsTooOld() throws Exception {
        jdk(home.resolve("jdk"), "17.0.15");
        var newer = jdk(home, "26-ea");
        assertEquals(
                newer.toRealPath().toString(),
                launch(home, root.resolve("cairn")).out().getFirst());
    }

    private Outcome launch(Path folder, Path launcher, String... words)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(words));
        var input = Files.writeString(home.resolve("input"), "input");
        var errors = home.resolve("errors");
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(input.toFile())
                        .redirectError(errors.toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        builder.environment().merge("PATH", home.resolve("bin") + ":", (path, bin) -> bin + path);
        var process = builder.start();
        var out = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        return new Outcome(process.waitFor(), out, Files.readString(errors));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(home.resolve("calls"));
    }

    private void copy(String file) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.copy(Path.of(file), root.resolve(file));
    }

    /// Lays out a JDK, and returns its `java`.
    private static Path jdk(Path folder, String version) throws IOException {
        script(folder.resolve("bin/javac"), "#!/bin/bash\n");
        Files.writeString(
                folder.resolve("release"),
                "IMPLEMENTOR=\"Fake\"\nJAVA_VERSION=\"" + version + "\"\n");
        return script(folder.resolve("bin/java"), JAVA);
    }

    private static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }
}

package cairn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A real Nix with a store of its own: no daemon, no network, nothing shared with the machine's
/// own.
///
/// Nix names paths of the store `/nix/store/…`; their files are below [#root()]. A test that asks
/// for one is skipped, with a word, where Nix is not installed.
public final class Nix {
    private static final Path PACKAGING = Path.of("packaging").toAbsolutePath();
    private static final List<Closure> BUILT = new ArrayList<>();

    private final Path root;

    /// Where it keeps what it remembers.
    private final Path room;

    private Nix(Path root, Path room) {
        this.root = root;
        this.room = room;
    }

    /// The closure of 49 paths that `packaging/closure.sh` builds, made once and then shared: only
    /// read it.
    ///
    /// @param nix the store it is in, which has its derivations, their sources and a few more
    ///   outputs too
    /// @param top the path that all the others are dependencies of
    /// @param paths the closure of `top`, itself included, references before their referrers
    public record Closure(Nix nix, String top, List<String> paths) {
        public Closure {
            paths = List.copyOf(paths);
        }

        /// The path of the closure with this name, such as `hello-2.12.1`.
        public String path(String name) {
            return paths.stream().filter(path -> path.endsWith("-" + name)).findAny().orElseThrow();
        }

        /// The public key that signed half of the paths, as Nix writes it.
        public String publicKey() throws IOException {
            return Files.readString(nix.root.resolve("keys/cache.example.org-1.public")).strip();
        }
    }

    /// Builds the closure if this is the first use of it.
    public static Closure closure() throws IOException {
        assumeInstalled();
        synchronized (BUILT) {
            if (BUILT.isEmpty()) {
                var nix = in(Path.of("target", "closure"));
                String top = text(run(List.of(PACKAGING + "/closure.sh", nix.root.toString())));
                BUILT.add(
                        new Closure(
                                nix, top, nix.lines("nix-store", "--query", "--requisites", top)));
            }
            return BUILT.getFirst();
        }
    }

    /// A store that has no path yet, with its root in this folder.
    public static Nix in(Path folder) throws IOException {
        assumeInstalled();
        Path root = Files.createDirectories(folder).toAbsolutePath();
        return new Nix(root, root);
    }

    /// The same store for somebody who remembers nothing, such as what a cache once had.
    public Nix forgetful(Path room) {
        return new Nix(root, room);
    }

    /// The folder that has `nix/store` in it.
    public Path root() {
        return root;
    }

    /// The store as Cairn and Nix name it.
    public String uri() {
        return "local?root=" + root;
    }

    /// Where the files of a store path are.
    public Path files(String storePath) {
        return root.resolve(storePath.substring(1));
    }

    /// What the path's contents are as a NAR, according to Nix.
    public byte[] dump(String storePath) throws IOException {
        return alone(List.of("nix-store", "--dump", files(storePath).toString()));
    }

    /// What a command of Nix on this store prints.
    ///
    /// @throws IOException if the command fails, with what it said
    public byte[] output(String... command) throws IOException {
        var words = new ArrayList<>(Arrays.asList(command));
        words.addAll(List.of("--store", root.toString()));
        return alone(words);
    }

    /// What a command of Nix on this store prints, without the white space around it.
    public String text(String... command) throws IOException {
        return text(output(command));
    }

    /// What a command of Nix prints that names its store itself.
    public String elsewhere(String... command) throws IOException {
        return text(alone(List.of(command)));
    }

    /// The lines that a command of Nix on this store prints.
    public List<String> lines(String... command) throws IOException {
        return text(command).lines().toList();
    }

    /// The variables by which a command finds this Nix and nothing that is the machine's own.
    public Map<String, String> environment() throws IOException {
        var variables = new HashMap<String, String>();
        for (String variable : text(alone(List.of("env", "-0"))).split("\0", -1)) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                variables.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return variables;
    }

    private static String text(byte[] output) {
        return new String(output, UTF_8).strip();
    }

    private byte[] alone(List<String> command) throws IOException {
        var words = new ArrayList<String>();
        words.add(PACKAGING + "/nix-alone.sh");
        words.add(room.toString());
        words.addAll(command);
        return run(words);
    }

    private static byte[] run(List<String> command) throws IOException {
        Path errors = Files.createTempFile("nix", ".err");
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectError(errors.toFile())
                            .redirectInput(new File("/dev/null"))
                            .start();
            byte[] output;
            try (var out = process.getInputStream()) {
                output = out.readAllBytes();
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(
                        "%s exited with %d: %s"
                                .formatted(command, status, Files.readString(errors)));
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.delete(errors);
        }
    }

    private static void assumeInstalled() {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nix"))),
                "Nix is not installed: ./verify says how to get it");
    }
}

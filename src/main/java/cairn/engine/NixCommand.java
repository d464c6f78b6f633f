package cairn.engine;

import cairn.cid.FormatException;
import java.io.File;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A command that lets Nix build something, and the store that it builds in.
///
/// Words that begin with `nix` or `nix-build` are taken as they stand; words that begin with a
/// flake's output, such as `.#hello`, are for `nix build`, and all others for `nix-build`.
///
/// @param words the program and what it is told
/// @param storeUri the URI of the store, which is on this machine
/// @see <a href="https://nix.dev/manual/nix/latest/command-ref/nix-build.html">nix-build</a>
public record NixCommand(List<String> words, String storeUri) {
    private static final String FORMAT = "nix command";

    /// Nix tells of what it instantiates from the fifth level on; the third is what it begins with.
    private static final int TOLD = 2;

    private static final Map<String, String> FOLDERS =
            Map.of("NIX_STORE_DIR", "store", "NIX_STATE_DIR", "state", "NIX_LOG_DIR", "log");

    public NixCommand {
        words = List.copyOf(words);
    }

    /// Understands a command line.
    ///
    /// @param folder where relative paths begin
    /// @throws FormatException if nothing can be recorded of such a command
    public static NixCommand of(List<String> args, Map<String, String> environment, Path folder)
            throws FormatException {
        if (args.isEmpty()) {
            throw malformed("nothing to build: name what nix-build is to build");
        }
        for (String word : List.of("--log-format", "--dry-run", "--run-env", "--help")) {
            if (args.contains(word)) {
                throw malformed(
                        "%s does not go with a build that is recorded: run nix-build itself"
                                .formatted(word));
            }
        }
        var words = new ArrayList<>(args);
        boolean isNew = args.getFirst().equals("nix") || args.getFirst().contains("#");
        if (args.getFirst().contains("#")) {
            words.addAll(0, List.of("nix", "build"));
        } else if (!isNew && !args.getFirst().equals("nix-build")) {
            words.addFirst("nix-build");
        }
        int at = isNew ? words.indexOf("build") : 0;
        if (at < 0) {
            throw malformed("of the commands of nix only 'nix build' builds");
        }
        var flags = new ArrayList<String>(List.of("--log-format", "internal-json"));
        for (long i = -args.stream().filter("--quiet"::equals).count(); i < TOLD; i++) {
            flags.add("-v");
        }
        if (isNew && !words.contains("--json")) {
            flags.add("--json");
        }
        words.addAll(at + 1, flags);
        return new NixCommand(
                words,
                storeUri(
                        option(args, "--store").orElse(environment.getOrDefault("NIX_REMOTE", "")),
                        environment,
                        folder));
    }

    /// The URI by which we name a store that Nix names so.
    ///
    /// @throws FormatException if it is not on this machine
    static String storeUri(String store, Map<String, String> environment, Path folder)
            throws FormatException {
        if (store.startsWith("local?")) {
            return store;
        }
        var parameters = new LinkedHashMap<String, String>();
        if (store.startsWith("/") || store.startsWith(".")) {
            parameters.put("root", folder.resolve(store).normalize().toString());
        } else if (List.of("", "auto", "local", "daemon").contains(store)
                || store.startsWith("unix:")) {
            FOLDERS.forEach((variable, name) -> {
                if (!environment.getOrDefault(variable, "").isEmpty()) {
                    parameters.put(name, environment.get(variable));
                }
            });
        } else {
            throw malformed(
                    "what is built in '%s' cannot be looked at: only stores on this machine can"
                            .formatted(store));
        }
        return parameters.isEmpty()
                ? "local"
                : parameters.entrySet().stream()
                        .map(entry ->
                                entry.getKey()
                                        + "="
                                        + URLEncoder.encode(
                                                        entry.getValue(), StandardCharsets.UTF_8)
                                                .replace("+", "%20"))
                        .sorted()
                        .collect(Collectors.joining("&", "local?", ""));
    }

    /// The program's file, looked for where a shell would.
    Optional<Path> program(Map<String, String> environment) {
        String program = words.getFirst();
        return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(place -> Path.of(place, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Whether it is a `nix` with subcommands, which prints JSON.
    boolean isNew() {
        return words.getFirst().equals("nix");
    }

    /// The lowest level of what Nix says that the user wants to see: 0 is an error, 3 is usual.
    int shownLevel() {
        long more =
                words.stream().filter(word -> word.matches("-v+")).mapToInt(String::length).sum()
                        - words.stream().filter(word -> word.matches("-v+")).count()
                        + words.stream().filter("--verbose"::equals).count();
        return (int) more + 3 - TOLD - 2 * (int) words.stream().filter("--quiet"::equals).count();
    }

    /// Whether the user wants to see what builders say.
    boolean showsLog() {
        return !words.contains("-Q") && !words.contains("--no-build-output");
    }

    private static Optional<String> option(List<String> args, String name) {
        for (int i = args.size() - 2; i >= 0; i--) {
            if (args.get(i).equals(name)) {
                return Optional.of(args.get(i + 1));
            }
            if (args.get(i).equals("--option") && args.get(i + 1).equals(name.substring(2))) {
                return Optional.of(args.get(Math.min(i + 2, args.size() - 1)));
            }
        }
        return Optional.empty();
    }

    private static FormatException malformed(String problem) {
        return new FormatException(FORMAT, 0, problem);
    }
}

package cairn.cli;

import cairn.engine.Configuration;
import cairn.engine.Programs;
import cairn.nats.Permissions;
import cairn.store.Home;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = {
            "Tells what this machine has and lacks for Cairn, and how to get it.",
            "With --nats it tells which subjects a NATS server lets you use, with the settings nats.user",
            "and so on that are yours, see cairn config --help. It tries them; nothing comes of that."
        },
        footer = {
            "",
            "Examples:",
            "  cairn doctor",
            "  cairn doctor --nats                         of the server that nats.url names",
            "  cairn doctor --nats nats://127.0.0.1:4222"
        })
final class DoctorCommand implements Command {
    private static final String NATS_URL = "nats.url";
    private static final String CONFIGURED = "";
    private static final int PATIENCE_SECONDS = 10;
    private static final int FONT_FOLDERS_DEEP = 6;

    @Option(
            names = "--nats",
            paramLabel = "URL",
            arity = "0..1",
            fallbackValue = CONFIGURED,
            description = "which subjects of a NATS server are open to you")
    private @Nullable String nats;

    /// Something that a machine may have.
    ///
    /// @param found what was found, if anything
    /// @param how how to get it
    private record Part(String name, Optional<String> found, String purpose, String how) {
        Map<String, Object> fields() {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("name", name);
            fields.put("present", found.isPresent());
            fields.put("found", found);
            fields.put("purpose", purpose);
            fields.put("how", how);
            return fields;
        }
    }

    @Override
    public int run(Session session) throws Exception {
        if (nats != null) {
            return subjects(session, nats);
        }
        List<Part> parts = parts(session);
        if (session.json()) {
            session.print(parts.stream().map(Part::fields).toList());
            return ExitCode.DONE;
        }
        var rows = new ArrayList<List<String>>();
        for (Part part : parts) {
            rows.add(
                    part.found
                            .map(found -> List.of("ok", part.name, Session.shown(found)))
                            .orElse(
                                    List.of(
                                            "no",
                                            part.name,
                                            "for %s. %s".formatted(part.purpose, part.how))));
        }
        session.table(rows);
        return ExitCode.DONE;
    }

    private static int subjects(Session session, String url) throws IOException, Failure.Reported {
        var options =
                url.equals(CONFIGURED)
                        ? List.<Configuration.Option>of()
                        : List.of(new Configuration.Option(NATS_URL, "--nats", url));
        var settings =
                Configuration.read(new Home(session.home()), session.environment(), options).nats();
        if (settings.url().isEmpty()) {
            throw new Failure.Reported(
                    ExitCode.USAGE,
                    "no NATS server is named: write one behind --nats, as in"
                            + " nats://127.0.0.1:4222, or set nats.url");
        }
        var permissions = Permissions.of(settings);
        if (session.json()) {
            session.print(permissions);
            return ExitCode.DONE;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("subject", "publish", "subscribe"));
        for (var each : permissions) {
            rows.add(List.of(each.subject(), word(each.publish()), word(each.subscribe())));
        }
        session.table(rows);
        return ExitCode.DONE;
    }

    private static String word(boolean may) {
        return may ? "yes" : "no";
    }

    private static List<Part> parts(Session session) {
        return List.of(
                new Part(
                        "JDK",
                        Optional.of(
                                "%s in %s"
                                        .formatted(
                                                Runtime.version(),
                                                System.getProperty("java.home"))),
                        "everything",
                        "Install a JDK 25: https://adoptium.net"),
                new Part(
                        "home",
                        home(session.home()),
                        "the store",
                        "Name a folder that can be written: --home DIR or CAIRN_HOME"),
                new Part(
                        "Nix",
                        program(session, "nix"),
                        "building, and comparing with the original",
                        "apt install nix-bin, or https://nixos.org/download"),
                new Part(
                        "Nix store",
                        existing(Path.of("/nix/var/nix/db/db.sqlite")),
                        "copy --from local",
                        "It comes with the first thing that Nix builds"),
                new Part(
                        "nats-server",
                        program(session, "nats-server"),
                        "sharing with other nodes",
                        "apt install nats-server, or https://nats.io/download"),
                new Part(
                        "Neo4j",
                        program(session, "neo4j"),
                        "graph queries in Cypher; all else is answered without it",
                        "https://neo4j.com/deployment-center, or name a server in cairn.toml"),
                new Part(
                        "fonts",
                        fonts(session),
                        "the explorer and shot",
                        "apt install fonts-dejavu-core"),
                new Part(
                        "GTK 3",
                        gtk(),
                        "the explorer's window; shot works without",
                        "apt install libgtk-3-0"),
                new Part(
                        "display",
                        Stream.of("WAYLAND_DISPLAY", "DISPLAY")
                                .map(name -> session.environment().getOrDefault(name, ""))
                                .filter(value -> !value.isEmpty())
                                .findFirst(),
                        "the explorer's window; shot works without",
                        "Start it in a desktop session, or use ssh -X"));
    }

    private static Optional<String> home(Path home) {
        Path there = home.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return Files.isWritable(there)
                    ? Optional.of(
                            "%s, %s free"
                                    .formatted(
                                            home,
                                            Size.text(Files.getFileStore(there).getUsableSpace())))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> existing(Path file) {
        return Files.isReadable(file) ? Optional.of(file.toString()) : Optional.empty();
    }

    /// The program's version, if it is on the search path.
    private static Optional<String> program(Session session, String name) {
        return Programs.find(name, session.environment()).map(DoctorCommand::version);
    }

    private static String version(Path program) {
        try {
            var process =
                    new ProcessBuilder(program.toString(), "--version")
                            .redirectErrorStream(true)
                            .redirectInput(new File("/dev/null"))
                            .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return program + ", which does not answer";
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return "%s (%s)".formatted(said.lines().findFirst().orElse("?").strip(), program);
        } catch (IOException e) {
            return "%s, which does not start: %s".formatted(program, e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return program.toString();
        }
    }

    private static Optional<String> fonts(Session session) {
        String user = session.environment().getOrDefault("HOME", "/");
        return Stream.of(
                        Path.of("/usr/share/fonts"),
                        Path.of("/usr/local/share/fonts"),
                        Path.of(user, ".local/share/fonts"),
                        Path.of(user, ".fonts"))
                .filter(DoctorCommand::holdsFont)
                .findFirst()
                .map(Path::toString);
    }

    private static boolean holdsFont(Path folder) {
        try (Stream<Path> files =
                Files.find(
                        folder,
                        FONT_FOLDERS_DEEP,
                        (file, _) -> file.toString().matches(".*\\.(ttf|otf|ttc|pfb)"))) {
            return files.findAny().isPresent();
        } catch (IOException _) {
            return false;
        }
    }

    private static Optional<String> gtk() {
        var folders = new ArrayList<Path>();
        for (String parent : List.of("/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib")) {
            folders.add(Path.of(parent));
            try (Stream<Path> children = Files.list(Path.of(parent))) {
                children.filter(child -> child.toString().contains("-linux-"))
                        .forEach(folders::add);
            } catch (IOException _) {
                // Then there is none of this name.
            }
        }
        return folders.stream()
                .map(folder -> folder.resolve("libgtk-3.so.0"))
                .filter(Files::exists)
                .findFirst()
                .map(Path::toString);
    }
}

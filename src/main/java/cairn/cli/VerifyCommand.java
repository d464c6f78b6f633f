package cairn.cli;

import cairn.cid.FormatException;
import cairn.engine.Check;
import cairn.nix.StorePath;
import cairn.store.TreeImport;
import cairn.trust.PublicKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Checks paths and files: their contents, and who vouches for them.",
        footer = {
            "",
            "Without --deep no contents are read. Who vouches decides the exit code only where trusted",
            "keys are given.",
            "",
            "Examples:",
            "  cairn verify --all --deep       every block and every NAR hash once more",
            "  cairn verify hello --trusted-key cache.example.org-1:Base64…=",
            "  cairn verify x.car x.nar.xz     files, without importing them"
        })
final class VerifyCommand implements Command {
    @Parameters(paramLabel = "TARGET", arity = "0..*", description = "paths, names or files")
    private List<String> targets = List.of();

    @Option(names = "--all", description = "everything that the store has")
    private boolean all;

    @Option(names = "--deep", description = "reads and hashes every block and every NAR")
    private boolean deep;

    @Option(
            names = "--trusted-key",
            paramLabel = "KEY",
            description = "name:base64 of a public key that must vouch for each path")
    private List<String> keys = List.of();

    @Mixin private StoreOption store = new StoreOption();

    @Override
    public int run(Session session) throws Exception {
        if (all == !targets.isEmpty()) {
            throw new Failure.Reported(ExitCode.USAGE, "name what to verify, or say --all");
        }
        TrustedKeys trusted;
        try {
            trusted = TrustedKeys.parse(keys);
        } catch (FormatException e) {
            throw new Failure.Reported(ExitCode.USAGE, "--trusted-key: " + e.getMessage());
        }
        var entries = new ArrayList<Map<String, Object>>();
        int code = all ? all(trusted, entries, session) : some(trusted, entries, session);
        if (session.json()) {
            session.print(entries);
        } else {
            print(entries, session);
        }
        return code;
    }

    private int all(TrustedKeys trusted, List<Map<String, Object>> entries, Session session)
            throws IOException, Failure.Reported {
        try (var source = store.open(session)) {
            List<StorePath> paths;
            try (Stream<StorePath> stream = source.store().paths()) {
                paths = stream.sorted().toList();
            }
            return paths(paths, path -> path, source, trusted, entries, session);
        }
    }

    private int some(TrustedKeys trusted, List<Map<String, Object>> entries, Session session)
            throws Exception {
        int code = ExitCode.DONE;
        for (String target : targets) {
            try {
                var file = store.isGiven() ? Optional.<Outside>empty() : Outside.find(target);
                if (file.isPresent()) {
                    String found = file.get().read(() -> file(file.get()));
                    entries.add(
                            entry(
                                    target,
                                    Optional.empty(),
                                    "intact",
                                    "unsigned",
                                    List.of(),
                                    found));
                    continue;
                }
                try (var source = store.open(session)) {
                    var path = source.path(target);
                    code =
                            Math.max(
                                    code,
                                    paths(
                                            List.of(path),
                                            _ -> target,
                                            source,
                                            trusted,
                                            entries,
                                            session));
                }
            } catch (IOException | Failure.Reported e) {
                var failure = Failure.of(e);
                entries.add(
                        entry(
                                target,
                                Optional.empty(),
                                switch (failure.code()) {
                                    case ExitCode.MALFORMED -> "damaged";
                                    case ExitCode.NO -> "missing";
                                    default -> "unchecked";
                                },
                                "unsigned",
                                List.of(),
                                failure.sentence()));
                code = Math.max(code, session.report(failure));
            }
        }
        return code;
    }

    /// Names a path for whoever asked.
    @FunctionalInterface
    private interface Names {
        Object of(StorePath path);
    }

    private int paths(
            List<StorePath> paths,
            Names names,
            Source source,
            TrustedKeys trusted,
            List<Map<String, Object>> entries,
            Session session)
            throws IOException, Failure.Reported {
        var checks = new ArrayList<Check>();
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            if (source.isLocal()) {
                session.engine().verify(paths, trusted, deep, progress, checks::add);
            } else {
                session.engine()
                        .verify(source.store(), paths, trusted, deep, progress, checks::add);
            }
        }
        int code = ExitCode.DONE;
        for (Check check : checks) {
            entries.add(
                    entry(
                            names.of(check.path()),
                            Optional.of(check.path()),
                            lower(check.content()),
                            lower(check.trust()),
                            check.keys().stream().map(PublicKey::toString).toList(),
                            check.reason()));
            code = Math.max(code, code(check, !trusted.keys().isEmpty()));
        }
        return code;
    }

    private static int code(Check check, boolean trustDecides) {
        return switch (check.content()) {
            case DAMAGED -> ExitCode.MALFORMED;
            case MISSING -> ExitCode.NO;
            case INTACT, UNCHECKED ->
                    trustDecides && check.trust() != Check.Trust.TRUSTED
                            ? ExitCode.NO
                            : ExitCode.DONE;
        };
    }

    /// Reads a whole file strictly, and says what is in it.
    private static String file(Outside file) throws IOException, Failure.Reported {
        return switch (file) {
            case Outside.Archive archive -> {
                var tree = new TreeImport(_ -> {}, Long.MAX_VALUE);
                archive.content().writeTo(tree);
                yield "a well-formed NAR, " + tree.finish().narHash();
            }
            case Outside.Car car -> {
                try (var opened = car.open()) {
                    long unknown =
                            opened.blocks().stream()
                                    .filter(cid -> !cid.hash().isVerifiable())
                                    .count();
                    yield "%,d blocks match their CIDs%s"
                            .formatted(
                                    opened.blocks().size() - unknown,
                                    unknown == 0
                                            ? ""
                                            : ", %,d are unverifiable".formatted(unknown));
                }
            }
            case Outside.Narinfo _, Outside.DerivationFile _ -> {
                Map<String, Object> _ = FileInfo.of(file);
                yield "well-formed";
            }
        };
    }

    private static Map<String, Object> entry(
            Object target,
            Optional<StorePath> path,
            String content,
            String trust,
            List<String> keys,
            String reason) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("target", target);
        fields.put("path", path);
        fields.put("content", content);
        fields.put("trust", trust);
        fields.put("keys", keys);
        fields.put("reason", reason);
        return fields;
    }

    private void print(List<Map<String, Object>> entries, Session session) {
        if (entries.isEmpty()) {
            session.out().println("0 paths");
            return;
        }
        session.table(
                entries.stream()
                        .map(entry ->
                                List.of(
                                        String.valueOf(entry.get("content")),
                                        String.valueOf(entry.get("trust")),
                                        entry.get("path") instanceof Optional<?> path
                                                        && path.isPresent()
                                                ? path.get().toString()
                                                : Session.shown(
                                                        String.valueOf(entry.get("target"))),
                                        String.valueOf(entry.get("reason"))))
                        .toList());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

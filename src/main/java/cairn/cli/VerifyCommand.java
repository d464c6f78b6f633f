package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Check;
import cairn.engine.Target;
import cairn.ipld.Block;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.Progress;
import cairn.store.TreeImport;
import cairn.store.TreeNar;
import cairn.trust.TrustedKeys;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Checks paths and files: their contents, and who vouches for them.",
        footer = {
            "",
            "Without --deep no contents are read. Who vouches is judged by the keys given, else by those",
            "of the home's cairn.toml (trusted-keys), and decides the exit code only where keys are given.",
            "",
            "Examples:",
            "  cairn verify --all --deep       every block and every NAR hash once more",
            "  cairn verify --all --heal       the same, and what is damaged comes from elsewhere",
            "  cairn verify hello --trusted-key cache.example.org-1:Base64…=",
            "  cairn verify x.car x.nar.xz     files, without importing them",
            "  cairn verify x.narinfo --trusted-key cache.example.org-1:Base64…="
        })
final class VerifyCommand implements Command {
    @Parameters(paramLabel = "TARGET", arity = "0..*", description = "paths, CIDs, names or files")
    private List<String> targets = List.of();

    @Option(names = "--all", description = "everything that the store has")
    private boolean all;

    @Option(names = "--deep", description = "reads and hashes every block and every NAR")
    private boolean deep;

    @Option(
            names = "--heal",
            description =
                    "reads everything, and fetches what is damaged from other nodes (nats.url) and"
                            + " from the substituters")
    private boolean heal;

    @Option(
            names = "--trusted-key",
            paramLabel = "KEY",
            description = "name:base64 of a public key that must vouch for each path")
    private List<String> keys = List.of();

    @Mixin private StoreOption store = new StoreOption();

    @Override
    public int run(Session session) throws Exception {
        if (heal && store.isGiven()) {
            throw new Failure.Reported(ExitCode.USAGE, "only what is here can be healed");
        }
        if (all == !targets.isEmpty()) {
            throw new Failure.Reported(ExitCode.USAGE, "name what to verify, or say --all");
        }
        TrustedKeys trusted = trusted(session);
        var found = all ? all(trusted, session) : some(trusted, session);
        if (session.json()) {
            session.print(found.stream().map(Finding::fields).toList());
        } else if (found.isEmpty()) {
            session.out().println("0 paths");
        } else {
            session.table(found.stream().map(Finding::row).toList());
        }
        return found.stream()
                .mapToInt(finding -> finding.code(!keys.isEmpty()))
                .max()
                .orElse(ExitCode.DONE);
    }

    private TrustedKeys trusted(Session session) throws IOException, Failure.Reported {
        if (keys.isEmpty()) {
            return session.configuration().trustedKeys();
        }
        try {
            return TrustedKeys.parse(keys);
        } catch (FormatException e) {
            throw new Failure.Reported(ExitCode.USAGE, "--trusted-key: " + e.getMessage());
        }
    }

    private List<Finding> all(TrustedKeys trusted, Session session)
            throws IOException, Failure.Reported {
        try (var source = store.open(session)) {
            List<StorePath> paths;
            try (Stream<StorePath> stream = source.store().paths()) {
                paths = stream.sorted().toList();
            }
            return checks(paths, source, trusted, session).stream()
                    .map(check -> Finding.of(check.path().toString(), check))
                    .toList();
        }
    }

    private List<Finding> some(TrustedKeys trusted, Session session) {
        var found = new ArrayList<Finding>();
        for (String target : targets) {
            try {
                found.add(one(target, trusted, session));
            } catch (IOException | Failure.Reported e) {
                var failure = Failure.of(e);
                session.report(failure);
                found.add(Finding.of(target, failure));
            }
        }
        return found;
    }

    private Finding one(String target, TrustedKeys trusted, Session session)
            throws IOException, Failure.Reported {
        var file = store.isGiven() ? Optional.<Outside>empty() : Outside.find(target);
        if (file.isPresent()) {
            return file.get().read(() -> file(target, file.get(), trusted));
        }
        try (var source = store.open(session)) {
            if (source.resolve(target) instanceof Target.OfBlock(var cid)
                    && source.named(cid).isEmpty()) {
                return blocks(target, cid, source, session);
            }
            var path = source.path(target);
            return Finding.of(target, checks(List.of(path), source, trusted, session).getFirst());
        }
    }

    private List<Check> checks(
            List<StorePath> paths, Source source, TrustedKeys trusted, Session session)
            throws IOException, Failure.Reported {
        var checks = new ArrayList<Check>();
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            if (source.isLocal()) {
                session.engine().verify(paths, trusted, deep || heal, progress, checks::add);
                if (heal) {
                    heal(checks, trusted, progress, session);
                }
            } else {
                session.engine()
                        .verify(
                                source.store(),
                                paths,
                                trusted,
                                deep || heal,
                                progress,
                                checks::add);
            }
        }
        return checks;
    }

    /// Puts what became of the damaged ones in their places.
    private static void heal(
            List<Check> checks, TrustedKeys trusted, Progress progress, Session session)
            throws IOException, Failure.Reported {
        var healed = new HashMap<StorePath, Check>();
        var damaged =
                checks.stream()
                        .filter(check -> check.content() != Check.Content.INTACT)
                        .map(Check::path)
                        .toList();
        if (!damaged.isEmpty()) {
            session.engine()
                    .heal(damaged, trusted, progress, check -> healed.put(check.path(), check));
            checks.replaceAll(check -> healed.getOrDefault(check.path(), check));
        }
    }

    /// Checks a block that names no path, and if asked to all that it leads to.
    private Finding blocks(String target, Cid cid, Source source, Session session)
            throws IOException, Failure.Reported {
        if (!deep) {
            Block _ = source.block(cid);
            return Finding.of(target, Check.Content.UNCHECKED, "the block is here");
        }
        long blocks = 0;
        try (var progress = session.progress(ProgressLine.Unit.COUNT)) {
            var walk = new DagWalk(source.blocks(), List.of(cid));
            for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
                progress.check();
                progress.step("blocks", ++blocks, 0);
                switch (visit.get()) {
                    case Visit.Found(var block, _) -> expectMatch(block);
                    case Visit.Malformed(_, var problem) -> throw problem;
                    case Visit.Missing(var missing) ->
                            throw new Failure.Reported(
                                    ExitCode.NO, "block %s is missing".formatted(missing));
                }
            }
        }
        return Finding.of(target, Check.Content.INTACT, matching(blocks));
    }

    private static void expectMatch(Block block) throws FormatException {
        Cid cid = block.cid();
        if (cid.hash().isVerifiable() && !cid.matches(block.bytes())) {
            throw new FormatException("block", 0, "the bytes of %s do not match it".formatted(cid));
        }
    }

    /// Reads a whole file strictly, and says what is in it.
    private Finding file(String target, Outside file, TrustedKeys trusted)
            throws IOException, Failure.Reported {
        return switch (file) {
            case Outside.Archive archive ->
                    Finding.of(
                            target,
                            Check.Content.INTACT,
                            "a well-formed NAR, " + TreeImport.of(archive.content()).narHash());
            case Outside.Car car -> Finding.of(target, Check.Content.INTACT, car(car));
            case Outside.Narinfo narinfo ->
                    Finding.of(target, Check.unread(PathInfo.of(narinfo.read()), trusted, false));
            case Outside.DerivationFile derivation -> {
                StorePath path = derivation.path(derivation.read());
                if (!path.base().endsWith(derivation.name())) {
                    throw new FormatException("derivation", 0, "by its content this is " + path);
                }
                yield Finding.of(target, Check.Content.INTACT, "the derivation " + path);
            }
        };
    }

    /// Opening an archive checks its blocks; deep, what its PathNodes say is checked as well.
    private String car(Outside.Car file) throws IOException, Failure.Reported {
        try (var car = file.open()) {
            if (deep) {
                for (PathNode node : car.nodes().values()) {
                    var found = narHash(file, new TreeNar(car, node.tree()));
                    if (!found.equals(node.narHash())) {
                        throw new FormatException(
                                "nix.path/1",
                                0,
                                "the NAR of %s has the hash %s, not %s"
                                        .formatted(node.path(), found, node.narHash()));
                    }
                }
            }
            long unknown = car.blocks().stream().filter(cid -> !cid.hash().isVerifiable()).count();
            return matching(car.blocks().size() - unknown)
                    + "%s%s"
                            .formatted(
                                    unknown == 0 ? "" : ", %,d are unverifiable".formatted(unknown),
                                    deep
                                            ? ", and the NARs of %s their hashes"
                                                    .formatted(
                                                            Size.count(car.nodes().size(), "path"))
                                            : "");
        }
    }

    private static String matching(long blocks) {
        return Size.count(blocks, "block")
                + (blocks == 1 ? " matches its CID" : " match their CIDs");
    }

    private static NixHash narHash(Outside.Car file, NarSource content)
            throws IOException, Failure.Reported {
        try {
            return TreeImport.of(content).narHash();
        } catch (MissingBlockException e) {
            throw new Failure.Reported(
                    ExitCode.NO, "%s: %s".formatted(file.file(), e.getMessage()));
        }
    }
}

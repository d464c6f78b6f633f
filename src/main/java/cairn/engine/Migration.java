package cairn.engine;

import cairn.cid.FormatException;
import cairn.cid.KeySet;
import cairn.nix.StorePath;
import cairn.store.MissingReferenceException;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.Sharing;
import cairn.trust.PublicKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Gatherers;

/// Brings what a legacy store has over: a binary cache whose paths are named by SHA-256, or a Nix
/// store.
///
/// It is made by a survey, which reads what the source says of its paths and no contents; what that
/// gave is the [#plan()]. Then come, in this order and each on its own, [#bring], [#verify] and
/// [#sharing]. A path that is damaged in the source, or that it lacks, is told of, and the others
/// come over. What is here is not asked for again, so a migration that was cut off is made anew and
/// goes on where it stood. Belongs to one thread.
public final class Migration {
    /// Small, because what was not committed when the process dies has to come again.
    private static final long COMMIT_EVERY = 16 << 20;

    /// How many paths are asked for at once.
    private static final int ASKED = 16;

    /// After so many failures of the world in a row it is not for the paths that nothing comes.
    private static final int MAX_IN_A_ROW = 3;

    private final Engine engine;
    private final PathStore from;
    private final Plan plan;

    /// Whether everything is to come, and not the closures of some paths.
    private final boolean all;

    /// What can come or is here, references first.
    private final Map<StorePath, PathInfo> paths;

    /// By the 32 characters of the paths.
    private final Map<String, Failed> failed;

    private Migration(Engine engine, PathStore from, boolean all, Survey survey) {
        this.engine = engine;
        this.from = from;
        this.all = all;
        paths = survey.paths;
        failed = survey.failed;
        plan = survey.plan();
    }

    /// What a migration is going to do. Counts and bytes of NARs are exact as far as the source
    /// tells the truth, which shows when its contents are read.
    ///
    /// @param paths what the source has, as far as it can be read
    /// @param here those that are here already, with the same content
    /// @param coming those that are not
    /// @param equal those of the coming whose NAR is that of another path, here or coming: nothing
    ///   of their contents is stored again. What else de-duplicates, files and blocks, is known
    ///   only when the contents were read
    /// @param signers how many paths bear a signature in the name of a key; nothing is verified
    /// @param cannotCome what is known beforehand to stay behind
    public record Plan(
            String source,
            Amount paths,
            Amount here,
            Amount coming,
            Amount equal,
            Map<String, Long> signers,
            long unsigned,
            List<Failed> cannotCome) {
        public Plan {
            signers = Collections.unmodifiableMap(new TreeMap<>(signers));
            cannotCome = List.copyOf(cannotCome);
        }

        /// How the list of substituters names the source meanwhile: before public caches, whose
        /// priority is mostly 40.
        public String substituter() {
            return source.contains("priority=")
                    ? source
                    : source + (source.contains("?") ? "&" : "?") + "priority=30";
        }
    }

    /// Some paths, and the bytes of their NARs.
    public record Amount(long paths, long bytes) {}

    /// A path that does not come.
    ///
    /// @param path in full, or where not even that could be read its 32 characters
    public record Failed(String path, Why why, String reason) {
        private static Failed of(String path, IOException cause) {
            String reason =
                    switch (cause) {
                        case FormatException e -> e.problem();
                        case FileSystemException e ->
                                e.getFile()
                                        + " "
                                        + Objects.requireNonNullElse(e.getReason(), "is not there");
                        default -> String.valueOf(cause.getMessage());
                    };
            return new Failed(
                    path,
                    why(cause),
                    reason.startsWith(path + " ") ? reason.substring(path.length() + 1) : reason);
        }

        /// Those with something wrong about them first; the others would hide them.
        private static List<Failed> inOrder(Collection<Failed> failed) {
            return failed.stream()
                    .sorted(Comparator.comparing(each -> each.why == Why.HELD_BACK))
                    .toList();
        }

        private static Failed heldBack(StorePath path, StorePath lacking) {
            return new Failed(
                    path.toString(),
                    Why.HELD_BACK,
                    "refers to %s, which does not come".formatted(lacking));
        }

        private static Failed different(StorePath path) {
            return new Failed(
                    path.toString(), Why.DIFFERENT, "is here with other content or references");
        }

        private static Why why(IOException cause) {
            return switch (cause) {
                case FormatException _ -> Why.DAMAGED;
                case NoSuchFileException _ -> Why.LACKING;
                case FileAlreadyExistsException _ -> Why.DIFFERENT;
                case MissingReferenceException _ -> Why.HELD_BACK;
                default -> Why.UNREADABLE;
            };
        }
    }

    /// Why a path does not come.
    public enum Why {
        /// Its content, or what is said of it, is malformed or not what was promised.
        DAMAGED,
        /// The source does not have it, or not its content.
        LACKING,
        /// Something that it refers to does not come.
        HELD_BACK,
        /// A path of the same name is here, with another content.
        DIFFERENT,
        /// It could not be read, this time.
        UNREADABLE
    }

    /// What came.
    ///
    /// @param copied the paths that are here now, and what of them is new
    /// @param logs how many logs of their builds came
    /// @param realisations how many realisations came, those that nobody trusted has signed as
    ///   claims; a cache behind HTTP cannot tell which it has
    /// @param packBytes by how much all that made the packs longer
    /// @param failed what did not come, that which was known beforehand included; those that are
    ///   only held back by others behind them
    public record Brought(
            Copy.Summary copied,
            long logs,
            long realisations,
            long packBytes,
            List<Failed> failed) {
        public Brought {
            failed = List.copyOf(failed);
        }
    }

    /// What checking every path found that the source has and that is here now.
    ///
    /// @param intact how many consist of blocks that hash to their names and make the NAR that was
    ///   promised
    /// @param wrong the others
    /// @param trust how many somebody vouches for
    /// @param vouchers by which keys, of those that are trusted
    public record Statement(
            long intact,
            List<Check> wrong,
            Map<Check.Trust, Long> trust,
            Map<PublicKey, Long> vouchers) {
        public Statement {
            wrong = List.copyOf(wrong);
            trust = Map.copyOf(trust);
            vouchers = Map.copyOf(vouchers);
        }
    }

    /// Looks at everything that a source has.
    ///
    /// @throws IOException also if the source cannot tell what it has, as a cache behind HTTP
    public static Migration of(Engine engine, PathStore from, Progress progress)
            throws IOException {
        return Watch.during(progress, from::giveUp, () -> survey(engine, from, progress));
    }

    private static Migration survey(Engine engine, PathStore from, Progress progress)
            throws IOException {
        var survey = new Survey(engine, from, progress);
        List<String> hashes;
        try (var all = from.hashes()) {
            hashes = all.toList();
        }
        survey.ask(hashes, from::info, Function.identity());
        survey.run();
        return new Migration(engine, from, true, survey);
    }

    /// Looks at the closures of some paths of a source.
    public static Migration of(
            Engine engine, PathStore from, Collection<StorePath> roots, Progress progress)
            throws IOException {
        return Watch.during(progress, from::giveUp, () -> survey(engine, from, roots, progress));
    }

    private static Migration survey(
            Engine engine, PathStore from, Collection<StorePath> roots, Progress progress)
            throws IOException {
        var survey = new Survey(engine, from, progress);
        survey.ask(roots, from::info, StorePath::hash);
        for (StorePath root : roots) {
            if (!survey.infos.containsKey(root)) {
                survey.failed.putIfAbsent(
                        root.hash(),
                        new Failed(root.toString(), Why.LACKING, "is not in " + from.uri()));
            }
        }
        survey.run();
        return new Migration(engine, from, false, survey);
    }

    public Plan plan() {
        return plan;
    }

    /// Copies what is not here, and pins what nothing else of it refers to.
    ///
    /// @throws IOException if it is not for some paths that they do not come; the others that came
    ///   stay
    public Brought bring(Progress progress) throws IOException {
        return Watch.during(progress, from::giveUp, () -> copy(progress));
    }

    private Brought copy(Progress progress) throws IOException {
        long before = engine.store().statistics().packBytes();
        var copied =
                Copy.into(
                        engine.store(),
                        engine.clock(),
                        from,
                        List.copyOf(paths.values()),
                        new Copy.Manner(
                                Copy.pinning(
                                        engine.store(),
                                        engine.clock(),
                                        paths.keySet(),
                                        Copy.Pins.TOPMOST),
                                COMMIT_EVERY,
                                new Losses()),
                        progress);
        var notes = new BuildNotes(engine, from, progress);
        long logs = notes.logs(paths.values());
        return new Brought(
                copied,
                logs,
                all ? notes.realisations(engine.configuration().trustedKeys()) : 0,
                engine.store().statistics().packBytes() - before,
                Failed.inOrder(failed.values()));
    }

    /// Checks every block and every NAR of the paths that the source has and that are here now.
    public Statement verify(TrustedKeys keys, Progress progress) throws IOException {
        var wrong = new ArrayList<Check>();
        var trust = new EnumMap<Check.Trust, Long>(Check.Trust.class);
        var vouchers = new LinkedHashMap<PublicKey, Long>();
        long all = paths.size();
        engine.verify(
                List.copyOf(paths.keySet()),
                keys,
                true,
                progress,
                check -> {
                    if (check.content() != Check.Content.INTACT) {
                        wrong.add(check);
                        paths.remove(check.path());
                    }
                    trust.merge(check.trust(), 1L, Long::sum);
                    check.keys().forEach(key -> vouchers.merge(key, 1L, Long::sum));
                });
        return new Statement(all - wrong.size(), wrong, trust, vouchers);
    }

    /// What the paths that came or were here have in common; those that did not verify are left
    /// out.
    public Sharing sharing(Progress progress) throws IOException {
        return Sharing.of(engine.store(), paths.keySet(), progress);
    }

    /// Tells of paths that do not come.
    private final class Losses implements Copy.Setback {
        private int unreadable;

        @Override
        public void met(PathInfo info, IOException cause) throws IOException {
            var path = info.path();
            paths.remove(path);
            var failure =
                    cause instanceof MissingReferenceException
                            ? lacking(engine, paths, info)
                                    .map(lacking -> Failed.heldBack(path, lacking))
                                    .orElse(Failed.of(path.toString(), cause))
                            : Failed.of(path.toString(), cause);
            failed.put(path.hash(), failure);
            if (failure.why == Why.UNREADABLE && ++unreadable == MAX_IN_A_ROW) {
                throw cause;
            }
        }

        @Override
        public void passed(PathInfo info) {
            unreadable = 0;
        }
    }

    /// The first reference of a path that neither comes nor is here.
    private static Optional<StorePath> lacking(
            Engine engine, Map<StorePath, PathInfo> coming, PathInfo info) throws IOException {
        for (StorePath reference : info.dependencies()) {
            if (!coming.containsKey(reference) && !engine.local().has(reference)) {
                return Optional.of(reference);
            }
        }
        return Optional.empty();
    }

    /// What a source says of its paths, and how that stands to what is here.
    private static final class Survey {
        private final Engine engine;
        private final PathStore from;
        private final Progress progress;
        private final Map<StorePath, PathInfo> infos = new LinkedHashMap<>();
        private final Map<StorePath, StorePath> known = new HashMap<>();
        private final Map<StorePath, PathInfo> paths = new LinkedHashMap<>();
        private final Map<String, Failed> failed = new TreeMap<>();
        private final Map<String, Long> signers = new TreeMap<>();
        private final KeySet contents = new KeySet();
        private final Tally all = new Tally();
        private final Tally here = new Tally();
        private final Tally coming = new Tally();
        private final Tally equal = new Tally();
        private long unsigned;

        Survey(Engine engine, PathStore from, Progress progress) {
            this.engine = engine;
            this.from = from;
            this.progress = progress;
        }

        /// Asks the source for what it knows.
        @FunctionalInterface
        interface Question<T> {
            Optional<PathInfo> ask(T subject) throws IOException;
        }

        /// What came of asking.
        private sealed interface Answer<T> {
            record Known<T>(PathInfo info) implements Answer<T> {}

            record Unknown<T>() implements Answer<T> {}

            record Problem<T>(T subject, IOException cause) implements Answer<T> {}
        }

        /// Asks for several at once, which is quicker where each answer comes from far away.
        ///
        /// @param hash the 32 characters of what is asked for
        <T> void ask(Collection<T> subjects, Question<T> question, Function<T, String> hash)
                throws IOException {
            var answers =
                    subjects.stream()
                            .gather(Gatherers.mapConcurrent(ASKED, it -> answer(it, question)))
                            .iterator();
            while (answers.hasNext()) {
                progress.check();
                switch (answers.next()) {
                    case Answer.Known<T>(var info) -> {
                        var shared = Copy.shared(info, known);
                        infos.put(shared.path(), shared);
                        progress.step(shared.path().name(), infos.size(), 0);
                    }
                    case Answer.Unknown<T> _ -> {}
                    case Answer.Problem<T>(var subject, var cause) -> {
                        if (Failed.why(cause) == Why.UNREADABLE) {
                            throw cause;
                        }
                        failed.put(hash.apply(subject), Failed.of(subject.toString(), cause));
                    }
                }
            }
        }

        private static <T> Answer<T> answer(T subject, Question<T> question) {
            try {
                var info = question.ask(subject);
                return info.isPresent() ? new Answer.Known<>(info.get()) : new Answer.Unknown<>();
            } catch (IOException e) {
                return new Answer.Problem<>(subject, e);
            }
        }

        /// Follows references to the end, and sorts out what there is.
        void run() throws IOException {
            var asked = new HashSet<StorePath>();
            for (var level = List.copyOf(infos.values()); !level.isEmpty(); ) {
                var next = new LinkedHashSet<StorePath>();
                for (PathInfo info : level) {
                    info.references().stream()
                            .filter(path -> !infos.containsKey(path) && asked.add(path))
                            .forEach(next::add);
                }
                ask(next, from::info, StorePath::hash);
                level = next.stream().map(infos::get).filter(Objects::nonNull).toList();
            }
            known.clear();
            var all = Copy.referencesFirst(infos);
            infos.clear(); // there may be many
            for (PathInfo info : all) {
                progress.check();
                add(info);
            }
        }

        private void add(PathInfo info) throws IOException {
            all.add(info);
            sign(info);
            var known = engine.local().info(info.path());
            if (known.isPresent()) {
                if (!isSame(known.get(), info)) {
                    failed.put(info.path().hash(), Failed.different(info.path()));
                    return;
                }
                here.add(info);
                paths.put(info.path(), info);
                return;
            }
            var lacking = lacking(engine, paths, info);
            if (lacking.isPresent()) {
                failed.put(info.path().hash(), Failed.heldBack(info.path(), lacking.get()));
                return;
            }
            coming.add(info);
            paths.put(info.path(), info);
            if (!contents.add(info.narHash().digest())
                    || !engine.catalog().withNar(info.narHash()).isEmpty()) {
                equal.add(info);
            }
        }

        private static boolean isSame(PathInfo one, PathInfo other) {
            return one.narHash().equals(other.narHash())
                    && one.narSize() == other.narSize()
                    && one.references().equals(other.references());
        }

        private void sign(PathInfo info) {
            if (info.signatures().isEmpty()) {
                unsigned++;
            }
            info.signatures().stream()
                    .map(text -> text.substring(0, Math.max(0, text.indexOf(':'))))
                    .distinct()
                    .forEach(name -> signers.merge(name, 1L, Long::sum));
        }

        Plan plan() {
            return new Plan(
                    from.uri(),
                    all.amount(),
                    here.amount(),
                    coming.amount(),
                    equal.amount(),
                    signers,
                    unsigned,
                    Failed.inOrder(failed.values()));
        }
    }

    /// Counts paths.
    private static final class Tally {
        private long paths;
        private long bytes;

        void add(PathInfo info) {
            paths++;
            bytes += info.narSize();
        }

        Amount amount() {
            return new Amount(paths, bytes);
        }
    }
}

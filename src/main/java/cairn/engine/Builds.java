package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.graph.Digraph;
import cairn.ipld.BlockSource;
import cairn.ipld.CborReader;
import cairn.ipld.CborWriter;
import cairn.nix.StorePath;
import cairn.store.LocalStore;
import cairn.store.Store;
import cairn.store.Transaction;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The builds that a home knows: their records, and which of them were of one run.
///
/// Each run is one event of the topic `build`, or a few, so it comes back when the index is
/// rebuilt; its records are blocks, which are kept with all that they lead to until they are
/// forgotten. Safe for use by several threads.
///
/// ```ipldsch
/// type Event struct {               # dag-cbor
///   run String                      # the same in all events of one run, or empty; one that
///                                   # another node told of has a "/" in it
///   builds [Entry]
///   forgotten [Link]                # BuildRecords of earlier events
/// }
/// type Entry struct {
///   cid Link                        # BuildRecord
///   asked Bool                      # whether it was asked for, not only needed
///   outcome String
/// }
/// ```
public final class Builds {
    /// What the events are of; their changes tell of new builds.
    public static final String TOPIC = "build";

    private static final int BATCH = 1000;
    private static final char ELSEWHERE = '/';

    private final Store store;
    private final InstantSource clock;
    private final SequencedMap<Cid, Entry> builds = new LinkedHashMap<>();
    private final Set<Cid> roots = new LinkedHashSet<>();
    private final Map<String, Long> runs = new HashMap<>();
    private final EventReader events;

    Builds(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        events = new EventReader(store, TOPIC);
    }

    /// A build that is known here.
    ///
    /// @param asked whether it was asked for; else something that was asked for needed it
    /// @param run the same for all that were built together, greater for later ones
    public record Build(Cid cid, BuildRecord record, Outcome outcome, boolean asked, long run) {}

    /// Builds that were recorded in this home.
    ///
    /// @param cursor that of the last event that was looked at
    public record Recorded(List<Build> builds, long cursor) {
        public Recorded {
            builds = List.copyOf(builds);
        }
    }

    /// One event of the topic.
    private record Event(String run, List<Kept> builds, List<Cid> forgotten) {}

    /// What an event says of a build. Its record is read once somebody wants it.
    private static final class Entry {
        private final Cid cid;
        private final Outcome outcome;
        private final boolean asked;
        private final long run;
        private volatile @Nullable Build build;

        Entry(Kept kept, long run) {
            cid = kept.cid;
            outcome = kept.outcome;
            asked = kept.asked;
            this.run = run;
        }

        /// The build, unless its record is lost or damaged: the others can be told without it.
        Optional<Build> build(BlockSource records) throws IOException {
            if (build == null) {
                build =
                        record(cid, records)
                                .map(record -> new Build(cid, record, outcome, asked, run))
                                .orElse(null);
            }
            return Optional.ofNullable(build);
        }
    }

    /// What to list; what is empty does not matter.
    ///
    /// @param text a part of the name, or the path of the derivation
    /// @param saved whether to list also what was neither asked for nor had to run
    public record Filter(
            Optional<String> project,
            String text,
            Optional<BuildRecord.Status> status,
            boolean saved) {
        public static final Filter ALL = new Filter(Optional.empty(), "", Optional.empty(), false);

        private boolean mayAdmit(Entry entry) {
            return saved || entry.asked || entry.outcome != Outcome.SAVED;
        }

        private boolean admits(Build build) {
            var record = build.record;
            return project.filter(name -> !name.equals(record.project())).isEmpty()
                    && status.filter(wanted -> wanted != record.status()).isEmpty()
                    && (record.name().contains(text) || record.drvPath().toString().equals(text));
        }
    }

    /// One derivation of a run.
    ///
    /// @param needs the derivations of the run that it needs directly
    /// @param changes how its derivation differs from the one of its name that was built before
    public record Step(Build build, List<StorePath> needs, List<Change> changes) {
        public Step {
            needs = List.copyOf(needs);
            changes = List.copyOf(changes);
        }
    }

    /// What a run had to do, each derivation behind those that it needs.
    public record Chain(List<Step> steps) {
        public Chain {
            steps = List.copyOf(steps);
        }

        /// Those that need not be built, because a derivation came out as before.
        public List<Build> savedBy(StorePath derivation) {
            var above = new HashSet<>(Set.of(derivation));
            var saved = new ArrayList<Build>();
            for (Step step : steps) {
                if (step.needs.stream().anyMatch(above::contains)) {
                    above.add(step.build.record.drvPath());
                    if (step.build.outcome == Outcome.SAVED) {
                        saved.add(step.build);
                    }
                }
            }
            return saved;
        }
    }

    /// The builds that a filter admits, newest first.
    ///
    /// @param offset how many to leave out
    public List<Build> list(Filter filter, int offset, int limit) throws IOException {
        return newest(filter::mayAdmit, filter::admits, offset, limit);
    }

    /// How many builds [Filter#ALL] admits, those included whose records are lost; reads none.
    public synchronized int count() throws IOException {
        catchUp();
        return (int) builds.values().stream().filter(Filter.ALL::mayAdmit).count();
    }

    /// The build with this record.
    public Optional<Build> find(Cid cid) throws IOException {
        Entry entry;
        synchronized (this) {
            catchUp();
            entry = builds.get(cid.toV1());
        }
        return entry == null ? Optional.empty() : entry.build(store);
    }

    /// Whether the outputs of a build are these, and it ran.
    boolean gave(Build build, Collection<StorePath> outputs) throws IOException {
        var cids = new HashSet<Cid>();
        for (StorePath output : outputs) {
            store.catalog().path(output).ifPresent(stored -> cids.add(stored.cid()));
        }
        return build.outcome != Outcome.SAVED
                && cids.size() == outputs.size()
                && Set.copyOf(build.record.outputs().values()).equals(cids);
    }

    /// Whether a path is what another derivation gave.
    boolean isOutputOfAnother(StorePath output, StorePath derivation) throws IOException {
        var stored = store.catalog().path(output);
        return stored.isPresent()
                && !newest(
                                _ -> true,
                                build ->
                                        build.record.outputs().containsValue(stored.get().cid())
                                                && !build.record.drvPath().equals(derivation),
                                0,
                                1)
                        .isEmpty();
    }

    /// What the run of a build had to do.
    public Chain chain(Build build) throws IOException {
        List<Build> members = ofRun(build.run);
        var derivations = new Derivations(new LocalStore(store, clock));
        var makers = new HashMap<StorePath, StorePath>();
        for (Build member : members) {
            for (Cid output : member.record.outputs().values()) {
                store.catalog()
                        .named(output)
                        .forEach(path -> makers.put(path.info().path(), member.record.drvPath()));
            }
            makers.put(member.record.drvPath(), member.record.drvPath());
        }
        var steps = new ArrayList<Step>();
        for (Build member : members) {
            StorePath path = member.record.drvPath();
            var derivation = derivations.derivation(path);
            var needs = new TreeSet<StorePath>();
            var changes = List.<Change>of();
            if (derivation.isPresent()) {
                Stream.concat(
                                derivation.get().inputDerivations().keySet().stream(),
                                derivation.get().inputSources().stream())
                        .flatMap(input -> Stream.ofNullable(makers.get(input)))
                        .forEach(needs::add);
                needs.remove(path);
                var before = before(member);
                if (before.isPresent()) {
                    changes =
                            derivations
                                    .derivation(before.get().record.drvPath())
                                    .map(old -> Change.between(old, derivation.get()))
                                    .orElse(List.of());
                }
            }
            steps.add(new Step(member, List.copyOf(needs), changes));
        }
        return new Chain(inOrder(steps));
    }

    /// The build of the derivation that went by the same name before.
    private Optional<Build> before(Build build) throws IOException {
        var record = build.record;
        return newest(
                        other -> other.run < build.run,
                        other ->
                                other.record.name().equals(record.name())
                                        && other.record.project().equals(record.project())
                                        && other.record.system().equals(record.system())
                                        && !other.record.drvPath().equals(record.drvPath()),
                        0,
                        1)
                .stream()
                .findFirst();
    }

    private static List<Step> inOrder(List<Step> steps) {
        var places = new HashMap<StorePath, Integer>();
        for (int i = 0; i < steps.size(); i++) {
            places.put(steps.get(i).build.record.drvPath(), i);
        }
        var from = IntStream.builder();
        var to = IntStream.builder();
        for (int i = 0; i < steps.size(); i++) {
            for (StorePath need : steps.get(i).needs) {
                from.add(Objects.requireNonNull(places.get(need)));
                to.add(i);
            }
        }
        int[] order =
                Digraph.of(steps.size(), from.build().toArray(), to.build().toArray())
                        .topologicalOrder();
        return IntStream.of(order).mapToObj(steps::get).toList();
    }

    /// What keeps the blocks that builds lead to.
    public synchronized Collection<Cid> roots() throws IOException {
        catchUp();
        return List.copyOf(roots);
    }

    /// Some of the builds that were recorded in this home after an event and are known still, the
    /// oldest first; not those that another node told of.
    ///
    /// @param after the cursor of the event; zero is before all
    /// @return with the same cursor if there are no later events
    public Recorded recordedAfter(long after) throws IOException {
        var recorded = new ArrayList<Build>();
        long last = after;
        for (var event : store.catalog().events(TOPIC, after, BATCH)) {
            last = event.cursor();
            Event told = decode(event.data());
            if (told.run.indexOf(ELSEWHERE) < 0) {
                for (Kept kept : told.builds) {
                    find(kept.cid).ifPresent(recorded::add);
                }
            }
        }
        return new Recorded(recorded, last);
    }

    /// Keeps the record of a build that another node tells of. What the record leads to need not be
    /// here.
    ///
    /// @return whether it was not known
    public boolean adopt(BuildNews news) throws IOException {
        if (find(news.cid()).isPresent()) {
            return false;
        }
        var kept = new Kept(news.cid(), news.asked(), news.outcome());
        try (var writer = store.writer()) {
            writer.put(news.record().toBlock());
            long _ =
                    writer.commit(
                            telling(
                                    news.node() + ELSEWHERE + news.run(),
                                    List.of(kept),
                                    List.of()));
        }
        return true;
    }

    /// Leaves builds to the next collection.
    ///
    /// @return how many of them were known
    public int forget(Collection<Cid> cids) throws IOException {
        var known = new ArrayList<Cid>();
        for (Cid cid : cids) {
            find(cid).ifPresent(build -> known.add(build.cid));
        }
        if (!known.isEmpty()) {
            long _ = store.commit(telling("", List.of(), known));
        }
        return known.size();
    }

    /// A record to be kept; its block is stored already, or in the same commit.
    record Kept(Cid cid, boolean asked, Outcome outcome) {}

    /// The builds that are known of a run, newest first.
    List<Build> of(String run) throws IOException {
        long number;
        synchronized (this) {
            catchUp();
            number = runs.getOrDefault(run, 0L);
        }
        return run.isEmpty() ? List.of() : ofRun(number);
    }

    private List<Build> ofRun(long run) throws IOException {
        return newest(entry -> entry.run == run, _ -> true, 0, Integer.MAX_VALUE);
    }

    /// Says, as a part of a commit, that some builds were one run.
    ///
    /// @param run the same for others that are said to be of that run too, or empty
    /// @param replaced builds that these stand for
    Transaction.Work<Long> telling(String run, List<Kept> kept, List<Cid> replaced) {
        var out = new CborWriter().fields(3).field("run").text(run);
        out.field("builds").list(kept.size());
        for (Kept build : kept) {
            out.fields(3)
                    .field("cid")
                    .link(build.cid)
                    .field("asked")
                    .bool(build.asked)
                    .field("outcome")
                    .text(build.outcome.toString());
        }
        Bytes event = out.field("forgotten").links(replaced).toBytes();
        return transaction -> transaction.event(TOPIC, clock.instant(), event);
    }

    /// Builds, the newest first. Reads the records only of what may be wanted, and of no more than
    /// it takes; nobody waits for that but the caller.
    private List<Build> newest(
            Predicate<Entry> mayBe, Predicate<Build> wanted, int offset, int limit)
            throws IOException {
        List<Entry> entries;
        synchronized (this) {
            catchUp();
            entries = builds.sequencedValues().reversed().stream().filter(mayBe).toList();
        }
        var records = store.inOrder(); // those of a run mostly lie side by side
        var found = new ArrayList<Build>();
        int left = offset;
        for (Entry entry : entries) {
            if (found.size() == limit) {
                break;
            }
            var build = entry.build(records).filter(wanted);
            if (build.isPresent() && left-- <= 0) {
                found.add(build.get());
            }
        }
        return found;
    }

    private void catchUp() throws IOException {
        events.catchUp(event -> read(event.cursor(), event.data()));
    }

    private void read(long cursor, Bytes data) throws IOException {
        Event event = decode(data);
        long run = event.run.isEmpty() ? cursor : runs.computeIfAbsent(event.run, _ -> cursor);
        for (Kept entry : event.builds) {
            roots.add(entry.cid);
            builds.putLast(entry.cid, new Entry(entry, run));
        }
        roots.removeAll(new HashSet<>(event.forgotten));
        event.forgotten.forEach(builds::remove);
    }

    private static Event decode(Bytes data) throws FormatException {
        var in = new CborReader("build event", data);
        in.fields(3);
        String run = in.field("run").text();
        List<Kept> kept =
                in.field("builds")
                        .listOf(() -> {
                            in.fields(3);
                            return new Kept(
                                    in.field("cid").link(), in.field("asked").bool(), outcome(in));
                        });
        List<Cid> forgotten = in.field("forgotten").listOf(in::link);
        in.expectEnd();
        return new Event(run, kept, forgotten);
    }

    private static Outcome outcome(CborReader in) throws FormatException {
        String text = in.field("outcome").text();
        return Outcome.of(text).orElseThrow(() -> in.malformed("unknown outcome '" + text + "'"));
    }

    private static Optional<BuildRecord> record(Cid cid, BlockSource records) throws IOException {
        try {
            var block = records.block(cid);
            return block.isPresent()
                    ? Optional.of(BuildRecord.decode(block.get()))
                    : Optional.empty();
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}

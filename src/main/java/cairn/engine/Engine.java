package cairn.engine;

import cairn.board.Board;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.remote.CarStore;
import cairn.remote.Stores;
import cairn.store.Catalog;
import cairn.store.Home;
import cairn.store.LocalStore;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.Repaired;
import cairn.store.Roots;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The store engine of one home, and all that can be done with it. Safe for use by several threads.
public final class Engine implements AutoCloseable {
    private final Store store;
    private final InstantSource clock;
    private final Map<String, String> environment;
    private final Network network;
    private final LocalStore local;
    private final Activities activities;
    private final Demand demand = new Demand();
    private final Builds builds;
    private final Attestations attestations;
    private final Board board;
    private final Membership membership;
    private @Nullable GraphAt graph;

    /// A graph, and the last change that it knows.
    private record GraphAt(long cursor, PathGraph graph) {}

    private Engine(
            Store store, InstantSource clock, Map<String, String> environment, Network network) {
        this.network = network;
        this.store = store;
        this.clock = clock;
        this.environment = Map.copyOf(environment);
        local = new LocalStore(store, clock);
        activities = new Activities(clock);
        builds = new Builds(store, clock);
        attestations = new Attestations(store, clock);
        board = new Board(store);
        membership = new Membership(this, this.environment, network);
    }

    /// Opens the engine of a home, which is made if it is not there.
    public static Engine open(Path home) throws IOException {
        return open(home, InstantSource.system());
    }

    public static Engine open(Path home, InstantSource clock) throws IOException {
        return open(home, clock, System.getenv());
    }

    public static Engine open(Path home, InstantSource clock, Map<String, String> environment)
            throws IOException {
        return open(home, clock, environment, Network.NONE);
    }

    /// Opens the engine of a home as an environment may set it.
    ///
    /// @param environment see [Setting]
    /// @param network leads to other nodes
    /// @throws FormatException if what is set makes no sense
    public static Engine open(
            Path home, InstantSource clock, Map<String, String> environment, Network network)
            throws IOException {
        var synchronous = Configuration.synchronous(new Home(home), environment);
        return new Engine(Store.open(home, synchronous), clock, environment, network);
    }

    /// What a repair brought back, and those of the paths whose content is not what it was.
    public record Repair(Repaired index, List<Check> damaged) {}

    /// Rebuilds the index of a home from its packs, and checks the NAR of every path that came
    /// back.
    ///
    /// @throws IOException also if any process has the home open
    public static Repair repair(Path home, Progress progress) throws IOException {
        var repaired = Store.repair(home, progress);
        var damaged = new ArrayList<Check>();
        try (var engine = open(home)) {
            engine.verify(
                    engine.graph().paths(),
                    TrustedKeys.NONE,
                    true,
                    progress,
                    check -> {
                        if (check.content() != Check.Content.INTACT) {
                            damaged.add(check);
                        }
                    });
        }
        return new Repair(repaired, damaged);
    }

    public Store store() {
        return store;
    }

    public Catalog catalog() {
        return store.catalog();
    }

    /// The local engine as a store of paths. Need not be closed.
    public PathStore local() {
        return local;
    }

    public Activities activities() {
        return activities;
    }

    /// What others ask of the home.
    public Demand demand() {
        return demand;
    }

    /// Tells whether derivations can be built offline, and brings in what they lack.
    public Provision provision() {
        return new Provision(this);
    }

    /// What was built.
    public Builds builds() {
        return builds;
    }

    /// What others vouched for.
    public Attestations attestations() {
        return attestations;
    }

    /// The blackboards of the home.
    public Board board() {
        return board;
    }

    /// Goes to where other nodes meet, and away.
    public Membership membership() {
        return membership;
    }

    /// Lets Nix build something, brings what it built in, and keeps the records of the builds.
    ///
    /// @param environment the variables that Nix sees beside those of this process
    /// @throws NoSuchFileException if the program is not there, or the store that it built in
    public BuildReport build(
            NixCommand command,
            String project,
            Map<String, String> environment,
            BuildListener listener,
            Progress progress)
            throws IOException, InterruptedException {
        var realisations = new Realisations(store, configuration().trustedKeys());
        var keeper = new BuildKeeper(store, builds, realisations, clock, project);
        return new NixBuild(keeper, clock, progress).run(command, environment, listener);
    }

    /// Records the builds that Nix's post-build hook noted in the folder `queue` of the home.
    public Queued recordQueue(Progress progress) throws IOException {
        var realisations = new Realisations(store, configuration().trustedKeys());
        return new BuildQueue(
                        store.home().folder().resolve("queue"),
                        project -> new BuildKeeper(store, builds, realisations, clock, project),
                        builds,
                        progress)
                .run();
    }

    /// Tells other nodes, where a server is set at which they meet, of the builds that they were
    /// not told of yet.
    ///
    /// @return how many there were; what was not told when this fails is told the next time
    public int tellOfBuilds() throws IOException {
        return network.tellOfBuilds(this);
    }

    /// What a collection must keep beside what the store knows itself.
    public Roots roots() {
        return () -> {
            var roots = new LinkedHashSet<>(builds.roots());
            roots.addAll(attestations.roots());
            roots.addAll(board.roots());
            return roots;
        };
    }

    public InstantSource clock() {
        return clock;
    }

    /// What the home's `cairn.toml` and the environment set, read anew.
    public Configuration configuration() throws IOException {
        return Configuration.read(store.home(), environment);
    }

    /// What a text that a user typed or pasted stands for here.
    public Target resolve(String text) throws IOException {
        return Targets.resolve(catalog(), local, text.strip());
    }

    /// All paths here and their references; kept until something changes.
    public synchronized PathGraph graph() throws IOException {
        long cursor = catalog().lastChange();
        if (graph == null || graph.cursor != cursor) {
            var references = catalog().references();
            graph =
                    new GraphAt(
                            cursor,
                            PathGraph.of(
                                    references.paths(),
                                    references.narSizes(),
                                    references.from(),
                                    references.to()));
        }
        return graph.graph;
    }

    /// Brings paths with their closures in from another store.
    ///
    /// @param pin whether to pin the roots
    public Copy.Summary copyIn(
            PathStore from, Collection<StorePath> roots, boolean pin, Progress progress)
            throws IOException {
        var pins = pin ? Copy.Pins.ROOTS : Copy.Pins.NONE;
        return Watch.during(
                progress, from::giveUp, () -> Copy.into(store, clock, from, roots, pins, progress));
    }

    /// Brings in the small closure that ships with the program, and pins it.
    public Copy.Summary copySampleIn(Progress progress) throws IOException {
        Path file = Files.createTempFile("sample", ".car");
        try {
            try (var in = Objects.requireNonNull(Engine.class.getResourceAsStream("sample.car"))) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            }
            try (PathStore from = open("car:" + file)) {
                return copyAllIn(from, true, progress);
            }
        } finally {
            Files.delete(file);
        }
    }

    /// Brings in everything that another store has; of an archive that holds no paths, its DAGs.
    /// What nothing else there refers to is pinned if asked to.
    public Copy.Summary copyAllIn(PathStore from, boolean pin, Progress progress)
            throws IOException {
        if (from instanceof CarStore car && car.nodes().isEmpty()) {
            return new FileImport(store, clock, pin, progress).dags(car, car.roots());
        }
        List<StorePath> all;
        try (var paths = from.paths()) {
            all = paths.toList();
        }
        var pins = pin ? Copy.Pins.TOPMOST : Copy.Pins.NONE;
        return Watch.during(
                progress, from::giveUp, () -> Copy.into(store, clock, from, all, pins, progress));
    }

    /// Brings in a file by what it is: a CAR archive, a NAR, an export, else a plain file or
    /// folder, which becomes a path of its own as by `nix-store --add`.
    ///
    /// @return what came in
    public Imported importFile(Path file, boolean pin, Progress progress) throws IOException {
        var files = new FileImport(store, clock, pin, progress);
        List<Cid> cids = files.file(file);
        return new Imported(cids, files.done());
    }

    /// What came in with a file.
    ///
    /// @param cids name it: PathNodes, and roots of archives that hold no paths
    public record Imported(List<Cid> cids, Copy.Summary summary) {
        public Imported {
            cids = List.copyOf(cids);
        }
    }

    /// Adds a file or folder as a content-addressed path, as `nix-store --add`.
    public StoredPath add(String name, Path file, boolean pin, Progress progress)
            throws IOException {
        return new FileImport(store, clock, pin, progress).add(name, new TreeReader(file));
    }

    /// Opens the store that a URI names, to bring paths to.
    public PathStore target(String uri) throws IOException {
        return Network.names(uri) ? network.open(uri, this) : Stores.target(uri);
    }

    /// Opens the store that a URI names, see [Stores] and [Network].
    public PathStore open(String uri) throws IOException {
        if (Network.names(uri)) {
            return network.open(uri, this);
        }
        return Stores.open(
                uri,
                cid ->
                        catalog().named(cid).stream()
                                .findFirst()
                                .map(stored -> stored.info().path()));
    }

    /// Checks paths of the local engine one after the other.
    ///
    /// @param deep whether every block and every NAR is hashed
    public void verify(
            Collection<StorePath> paths,
            TrustedKeys keys,
            boolean deep,
            Progress progress,
            Consumer<Check> onChecked)
            throws IOException {
        var verify = new Verify(keys, deep, progress);
        long _ =
                verify.each(
                        paths,
                        path -> verify.path(store, path),
                        check -> {
                            note(check);
                            onChecked.accept(check);
                        });
    }

    /// Checks damaged paths again after what was wrong with them came from other stores: the nodes
    /// where this one meets others, and its substituters.
    ///
    /// @throws FormatException if what is set makes no sense
    public void heal(
            Collection<StorePath> paths,
            TrustedKeys keys,
            Progress progress,
            Consumer<Check> onChecked)
            throws IOException {
        var others = new ArrayList<PathStore>();
        var unreached = new ArrayList<String>();
        try {
            for (String uri : healers()) {
                try {
                    others.add(open(uri));
                } catch (FormatException e) {
                    throw e;
                } catch (IOException e) {
                    unreached.add(String.valueOf(e.getMessage()));
                }
            }
            var heal = new Heal(store, clock, others, progress);
            var verify = new Verify(keys, true, progress);
            Verify.Question question =
                    path -> {
                        var stored = catalog().path(path);
                        if (stored.isEmpty()) {
                            return verify.path(store, path);
                        }
                        var healed = heal.path(stored.get());
                        return verify.path(store, path)
                                .because(
                                        healed.sentence(),
                                        others.isEmpty() ? unreached : List.of());
                    };
            Consumer<Check> checked =
                    check -> {
                        note(check);
                        onChecked.accept(check);
                    };
            long _ =
                    Watch.during(
                            progress,
                            () -> others.forEach(PathStore::giveUp),
                            () -> verify.each(paths, question, checked));
        } finally {
            for (PathStore other : others) {
                other.close();
            }
        }
    }

    /// The URIs of the stores that may have what is damaged here.
    private List<String> healers() throws IOException {
        var configuration = configuration();
        var uris = new ArrayList<String>();
        configuration.nats().uri().ifPresent(uris::add);
        if (!configuration.offline()) {
            uris.addAll(configuration.substituters());
        }
        return uris;
    }

    private void note(Check check) {
        try {
            switch (check.content()) {
                case DAMAGED, MISSING -> store.noteDamage(check.path(), check.reason());
                case INTACT -> store.noteDamage(check.path(), "");
                case UNCHECKED -> {}
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Checks paths of any store one after the other, by their signatures and NARs.
    public void verify(
            PathStore other,
            Collection<StorePath> paths,
            TrustedKeys keys,
            boolean deep,
            Progress progress,
            Consumer<Check> onChecked)
            throws IOException {
        var verify = new Verify(keys, deep, progress);
        long _ =
                Watch.during(
                        progress,
                        other::giveUp,
                        () -> verify.each(paths, path -> verify.path(other, path), onChecked));
    }

    /// Brings paths with their closures out to another store.
    public Copy.Summary copyOut(PathStore to, Collection<StorePath> roots, Progress progress)
            throws IOException {
        return Copy.run(local, to, roots, progress);
    }

    /// Cancels what runs, leaves other nodes, and closes the store.
    @Override
    public void close() throws IOException {
        activities.close();
        membership.close();
        store.close();
    }
}

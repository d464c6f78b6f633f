package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.engine.Builds.Build;
import cairn.engine.Builds.Chain;
import cairn.engine.Builds.Step;
import cairn.engine.Outcome;
import cairn.graph.Digraph;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// One build: what it gave and said, and the run that it was a part of. Use on the UI thread only.
public final class BuildModel implements Screen {
    /// How many bytes of a log are shown.
    private static final int LOG_LIMIT = 8 << 20;

    /// An output.
    ///
    /// @param path what its CID is the name of, or a dash if that is not here
    /// @param size of it in bytes, or -1 if it is not here
    public record Output(String name, String path, Cid cid, long size, Optional<Place> place) {}

    private static final Listing.Kind<Output> KIND =
            new Listing.Kind<>(
                    "outputs",
                    Output::name,
                    row -> row.cid.toString(),
                    row -> row.name + " " + row.path + " " + row.cid,
                    row -> new Subject.OfBlock(row.cid),
                    Output::place,
                    List.of(
                            Column.text("output", Output::name),
                            Column.text("path", Output::path),
                            Column.text("cid", row -> row.cid.toString()),
                            Column.number("size", Output::size)));

    /// What is known of a build.
    ///
    /// @param changes how it differs from the build of its name before
    /// @param saved what need not be built because it came out as before
    /// @param blockers what it needs directly and failed
    /// @param run how many of the run came out how
    public record Sheet(
            Build build,
            List<Output> outputs,
            Optional<Preview> log,
            List<Edit> changes,
            List<Build> saved,
            List<Build> blockers,
            Map<Outcome, Integer> run,
            GraphView graph) {
        public Sheet {
            outputs = List.copyOf(outputs);
            changes = List.copyOf(changes);
            saved = List.copyOf(saved);
            blockers = List.copyOf(blockers);
            run = Map.copyOf(run);
        }

        /// How many of the run came out so.
        public int count(Outcome outcome) {
            return run.getOrDefault(outcome, 0);
        }
    }

    private final Cid cid;
    private final Library library;
    private final Side side;
    private final Answer<Sheet> sheet;
    private final Listing<Output> outputs;
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    public BuildModel(Place.OfBuild place, Library library, Work work, Side side) {
        cid = place.cid();
        this.library = library;
        this.side = side;
        crumbs = new ReadOnlyObjectWrapper<>(crumbs(Figures.shortened(cid.toString())));
        outputs = new Listing<>(KIND, library, work, side);
        sheet = new Answer<>(work);
        sheet.valueProperty()
                .subscribe(known -> {
                    if (known != null) {
                        outputs.set(known.outputs);
                        crumbs.set(crumbs(known.build.record().name()));
                    }
                });
        sheet.ask(this::read);
        side.select(new Subject.OfBlock(cid));
    }

    public Answer<Sheet> sheet() {
        return sheet;
    }

    public Listing<Output> outputs() {
        return outputs;
    }

    /// When ages are counted from.
    public Instant now() {
        return library.now();
    }

    /// Goes to another build of the run.
    public void open(Cid other) {
        side.open(new Place.OfBuild(other));
    }

    /// Tells the inspector of another build of the run.
    public void select(Cid other) {
        side.select(new Subject.OfBlock(other));
    }

    public void openBlocks() {
        side.open(new Place.Dag(cid));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs.getReadOnlyProperty();
    }

    @Override
    public void refresh() {
        sheet.again();
    }

    @Override
    public void close() {
        sheet.cancel();
        outputs.cancel();
    }

    private static List<Crumb> crumbs(String name) {
        return List.of(new Crumb(Words.text("place.builds"), new Place.Builds()), new Crumb(name));
    }

    private Sheet read() throws IOException, InterruptedException {
        Build build =
                library.builds()
                        .find(cid)
                        .orElseThrow(() -> new NoSuchFileException(cid.toString()));
        var record = build.record();
        var rows = new ArrayList<Output>();
        for (var output : record.outputs().entrySet()) {
            Cid given = output.getValue();
            var stored = BuildsModel.output(library, given);
            rows.add(
                    new Output(
                            output.getKey(),
                            stored.map(path -> path.info().path().toString()).orElse("–"),
                            given,
                            stored.map(path -> path.info().narSize()).orElse(-1L),
                            Optional.of(
                                    stored.<Place>map(path ->
                                                    new Place.OfPath(path.info().path().hash()))
                                            .orElse(new Place.Dag(given)))));
        }
        Chain chain = library.builds().chain(build);
        var changes = List.<Edit>of();
        var failed = new HashMap<StorePath, Build>();
        var blockers = List.<Build>of();
        var run = new HashMap<Outcome, Integer>();
        for (Step step : chain.steps()) {
            run.merge(step.build().outcome(), 1, Integer::sum);
            if (step.build().cid().equals(build.cid())) {
                changes = step.changes().stream().map(Edit::of).toList();
                blockers =
                        step.needs().stream()
                                .flatMap(need -> Stream.ofNullable(failed.get(need)))
                                .toList();
            }
            if (step.build().outcome() == Outcome.FAILED) {
                failed.put(step.build().record().drvPath(), step.build());
            }
        }
        var log = Optional.<Preview>empty();
        if (record.log().isPresent()) {
            log = Optional.of(log(record.log().get(), build.outcome() == Outcome.FAILED));
        }
        return new Sheet(
                build,
                rows,
                log,
                changes,
                build.outcome() == Outcome.CUT_OFF ? chain.savedBy(record.drvPath()) : List.of(),
                blockers,
                run,
                graph(chain));
    }

    /// Of a log that is too long its beginning, or its end where that tells why it failed.
    private Preview log(Cid log, boolean failed) throws IOException {
        Bytes text = failed ? library.end(log, LOG_LIMIT) : library.beginning(log, LOG_LIMIT);
        return new Preview.Rows(
                text.toUtf8().lines().toList(),
                text.length() < LOG_LIMIT
                        ? ""
                        : Words.text(
                                failed ? "build.log-end" : "build.log-cut",
                                Figures.size(LOG_LIMIT)));
    }

    /// What was asked for at the left, what it needs to the right.
    private GraphView graph(Chain chain) throws IOException, InterruptedException {
        List<Step> steps = chain.steps().reversed();
        var places = new HashMap<StorePath, Integer>();
        for (int i = 0; i < steps.size(); i++) {
            places.put(steps.get(i).build().record().drvPath(), i);
        }
        var from = IntStream.builder();
        var to = IntStream.builder();
        var nodes = new ArrayList<GraphView.Node>();
        for (int i = 0; i < steps.size(); i++) {
            for (StorePath need : steps.get(i).needs()) {
                Integer place = places.get(need);
                if (place != null) {
                    from.add(i);
                    to.add(place);
                }
            }
            nodes.add(node(steps.get(i), chain));
        }
        int[] asked =
                IntStream.range(0, steps.size())
                        .filter(i -> steps.get(i).build().asked())
                        .toArray();
        var graph = Digraph.of(steps.size(), from.build().toArray(), to.build().toArray());
        return GraphView.of(graph, nodes, 0, asked);
    }

    private GraphView.Node node(Step step, Chain chain) throws IOException {
        Build build = step.build();
        long size = Math.max(0, BuildsModel.size(library, build));
        String word = Words.of(build.outcome());
        int saved =
                build.outcome() == Outcome.CUT_OFF
                        ? chain.savedBy(build.record().drvPath()).size()
                        : 0;
        return new GraphView.Node(
                build.cid(),
                NodeKind.of(build.outcome()),
                TrustMark.NONE,
                build.record().name(),
                saved == 0 ? word : Words.text("build.saves", word, Figures.count(saved)),
                size,
                size,
                Glyph.digest(build.cid().toString()),
                1);
    }
}

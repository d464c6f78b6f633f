package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Cid;
import cairn.engine.Engine;
import cairn.engine.Timeline;
import cairn.nix.StorePath;
import cairn.ui.model.Replay.Then;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewModelsTest {
    private final List<Subject> selected = new ArrayList<>();
    private final Side side = new Side(new Place.Overview(), _ -> {}, selected::add);
    private final Work work = new DirectWork();
    private Engine engine;
    private Library library;

    @BeforeEach
    void open(@TempDir Path home) throws IOException {
        engine = Samples.engine(home);
        library = new Library(engine);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void aPathShowsItsFilesAndNeighbours() {
        var model = new PathModel(place(Samples.TOOL), library, work, side);
        var facts = model.facts().known().orElseThrow();
        assertEquals(2, facts.closureCount());
        assertEquals(
                List.of(Samples.LIBRARY),
                facts.references().stream().map(PathModel.Neighbour::path).toList());
        assertEquals(
                List.of(Samples.APPLICATION),
                facts.referrers().stream().map(PathModel.Neighbour::path).toList());
        var files = model.entries(facts.root()).known().orElseThrow();
        assertEquals(List.of("content"), files.stream().map(FileNode::label).toList());
        model.select(files.getFirst(), "content");
        assertEquals(Optional.of(new Preview.Text("some tool", "")), model.preview().known());
        assertTrue(facts.narInfo().startsWith("StorePath: " + Samples.TOOL + "\n"));
    }

    @Test
    void aPathThatIsNotHereIsAFailureInWords() {
        String hash = "9b9jydsiygi6jhlz2dxbrxi6b4m1rn4r";
        var model = new PathModel(new Place.OfPath(hash), library, work, side);
        assertEquals(Answer.Phase.FAILED, model.facts().phaseProperty().get());
        assertEquals(
                hash + " is not in this store.",
                Optional.ofNullable(model.facts().problemProperty().get())
                        .map(Problem::sentence)
                        .orElse(""));
    }

    @Test
    void blocksAreDrawnAndDecoded() throws IOException {
        Cid root = cid(Samples.APPLICATION);
        var model = new DagModel(new Place.Dag(root), library, work, side);
        var view = model.graph().known().orElseThrow();
        assertEquals("Application-2.0", view.nodes().getFirst().name());
        assertEquals(
                List.of("Application-2.0", "Application-2.0"),
                view.nodes().stream()
                        .map(GraphView.Node::name)
                        .filter(name -> name.equals("tree") || name.startsWith("Application"))
                        .toList());
        var look = model.look().known().orElseThrow();
        assertEquals(
                List.of("references/0", "references/1", "tree"),
                look.links().stream().map(DagModel.LinkRow::name).sorted().toList());
        assertTrue(look.decoded().toString().contains("\"kind\": \"nix.path/1\""));
        assertEquals(root.toString(), look.anatomy().getFirst().text());
    }

    @Test
    void aMissingBlockIsShownAsMissing() throws IOException {
        Cid missing = Cid.parse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
        var model = new DagModel(new Place.Dag(missing), library, work, side);
        assertEquals(Optional.empty(), model.look().known().orElseThrow().block().bytes());
        assertEquals(
                TrustMark.DAMAGED, model.graph().known().orElseThrow().nodes().getFirst().trust());
    }

    @Test
    void theGraphTellsWhyOnePathNeedsAnother() {
        var model =
                new GraphModel(
                        new Place.Graph(Optional.of(Samples.APPLICATION.hash())),
                        library,
                        work,
                        side);
        var drawing = model.drawing().known().orElseThrow();
        assertEquals(3, drawing.paths());
        var nodes = drawing.view().nodes();
        model.select(nodes.stream().filter(node -> !node.id().equals(Samples.TOOL)).toList());
        assertEquals(
                Optional.of(List.of(Samples.APPLICATION, Samples.LIBRARY)), model.why().known());
    }

    @Test
    void aGraphThatIsDrawnAnewKeepsWhatIsSelected() {
        var model =
                new GraphModel(
                        new Place.Graph(Optional.of(Samples.APPLICATION.hash())),
                        library,
                        work,
                        side);
        var nodes = model.drawing().known().orElseThrow().view().nodes();
        model.select(nodes.stream().filter(node -> node.id().equals(Samples.TOOL)).toList());
        model.refresh();
        assertEquals(
                List.of(new Subject.OfPath(Samples.APPLICATION), new Subject.OfPath(Samples.TOOL)),
                selected);
    }

    @Test
    void aGraphIsShownAsItWasBefore() throws IOException {
        var later = Samples.NOW.plusSeconds(60);
        boolean _ =
                engine.store()
                        .commit(tx ->
                                tx.claim(
                                        Samples.LIBRARY,
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of("late-1:c2ln"),
                                        later));
        var model =
                new GraphModel(
                        new Place.Graph(Optional.of(Samples.APPLICATION.hash())),
                        library,
                        work,
                        side);
        var nodes = model.drawing().known().orElseThrow().view().nodes();
        var replay = model.replay();
        replay.draw(model.drawing().known().orElseThrow().view());
        assertEquals(Optional.empty(), replay.then());
        model.askReplay();
        assertEquals(
                List.of(
                        new Timeline.Moment.Imported(Samples.NOW, Samples.LIBRARY),
                        new Timeline.Moment.Imported(Samples.NOW, Samples.TOOL),
                        new Timeline.Moment.Imported(Samples.NOW, Samples.APPLICATION),
                        new Timeline.Moment.Signed(later, Samples.LIBRARY, "late-1")),
                replay.timeline().known().orElseThrow().moments());
        assertEquals(4, replay.positionProperty().get());

        replay.show(2);
        assertEquals(List.of(Samples.LIBRARY, Samples.TOOL), named(nodes, replay, Then::present));
        assertEquals(List.of(Samples.TOOL), named(nodes, replay, Then::news));
        replay.show(-1);
        assertEquals(List.of(), named(nodes, replay, Then::present));

        replay.play();
        replay.tick(3.5);
        assertEquals(3, replay.positionProperty().get());
        assertEquals(List.of(Samples.APPLICATION), named(nodes, replay, Then::news));
        replay.tick(3.5);
        assertEquals(Optional.empty(), replay.then());
        assertFalse(replay.playingProperty().get());
        replay.play();
        assertEquals(0, replay.positionProperty().get());
    }

    private static List<Object> named(
            List<GraphView.Node> nodes, Replay replay, Function<Then, BitSet> part) {
        return part.apply(replay.then().orElseThrow()).stream()
                .mapToObj(node -> nodes.get(node).id())
                .sorted(Comparator.comparing(Object::toString))
                .toList();
    }

    @Test
    void closuresAreCompared() throws IOException {
        var model =
                new DiffModel(
                        new Place.Diff(Samples.TOOL.hash(), Samples.APPLICATION.hash()),
                        library,
                        work,
                        side);
        assertEquals(
                List.of(
                        new DiffModel.Row(
                                DiffModel.Fate.ADDED,
                                "Application",
                                Optional.empty(),
                                Optional.of(Samples.APPLICATION),
                                size(Samples.APPLICATION))),
                model.listing().rows());
        model.listing().filterProperty().set("tool");
        assertEquals(List.of(), model.listing().rows());
    }

    @Test
    void theOverviewCounts() {
        var model = new OverviewModel(library, work, side, new ImportModel(engine));
        var numbers = model.numbers().known().orElseThrow();
        assertEquals(3, numbers.paths());
        assertEquals(
                List.of(Samples.APPLICATION),
                numbers.closures().stream().map(OverviewModel.Weighed::path).toList());
    }

    @Test
    void theInspectorTellsOfAPathAndOfABlock() throws IOException {
        var model = new InspectorModel(library, work, engine.clock());
        model.inspect(new Subject.OfPath(Samples.TOOL));
        var path = model.inspection().known().orElseThrow();
        assertEquals("tool-1.9", path.title());
        assertEquals(Samples.TOOL.toString(), path.names().getFirst().text());
        model.inspect(new Subject.OfBlock(cid(Samples.TOOL)));
        assertEquals(
                place(Samples.TOOL),
                model.inspection().known().orElseThrow().ways().getFirst().place());
    }

    private Cid cid(StorePath path) throws IOException {
        return engine.catalog().path(path).orElseThrow().cid();
    }

    private long size(StorePath path) throws IOException {
        return library.path(path.hash()).info().narSize();
    }

    private static Place.OfPath place(StorePath path) {
        return new Place.OfPath(path.hash());
    }
}

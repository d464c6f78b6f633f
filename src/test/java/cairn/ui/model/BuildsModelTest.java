package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Change;
import cairn.engine.Engine;
import cairn.engine.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.beans.property.SimpleStringProperty;
import javafx.collections.ListChangeListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildsModelTest {
    private final List<Subject> selected = new ArrayList<>();
    private final Side side = new Side(new Place.Builds(), _ -> {}, selected::add);
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

    private MeetingSwitch meetings() {
        return new MeetingSwitch(engine, new DirectWork(), new SimpleStringProperty(""));
    }

    @Test
    void isEmptyUntilSomethingWasBuilt() throws IOException {
        var model = new BuildsModel(meetings(), library, new DirectWork(), side);
        assertEquals(Answer.Phase.EMPTY, model.answer().phaseProperty().get());
        List<Cid> run = BuildSamples.add(engine);
        model.refresh();
        assertEquals(Answer.Phase.READY, model.answer().phaseProperty().get());
        assertEquals(run.getLast(), model.listing().rows().getFirst().cid());
    }

    @Test
    void showsTheNewestBeforeTheRestIsRead() throws IOException {
        BuildSamples.many(engine, 150);
        var work = new LaterWork();
        var model = new BuildsModel(meetings(), library, work, side);
        var counts = new ArrayList<List<Integer>>();
        model.listing()
                .rows()
                .addListener(
                        (ListChangeListener<BuildsModel.Row>)
                                _ -> {
                                    var rows = model.listing().rows();
                                    counts.add(
                                            List.of(
                                                    rows.size(),
                                                    model.listing().totalProperty().get()));
                                });
        for (int i = 0; i < work.tasks().size(); i++) {
            work.tasks().get(i).run();
        }
        assertEquals(List.of(List.of(100, 150), List.of(150, 150)), counts);
        assertEquals("step-149", model.listing().rows().getFirst().record().name());
        assertEquals("step-0", model.listing().rows().getLast().record().name());
    }

    @Test
    void namesTheHookWhereItLies() {
        var model = new BuildsModel(meetings(), library, new DirectWork(), side);
        assertEquals(
                Optional.of(
                        "post-build-hook = "
                                + Path.of("packaging/nix/post-build-hook").toAbsolutePath()),
                model.hook());
    }

    @Test
    void filtersByNameProjectAndOutcome() throws IOException {
        List<Cid> run = BuildSamples.add(engine);
        var model = new BuildsModel(meetings(), library, new DirectWork(), side);
        model.listing().filterProperty().set("LIBRARY web cut-off");
        assertEquals(
                List.of(run.getFirst()),
                model.listing().rows().stream().map(BuildsModel.Row::cid).toList());
        assertEquals(
                engine.catalog().path(Samples.LIBRARY).orElseThrow().info().narSize(),
                model.size(model.listing().rows().getFirst()).getValue());
        model.listing().filterProperty().set("status:cut-off project:web");
        assertEquals(1, model.listing().rows().size());
        model.listing().filterProperty().set("project:library");
        assertEquals(0, model.listing().rows().size(), "that is a name");
    }

    @Test
    void tellsWhatChangedAndWhereTheWaveStopped() throws IOException {
        List<Cid> run = BuildSamples.add(engine);
        var model = build(run.getFirst());
        var sheet = model.sheet().known().orElseThrow();
        assertEquals(
                List.of("variable text -// one +// two"),
                sheet.changes().stream().map(edit -> edit.change().what() + lines(edit)).toList());
        assertEquals(
                List.of("tool-1.9", "Application-2.0"),
                sheet.saved().stream().map(build -> build.record().name()).toList());
        assertEquals(Map.of(Outcome.CUT_OFF, 1, Outcome.SAVED, 2), sheet.run());
        assertEquals(
                List.of(
                        "Application-2.0 Saved",
                        "tool-1.9 Saved",
                        "library-1.10 Cut off · saves 2"),
                sheet.graph().nodes().stream()
                        .map(node -> node.name() + " " + node.detail())
                        .toList());
        assertEquals(3, sheet.graph().graph().edges());
    }

    @Test
    void tellsWhatFailedFromWhatDidNotRunForThat() throws IOException {
        List<Cid> run = BuildSamples.fail(engine);
        var broken = build(run.getFirst()).sheet().known().orElseThrow();
        assertEquals(List.of(), broken.blockers());
        assertTrue(broken.log().isPresent());
        var held = build(run.getLast()).sheet().known().orElseThrow();
        assertEquals(
                List.of("library-1.10", "tool-1.9"),
                held.blockers().stream().map(build -> build.record().name()).sorted().toList());
        assertEquals(Optional.empty(), held.log());
        assertEquals(
                List.of(NodeKind.FAILED, NodeKind.FAILED, NodeKind.FAILED),
                held.graph().nodes().stream().map(GraphView.Node::kind).toList());
        var model = new BuildsModel(meetings(), library, new DirectWork(), side);
        assertEquals(-1, model.size(model.listing().rows().getFirst()).getValue());
    }

    @Test
    void tellsEachOutcomeByAKindOfItsOwn() {
        for (Outcome outcome : Outcome.values()) {
            assertEquals(outcome.toString(), NodeKind.of(outcome).key());
            assertTrue(NodeKind.of(outcome).isOutcome());
        }
        assertFalse(NodeKind.UNKNOWN.isOutcome());
    }

    @Test
    void sortsBySizeWithoutOutputsFirst() throws IOException {
        BuildSamples.add(engine);
        BuildSamples.fail(engine);
        var model = new BuildsModel(meetings(), library, new DirectWork(), side);
        model.listing().sort(new Listing.Order("size", false));
        assertEquals(
                List.of(-1L, -1L, -1L, 0L, 0L, 0L, 0L, 0L),
                model.listing().rows().stream()
                        .map(build -> Math.min(0, model.size(build).getValue()))
                        .toList());
    }

    @Test
    void showsOfAChangeTheLinesThatChanged() {
        assertEquals(" -b +x", edited("a\nb\nc\nd", "a\nx\nc\nd"));
        assertEquals(" -b +x -d +y", edited("a\nb\nc\nd\ne", "a\nx\nc\ny\ne"));
        assertEquals(" +1", edited("", "1"));
        assertEquals(" +a", edited("a\na", "a\na\na"));
        assertEquals(3, Edit.of(new Change("", "a\nb\nc\nd", "a\nx\nc\nd")).alike());
        // Too many to compare each with each.
        String many = "x\n".repeat(1001);
        assertEquals(2002, Edit.of(new Change("", many, many.replace('x', 'y'))).lines().size());
    }

    @Test
    void leadsToItsOutputsAndLog() throws IOException {
        List<Cid> run = BuildSamples.add(engine);
        var sheet = build(run.getFirst()).sheet().known().orElseThrow();
        var library = engine.catalog().path(Samples.LIBRARY).orElseThrow();
        assertEquals(
                List.of(
                        new BuildModel.Output(
                                "out",
                                Samples.LIBRARY.toString(),
                                library.cid(),
                                library.info().narSize(),
                                Optional.of(new Place.OfPath(Samples.LIBRARY.hash())))),
                sheet.outputs());
        assertEquals(
                Optional.of(
                        new Preview.Rows(
                                List.of("unpacking sources", "building", "installing library-1.10"),
                                "")),
                sheet.log());
        assertEquals(Optional.empty(), build(run.getLast()).sheet().known().orElseThrow().log());
    }

    @Test
    void failsWhereNoSuchBuildIsKnown() {
        var model = build(cid(Samples.LIBRARY.hash()));
        assertEquals(Answer.Phase.FAILED, model.sheet().phaseProperty().get());
    }

    @Test
    void isFoundByItsCid() throws IOException {
        List<Cid> run = BuildSamples.add(engine);
        var place = new Place.OfBuild(run.getFirst());
        assertEquals(
                List.of(
                        new Match(
                                NodeKind.BUILD, "library-1.10", run.getFirst().toString(), place)),
                library.search(run.getFirst().toString(), 10));
        assertEquals("cairn:build/" + run.getFirst(), place.link());
        assertEquals(place, Place.parse(place.link()));
        assertEquals(new Place.Builds(), Place.parse("cairn:builds"));
    }

    private static String edited(String before, String after) {
        return lines(Edit.of(new Change("arguments", before, after)));
    }

    private static String lines(Edit edit) {
        return edit.lines().stream()
                .map(line -> (line.came() ? " +" : " -") + line.text())
                .collect(Collectors.joining());
    }

    private BuildModel build(Cid cid) {
        return new BuildModel(new Place.OfBuild(cid), library, new DirectWork(), side);
    }

    private static Cid cid(String text) {
        return Cid.of(Codec.RAW, Bytes.utf8(text));
    }
}

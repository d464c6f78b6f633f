package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.engine.Engine;
import cairn.ui.model.PathsModel.Column;
import cairn.ui.model.PathsModel.Order;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathsModelTest {
    private final List<Subject> selected = new ArrayList<>();
    private final List<Place> beside = new ArrayList<>();
    private final Side side = new Side(new Place.Paths(""), beside::add, selected::add);
    private Engine engine;
    private PathsModel model;

    @BeforeEach
    void open(@TempDir Path home) throws IOException {
        engine = Samples.engine(home);
        model = new PathsModel(new Place.Paths(""), new Library(engine), new DirectWork(), side);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void listsAllPathsByName() {
        assertEquals(Answer.Phase.READY, model.phaseProperty().get());
        assertEquals(List.of("Application-2.0", "library-1.10", "tool-1.9"), names());
        assertEquals(3, model.totalProperty().get());
    }

    @Test
    void filtersByEveryWordOfNameOrHash() {
        model.filterProperty().set("APP 3b9j");
        assertEquals(List.of("Application-2.0"), names());
        assertEquals(new Place.Paths("APP 3b9j"), side.history().placeProperty().get());
        model.filterProperty().set("app tool");
        assertEquals(List.of(), names());
        assertEquals(3, model.totalProperty().get());
    }

    @Test
    void sortsVersionsAsNumbers() {
        model.sort(new Order(Column.VERSION, true));
        assertEquals(List.of("Application-2.0", "library-1.10", "tool-1.9"), names());
        model.sort(new Order(Column.VERSION, false));
        assertEquals(List.of("tool-1.9", "library-1.10", "Application-2.0"), names());
    }

    @Test
    void weighsClosures() throws IOException {
        long tool = Samples.narSize("some tool") + Samples.narSize("a library");
        assertEquals(tool, model.closureSize(Samples.TOOL).getValue());
        model.sort(new Order(Column.CLOSURE, true));
        assertEquals(List.of("Application-2.0", "tool-1.9", "library-1.10"), names());
    }

    @Test
    void goesToAnotherFilterWithoutBeingMadeAnew() {
        model.moveTo(new Place.Paths("tool"));
        assertEquals(List.of("tool-1.9"), names());
    }

    @Test
    void opensHereAndBeside() {
        model.select(model.rows().getFirst());
        model.openBeside(model.rows().getFirst());
        model.open(model.rows().getFirst());
        var place = new Place.OfPath(Samples.APPLICATION.hash());
        assertEquals(List.of(new Subject.OfPath(Samples.APPLICATION)), selected);
        assertEquals(List.of(place), beside);
        assertEquals(place, side.history().placeProperty().get());
    }

    @Test
    void exportsWhatIsShown() throws IOException {
        model.filterProperty().set("library");
        String cid = engine.catalog().path(Samples.LIBRARY).orElseThrow().cid().toString();
        long size = Samples.narSize("a library");
        assertEquals(
                "path,cid,narSize,references,signatures,registeredAt\n%s,%s,%d,0,0,2026-03-01T12:00:00Z\n"
                        .formatted(Samples.LIBRARY, cid, size),
                model.csv());
        assertEquals(
                "[{\"path\":\"%s\",\"cid\":\"%s\",\"narSize\":%d,\"references\":0,\"signatures\":0,\"registeredAt\":\"2026-03-01T12:00:00Z\"}]\n"
                        .formatted(Samples.LIBRARY, cid, size),
                model.json());
    }

    private List<String> names() {
        return model.rows().stream().map(row -> row.path().name()).toList();
    }
}

package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Cid;
import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.ui.model.Listing.Format;
import cairn.ui.model.Listing.Order;
import java.io.IOException;
import java.io.StringWriter;
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
        assertEquals(3, model.listing().totalProperty().get());
    }

    @Test
    void filtersByEveryWordOfNameOrHash() {
        model.listing().filterProperty().set("APP 3b9j");
        assertEquals(List.of("Application-2.0"), names());
        assertEquals(new Place.Paths("APP 3b9j"), side.history().placeProperty().get());
        model.listing().filterProperty().set("app tool");
        assertEquals(List.of(), names());
        assertEquals(3, model.listing().totalProperty().get());
    }

    @Test
    void filtersByTheNameOfAClosure() throws IOException {
        var cid = engine.catalog().path(Samples.TOOL).orElseThrow().cid();
        model.listing().filterProperty().set("tool " + cid);
        assertEquals(List.of("tool-1.9"), names());
        model.listing().filterProperty().set("library " + cid);
        assertEquals(List.of(), names());
    }

    @Test
    void findsWhatIsPinnedAndWhatIsTrusted() throws IOException {
        var cid = engine.catalog().path(Samples.TOOL).orElseThrow().cid();
        Cid kept =
                engine.store()
                        .commit(transaction -> {
                            transaction.pin(new Pin("kept", cid, Samples.NOW));
                            return cid;
                        });
        assertEquals(cid, kept);
        model.refresh();
        model.listing().filterProperty().set("is:pinned");
        assertEquals(List.of("tool-1.9"), names());
        model.listing().filterProperty().set("is:unsigned li");
        assertEquals(List.of("Application-2.0", "library-1.10"), names());
        model.listing().filterProperty().set("is:trusted");
        assertEquals(List.of(), names());
    }

    @Test
    void sortsVersionsAsNumbers() {
        model.listing().sort(new Order("version", true));
        assertEquals(List.of("Application-2.0", "library-1.10", "tool-1.9"), names());
        model.listing().sort(new Order("version", false));
        assertEquals(List.of("tool-1.9", "library-1.10", "Application-2.0"), names());
    }

    @Test
    void weighsClosures() throws Exception {
        long tool = Samples.narSize("some tool") + Samples.narSize("a library");
        assertEquals(tool, model.closureSize(Samples.TOOL).getValue());
        model.listing().sort(new Order("closureSize", true));
        assertEquals(List.of("Application-2.0", "tool-1.9", "library-1.10"), names());
        var column = new Library(engine).closureColumn((StorePath path) -> path);
        assertEquals(tool, column.reader().ready(false).of(Samples.TOOL));
        assertEquals(tool, column.reader().ready(true).of(Samples.TOOL));
        assertEquals(0L, column.reader().ready(true).of(Samples.path("1".repeat(32), "gone-1")));
    }

    @Test
    void goesToAnotherFilterWithoutBeingMadeAnew() {
        model.moveTo(new Place.Paths("tool"));
        assertEquals(List.of("tool-1.9"), names());
    }

    @Test
    void opensHereAndBeside() {
        model.listing().select(model.listing().rows().getFirst());
        model.listing().openBeside(model.listing().rows().getFirst());
        model.listing().open(model.listing().rows().getFirst());
        var place = new Place.OfPath(Samples.APPLICATION.hash());
        assertEquals(List.of(new Subject.OfPath(Samples.APPLICATION)), selected);
        assertEquals(List.of(place), beside);
        assertEquals(place, side.history().placeProperty().get());
    }

    @Test
    void exportsWhatIsShown() throws Exception {
        model.listing().filterProperty().set("library");
        String cid = engine.catalog().path(Samples.LIBRARY).orElseThrow().cid().toString();
        long size = Samples.narSize("a library");
        assertEquals(
                """
                path,version,narSize,closureSize,references,signatures,trust,registeredAt,hash,cid\r
                %s,1.10,%d,%d,0,0,unsigned,2026-03-01T12:00:00Z,%s,%s\r
                """
                        .formatted(Samples.LIBRARY, size, size, Samples.LIBRARY.hash(), cid),
                exported(Format.CSV));
        assertEquals(
                """
                [{"path":"%s","version":"1.10","narSize":%d,"closureSize":%d,"references":0,"signatures":0,\
                "trust":"unsigned","registeredAt":"2026-03-01T12:00:00Z","hash":"%s","cid":"%s"}]
                """
                        .formatted(Samples.LIBRARY, size, size, Samples.LIBRARY.hash(), cid),
                exported(Format.JSON));
    }

    @Test
    void whatComesWhileOneReadsWaits() throws IOException {
        model.listing().setReading(() -> true);
        Samples.add(engine, Samples.path("4b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "late-1"), "late");
        model.glance();
        assertEquals(List.of("Application-2.0", "library-1.10", "tool-1.9"), names());
        assertEquals(1, model.listing().freshProperty().get());
        model.listing().showWaiting();
        assertEquals(List.of("Application-2.0", "late-1", "library-1.10", "tool-1.9"), names());
        assertEquals(0, model.listing().freshProperty().get());
    }

    private String exported(Format format) throws Exception {
        var out = new StringWriter();
        model.listing().write(out, model.listing().rows(), format, Progress.NONE);
        return out.toString();
    }

    private List<String> names() {
        return model.listing().rows().stream().map(row -> row.path().name()).toList();
    }
}

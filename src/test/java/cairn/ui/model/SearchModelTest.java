package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.engine.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchModelTest {
    private final List<Place> opened = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private Engine engine;
    private SearchModel model;

    @BeforeEach
    void open(@TempDir Path home) throws IOException {
        engine = Samples.engine(home);
        model =
                new SearchModel(
                        new Library(engine),
                        new DirectWork(),
                        List.of(
                                new SearchModel.Line.Action("Go back", "", () -> done.add("back")),
                                new SearchModel.Line.Action(
                                        "Export", "", () -> done.add("export"))),
                        opened::add,
                        opened::add);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void typingListsWhatHasTheName() {
        type("to");
        assertEquals(List.of("tool-1.9"), titles());
        model.choose(model.lines().getFirst());
        assertEquals(List.of(path()), opened);
        assertEquals("", model.textProperty().get());
    }

    @Test
    void whatIsPastedIsOpenedAtOnce() throws IOException {
        for (String text :
                List.of(
                        Samples.TOOL.toString(),
                        Samples.TOOL + "/content",
                        Samples.TOOL.base(),
                        Samples.TOOL.hash(),
                        Samples.TOOL.hash() + ".narinfo",
                        engine.catalog().path(Samples.TOOL).orElseThrow().info().narHash().toSri(),
                        path().link())) {
            model.textProperty().set(text);
            assertEquals(List.of(path()), opened, text);
            opened.clear();
        }
    }

    @Test
    void aCidLeadsToItsPathAndToItsBlocks() throws IOException {
        var stored = engine.catalog().path(Samples.TOOL).orElseThrow();
        model.textProperty().set(stored.cid().toString());
        assertEquals(List.of("tool-1.9", "Block"), titles());
        model.chooseBeside(model.lines().getLast());
        assertEquals(List.of(new Place.Dag(stored.cid())), opened);
    }

    @Test
    void whatIsNotHereIsSaid() {
        type("zzz");
        assertEquals(List.of(), model.lines());
        assertEquals("Nothing here has this name.", model.noteProperty().get());
    }

    @Test
    void actionsAreFoundByTheirWords() {
        model.forActionsProperty().set(true);
        type("ba");
        model.choose(model.lines().getFirst());
        assertEquals(List.of("back"), done);
    }

    private void type(String text) {
        for (int i = 1; i <= text.length(); i++) {
            model.textProperty().set(text.substring(0, i));
        }
    }

    private List<String> titles() {
        return model.lines().stream()
                .map(line ->
                        switch (line) {
                            case SearchModel.Line.Found(var match) -> match.title();
                            case SearchModel.Line.Action(var title, _, _) -> title;
                        })
                .toList();
    }

    private static Place.OfPath path() {
        return new Place.OfPath(Samples.TOOL.hash());
    }
}

package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Activity;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.gateway.Gateway;
import cairn.nix.StorePath;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.ui.model.DirectWork;
import cairn.ui.model.ImportModel;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import com.sun.javafx.scene.input.DragboardHelper;
import com.sun.javafx.tk.TKClipboard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javafx.application.Platform;
import javafx.event.Event;
import javafx.event.EventHandler;
import javafx.event.EventType;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.image.Image;
import javafx.scene.input.DataFormat;
import javafx.scene.input.DragEvent;
import javafx.scene.input.Dragboard;
import javafx.scene.input.KeyCode;
import javafx.scene.input.PickResult;
import javafx.scene.input.TransferMode;
import javafx.stage.Stage;
import javafx.util.Pair;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class ImportViewTest {
    private final Path room = Files.createTempDirectory("cairn");
    private final Engine engine = Engine.open(room.resolve("home"));
    private final SettingsModel settings = new SettingsModel(room.resolve("settings"));
    private final ShellModel model =
            new ShellModel(
                    engine,
                    new DirectWork(),
                    Platform::runLater,
                    settings,
                    new Place.Paths(""),
                    new CacheSwitch(engine, Gateway::start));
    private Optional<Path> choice = Optional.empty();

    ImportViewTest() throws IOException {}

    @Start
    void open(Stage stage) {
        var views = new Views(Words.bundle());
        var shell = new ShellController(model, views, (_, _) -> choice);
        stage.setScene(new Scene(views.load(shell), 980, 700));
        Look.follow(stage.getScene(), settings);
        stage.sizeToScene();
        stage.show();
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        robot.interact(model::close); // after what is still to be shown
        engine.close();
        try (var files = Files.walk(room)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void filesAndFoldersThatAreDroppedComeIn(FxRobot robot) throws Exception {
        Path folder = Files.createDirectory(room.resolve("folder"));
        Files.writeString(folder.resolve("file"), "in a folder\n");
        Path file = Files.writeString(room.resolve("notes.txt"), "notes\n");
        drop(robot, files(folder, file, nar("tree.nar")));
        assertEquals(List.of("Done", "Done", "Done"), ends(3));
        assertEquals(List.of("folder", "notes.txt", "tree"), names());
        robot.interact(() -> {});
        assertEquals(3, robot.lookup("#paths-table").queryTableView().getItems().size());
    }

    @Test
    void anArchiveThatIsDroppedBringsItsClosure(FxRobot robot) throws Exception {
        Path car = room.resolve("tool.car");
        try (Engine other = Samples.engine(room.resolve("other"));
                PathStore archive = other.target("car:" + car)) {
            other.copyOut(archive, List.of(Samples.TOOL), Progress.NONE);
        }
        drop(robot, files(car));
        assertEquals(List.of("Done"), ends(1));
        assertEquals(List.of("library-1.10", "tool-1.9"), names());
    }

    @Test
    void aDamagedFileIsToldInWordsAndTheRestGoesOn(FxRobot robot) throws Exception {
        Path damaged = Files.writeString(room.resolve("damaged.nar"), "no archive");
        drop(robot, files(damaged));
        assertEquals(List.of("Failed"), ends(1));
        robot.interact(() -> {});
        String status = robot.lookup("#activity-status").queryLabeled().getText();
        assertTrue(status.startsWith("The nar is malformed at byte 0"), status);
        assertEquals(List.of(), names());
        robot.clickOn("#activity-text");
        assertTrue(robot.lookup("Copy details").tryQuery().isPresent());
        robot.push(KeyCode.ESCAPE);
        drop(robot, files(nar("sound.nar")));
        assertEquals(List.of("Done", "Failed"), ends(2));
    }

    @Test
    void anAddressThatIsDroppedIsOfferedNotFetched(FxRobot robot) {
        drop(robot, text("https://cache.example.org\n"));
        assertEquals(
                "https://cache.example.org",
                robot.lookup("#import-location").queryTextInputControl().getText());
        assertEquals(ImportModel.Source.URL, model.importing().sourceProperty().get());
        assertEquals(List.of(), engine.activities().list());
    }

    @Test
    void anIdentifierThatIsDroppedLeadsToItsPlace(FxRobot robot) throws Exception {
        drop(robot, files(nar("tree.nar")));
        assertEquals(List.of("Done"), ends(1));
        StorePath path = engine.catalog().list("", 0, 1).getFirst().path();
        drop(robot, text(path.toString()));
        assertEquals(new Place.OfPath(path.hash()), place());
        drop(robot, text("cairn:overview"));
        assertEquals(new Place.Overview(), place());
        drop(robot, text("nothing that is here"));
        assertEquals(
                "Nothing here has this name.",
                robot.lookup("#search-note").queryLabeled().getText());
        assertEquals(new Place.Overview(), place());
    }

    @Test
    void onlyWhatCanBeUsedMayBeDropped(FxRobot robot) {
        assertTrue(send(robot, DragEvent.DRAG_OVER, text("something")).isAccepted());
        assertTrue(robot.lookup("#drop-words").query().isVisible());
        send(robot, DragEvent.DRAG_EXITED, text("something"));
        assertFalse(robot.lookup("#drop-words").query().getParent().isVisible());
        assertFalse(send(robot, DragEvent.DRAG_OVER, text(" ")).isAccepted());
    }

    @Test
    void aFileIsChosenAndImported(FxRobot robot) throws Exception {
        robot.clickOn("#import").clickOn("#import-file").clickOn("#import-choose");
        assertTrue(robot.lookup("#import-start").queryButton().isDisabled());
        choice = Optional.of(nar("chosen.nar"));
        robot.clickOn("#import-choose").clickOn("#import-start");
        assertFalse(robot.lookup("#import-card").tryQuery().isPresent());
        assertEquals(List.of("Done"), ends(1));
        assertEquals(List.of("chosen"), names());
    }

    @Test
    void whatRunsIsCancelledFromTheStrip(FxRobot robot) throws Exception {
        var asked = new CountDownLatch(1);
        robot.interact(() -> {
            Activity _ =
                    engine.activities()
                            .start(
                                    "Import of everything",
                                    Activity.Unit.BYTES,
                                    activity -> {
                                        asked.await();
                                        throw new CancellationException();
                                    });
        });
        robot.interact(() -> {});
        robot.clickOn("#activity-cancel");
        assertEquals("Cancelling …", robot.lookup("#activity-status").queryLabeled().getText());
        asked.countDown();
        assertEquals(List.of("Cancelled"), ends(1));
        robot.interact(() -> {});
        assertEquals("Cancelled", robot.lookup("#activity-status").queryLabeled().getText());
        assertFalse(robot.lookup("#activity-cancel").query().isVisible());
    }

    /// How the activities ended, newest first, once as many have.
    private List<String> ends(int count) throws InterruptedException {
        var changed = new CountDownLatch(1);
        Runnable look =
                () -> {
                    if (ended().size() == count) {
                        changed.countDown();
                    }
                };
        try (var _ = engine.activities().onChange(look)) {
            look.run();
            changed.await();
        }
        return ended();
    }

    private List<String> ended() {
        return engine.activities().list().stream()
                .map(activity -> activity.snapshot().state())
                .filter(state -> !(state instanceof Activity.State.Running))
                .map(state -> state.getClass().getSimpleName())
                .toList();
    }

    private List<String> names() throws IOException {
        return engine.catalog().list("", 0, 10).stream()
                .map(summary -> summary.path().name())
                .toList();
    }

    private Place place() {
        return model.activeProperty().get().history().placeProperty().get();
    }

    private Path nar(String name) throws IOException {
        return Files.write(room.resolve(name), Samples.nar(name).toByteArray());
    }

    private static Pair<DataFormat, Object> files(Path... files) {
        return new Pair<>(DataFormat.FILES, Stream.of(files).map(Path::toFile).toList());
    }

    private static Pair<DataFormat, Object> text(String text) {
        return new Pair<>(DataFormat.PLAIN_TEXT, text);
    }

    private static void drop(FxRobot robot, Pair<DataFormat, Object> content) {
        assertTrue(send(robot, DragEvent.DRAG_OVER, content).isAccepted());
        assertTrue(send(robot, DragEvent.DRAG_DROPPED, content).isDropCompleted());
    }

    private static DragEvent send(
            FxRobot robot, EventType<DragEvent> type, Pair<DataFormat, Object> content) {
        Node shell = robot.lookup("#shell").query();
        var mode = TransferMode.COPY;
        var sent = new AtomicReference<DragEvent>();
        robot.interact(() -> {
            Dragboard board = DragboardHelper.createDragboard(new Dragged(content));
            var pick = new PickResult(shell, 400, 300);
            EventHandler<DragEvent> witness = sent::set;
            shell.addEventHandler(type, witness); // what arrives is a copy of what is sent
            Event.fireEvent(
                    shell, new DragEvent(type, board, 400, 300, 400, 300, mode, null, null, pick));
            shell.removeEventHandler(type, witness);
        });
        return sent.get();
    }

    /// What another program drags over the window.
    private record Dragged(Pair<DataFormat, Object> content) implements TKClipboard {
        @Override
        public Set<DataFormat> getContentTypes() {
            return Set.of(content.getKey());
        }

        @Override
        public @Nullable Object getContent(DataFormat format) {
            return hasContent(format) ? content.getValue() : null;
        }

        @Override
        public boolean hasContent(DataFormat format) {
            return format.equals(content.getKey());
        }

        @Override
        public Set<TransferMode> getTransferModes() {
            return Set.of(TransferMode.COPY);
        }

        @Override
        @SafeVarargs
        public final boolean putContent(Pair<DataFormat, Object>... contents) {
            return false;
        }

        @Override
        public void setDragView(Image image) {}

        @Override
        public void setDragViewOffsetX(double offset) {}

        @Override
        public void setDragViewOffsetY(double offset) {}

        @Override
        public @Nullable Image getDragView() {
            return null;
        }

        @Override
        public double getDragViewOffsetX() {
            return 0;
        }

        @Override
        public double getDragViewOffsetY() {
            return 0;
        }
    }
}

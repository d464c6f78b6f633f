package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.nats.NatsNetwork;
import cairn.ui.model.MeetingSwitch;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.SubjectsModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.scene.Node;
import javafx.scene.control.Labeled;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;
import org.testfx.util.WaitForAsyncUtils;

/// The explorer among other nodes, with a real server.
@ExtendWith(ApplicationExtension.class)
class MeetingViewTest {
    @TempDir private static Path room;

    private final Path home = Files.createTempDirectory(room, "home");
    private final NatsServer server = NatsServer.start(Files.createTempDirectory(room, "server"));
    private final Engine engine =
            Engine.open(home, InstantSource.system(), Map.of(), new NatsNetwork());

    @SuppressWarnings("NullAway.Init") // TestFX opens it first
    private Window window;

    MeetingViewTest() throws IOException {
        Files.writeString(home.resolve("cairn.toml"), "nats.node = 'here'\n");
    }

    @Start
    void open(Stage stage) {
        window =
                new Window(
                        engine,
                        new SettingsModel(home.resolve("settings")),
                        new Place.Peers(),
                        new CacheSwitch(
                                engine,
                                (_, _) -> {
                                    throw new IOException("not here");
                                }),
                        980,
                        700);
        stage.setScene(window.scene());
        stage.sizeToScene();
        stage.show();
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        robot.interact(window::close);
        engine.close();
        server.close();
    }

    private void join(FxRobot robot) {
        robot.clickOn("#join-address").write(server.url()).type(KeyCode.ENTER);
        until(() -> window.model().meeting().meeting().isPresent());
    }

    @Test
    void oneSeesWhoIsThereAndLeavesAgain(FxRobot robot) {
        assertEquals("Not connected", text(robot, "#join-title"));
        join(robot);
        until(() -> rows(robot, "#peers-table").equals(List.of("here (this one)")));
        assertEquals(server.url(), text(robot, "#peers-server"));
        assertEquals("NATS", robot.lookup("#meeting-status").queryButton().getText());
        robot.clickOn("#peers-leave");
        until(() ->
                window.model().meeting().stateProperty().get() instanceof MeetingSwitch.State.Off);
        robot.interact(() -> assertEquals("Not connected", text(robot, "#join-title")));
    }

    @Test
    void whyItCannotJoinIsToldAndTheChoiceStays(FxRobot robot) {
        robot.clickOn("#join-address").write("nats://127.0.0.1:1").type(KeyCode.ENTER);
        until(() -> text(robot, "#join-title").equals("Could not connect"));
        assertTrue(text(robot, "#join-more").contains("nats://127.0.0.1:1 cannot be reached"));
        robot.interact(() -> robot.lookup("#join-address").queryTextInputControl().clear());
        join(robot);
    }

    @Test
    void oneHearsWhatIsSaidAndAsks(FxRobot robot) throws Exception {
        join(robot);
        robot.clickOn("#rail-subjects");
        robot.clickOn("#subjects-subject").write("news.>").type(KeyCode.ENTER);
        until(() -> text(robot, "#subjects-note").equals("Nothing has come yet"));
        try (var client = server.client()) {
            client.connection()
                    .publish("news.today", "{\"a\":[1]}".getBytes(StandardCharsets.UTF_8));
            client.flush();
            until(() -> messages(robot).equals(List.of("news.today {\"a\":[1]}")));
            until(() -> robot.lookup("news.today").tryQuery().isPresent());
            robot.clickOn("news.today");
            until(() -> robot.lookup("#subjects-content #preview-text").tryQuery().isPresent());
            until(() ->
                    robot.lookup("#subjects-content #preview-text")
                            .queryAs(TextArea.class)
                            .getText()
                            .equals("{\n  \"a\" : [ 1 ]\n}"));
            assertEquals("JSON", text(robot, "#subjects-type"));
            client.connection().publish("news.late", new byte[0]);
            client.flush();
            until(() -> text(robot, "#subjects-pane #fresh").equals("1 new"));
            assertEquals(1, messages(robot).size());
        }
        robot.clickOn("Send");
        robot.interact(
                () -> robot.lookup("#subjects-send-subject").queryTextInputControl().clear());
        robot.clickOn("#subjects-send-subject").write("nobody.there").clickOn("#subjects-request");
        until(() -> text(robot, "#subjects-outcome").contains("no node answers nobody.there"));
    }

    @Test
    void oneTypesFromWhenOnToReplay(FxRobot robot) {
        join(robot);
        robot.clickOn("#rail-builds");
        var since = robot.lookup("#builds-since").queryAs(SinceBox.class);
        until(since::isVisible);
        robot.clickOn("#builds-since .text-field").push(KeyCode.SHORTCUT, KeyCode.A);
        robot.write("soon");
        robot.interact(() -> assertTrue(since.getPseudoClassStates().toString().contains("wrong")));
        robot.push(KeyCode.SHORTCUT, KeyCode.A).write("3h").type(KeyCode.TAB);
        robot.interact(() -> assertEquals("3h", since.getValue().toString()));
        robot.clickOn("#builds-since .text-field").push(KeyCode.SHORTCUT, KeyCode.A);
        robot.write("later").type(KeyCode.TAB);
        robot.interact(() -> {
            assertEquals("3h", since.getValue().toString());
            assertEquals("3h", since.getEditor().getText());
        });
    }

    @Test
    void aPastedSubjectLeadsToIt(FxRobot robot) {
        join(robot);
        robot.interact(
                () -> robot.lookup("#search").queryTextInputControl().setText("BUILD.*.COMPLETE"));
        until(() ->
                window.model()
                        .first()
                        .history()
                        .placeProperty()
                        .get()
                        .equals(new Place.Subjects("BUILD.*.COMPLETE")));
        until(() -> text(robot, "#subjects-note").equals("Nothing has come yet"));
    }

    private static List<String> rows(FxRobot robot, String table) {
        return robot.from(robot.lookup(table)).lookup(".table-row-cell").queryAll().stream()
                .map(row -> row.lookup(".table-cell"))
                .filter(Objects::nonNull)
                .map(cell -> ((Labeled) cell).getText())
                .filter(text -> text != null && !text.isEmpty())
                .toList();
    }

    private static List<String> messages(FxRobot robot) {
        return robot.lookup("#subjects-table").queryTableView().getItems().stream()
                .map(SubjectsModel.Row.class::cast)
                .map(row -> row.message().subject() + " " + row.brief())
                .toList();
    }

    private static String text(FxRobot robot, String query) {
        return robot.lookup(query)
                .<Node>tryQuery()
                .map(node -> ((Labeled) node).getText())
                .orElse("");
    }

    private static void until(Callable<Boolean> condition) {
        try {
            WaitForAsyncUtils.waitFor(
                    20, TimeUnit.SECONDS, () -> WaitForAsyncUtils.asyncFx(condition).get());
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}

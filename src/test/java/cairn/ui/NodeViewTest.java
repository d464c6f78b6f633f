package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.ui.model.NodeModel;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Gatherers;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

@ExtendWith(ApplicationExtension.class)
class NodeViewTest {
    private static final String TOOL = "/" + Samples.TOOL.hash() + ".narinfo";
    private static final String NOWHERE = "/00000000000000000000000000000000.narinfo";

    private final SampleWindow window = new SampleWindow();

    NodeViewTest() throws IOException {
        configure("gateway.listen = '127.0.0.1:0'\nsubstituters = ['http://127.0.0.1:1']\n");
    }

    @Start
    void open(Stage stage) {
        window.model.open(new Place.Node());
        window.show(stage);
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void theNodeIsTurnedOnAnswersAndIsTurnedOff(FxRobot robot) throws Exception {
        assertEquals("The node is off", text(robot, "#node-off-title"));
        robot.clickOn("#node-on");
        URI address = window.serving.server().orElseThrow().address();
        assertEquals(address.toString(), text(robot, "#node-address"));
        assertEquals(
                "The node is on at " + address,
                robot.lookup("#node-status").queryButton().getTooltip().getText());
        assertEquals(200, get(TOOL));
        robot.interact(window.model.node()::look);
        assertEquals("1", figure(robot, "#node-tile-requests"));
        assertEquals("100.0 %", figure(robot, "#node-tile-hits"));
        robot.clickOn("#node-off");
        assertEquals("The node is off", text(robot, "#node-off-title"));
        assertTrue(window.serving.server().isEmpty());
    }

    @Test
    void beforeItIsTurnedOnItTellsWhatIsSet(FxRobot robot) {
        var set = robot.from(robot.lookup("#node-off-settings")).lookup(".label").queryAll();
        assertEquals(
                List.of(
                        "substituters http://127.0.0.1:1 cairn.toml",
                        "offline false default",
                        "store.synchronous FULL default",
                        "gateway.listen 127.0.0.1:0 cairn.toml",
                        "gateway.writable false default",
                        "gateway.priority 30 default"),
                set.stream()
                        .map(label -> ((Label) label).getText())
                        .gather(Gatherers.windowFixed(3))
                        .map(row -> String.join(" ", row))
                        .toList());
    }

    @Test
    void aPortThatSomebodyElseHasIsToldWithAWayOut(FxRobot robot) throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            configure("gateway.listen = '127.0.0.1:" + other.getLocalPort() + "'\n");
            robot.clickOn("#node-on");
            assertEquals("The node could not be turned on", text(robot, "#node-off-title"));
            assertEquals(
                    "Stop whatever listens there, or set another port: gateway.listen.",
                    text(robot, "#node-off-advice"));
            assertTrue(text(robot, "#node-off-more").contains(":" + other.getLocalPort()));
            assertTrue(robot.lookup("#node-copy-details").query().isVisible());
        }
        configure("gateway.listen = '127.0.0.1:0'\n");
        robot.clickOn("#node-on");
        assertTrue(window.serving.server().isPresent());
    }

    @Test
    void requestsGatherWhileOneReadsTheList(FxRobot robot) throws Exception {
        robot.clickOn("#node-on");
        assertEquals(200, get(TOOL));
        robot.interact(window.model.node()::look);
        assertEquals(List.of("tool-1.9 200"), rows(robot));
        robot.moveTo("#node-requests");
        assertEquals(404, get(NOWHERE));
        assertEquals(200, get("/nix-cache-info"));
        robot.interact(window.model.node()::look);
        assertEquals(List.of("tool-1.9 200"), rows(robot));
        assertEquals("2 new", text(robot, "#node-requests-pane #fresh"));
        robot.clickOn("#node-requests-pane #fresh");
        assertEquals(List.of(" 200", " 404", "tool-1.9 200"), rows(robot));
        robot.clickOn("#node-requests-pane #filter").write("404");
        assertEquals(List.of(" 404"), rows(robot));
    }

    @Test
    void enterOpensThePathThatWasAskedFor(FxRobot robot) throws Exception {
        robot.clickOn("#node-on");
        assertEquals(200, get(TOOL));
        robot.interact(window.model.node()::look);
        robot.interact(() -> {
            TableView<?> table = robot.lookup("#node-requests").queryTableView();
            table.requestFocus();
            table.getSelectionModel().select(0);
        });
        assertEquals("tool-1.9", text(robot, ".inspector-title"));
        robot.push(KeyCode.ENTER);
        assertEquals(new Place.OfPath(Samples.TOOL.hash()), window.place());
    }

    @Test
    void nobodyElseIsAskedWhileOffline(FxRobot robot) throws Exception {
        robot.clickOn("#node-on");
        assertEquals(404, get(NOWHERE));
        robot.interact(window.model.node()::look);
        assertEquals("RESTING 1", upstream(robot));
        robot.clickOn("#node-offline");
        assertTrue(window.serving.server().orElseThrow().isOffline());
        assertEquals("OFFLINE 1", upstream(robot));
        assertTrue(
                robot.lookup("#node-status")
                        .queryButton()
                        .getTooltip()
                        .getText()
                        .endsWith(", and asks no other store"));
        robot.clickOn("#node-offline");
        assertFalse(robot.lookup("#node-offline").queryAs(CheckBox.class).isSelected());
        assertFalse(window.serving.server().orElseThrow().isOffline());
    }

    @Test
    void aClickCopiesALineForNix(FxRobot robot) {
        robot.clickOn("#node-on");
        robot.clickOn("For Nix");
        URI address = window.serving.server().orElseThrow().address();
        robot.clickOn("#node-lines .copyable");
        robot.interact(() -> assertEquals("extra-substituters = " + address, Clip.text()));
    }

    private int get(String target) throws Exception {
        URI address = window.serving.server().orElseThrow().address();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(address + target)).build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private void configure(String toml) throws IOException {
        Files.writeString(window.home.resolve("cairn.toml"), toml);
    }

    private static List<String> rows(FxRobot robot) {
        return robot.lookup("#node-requests").queryTableView().getItems().stream()
                .map(NodeModel.Row.class::cast)
                .map(row -> row.name() + " " + row.request().status())
                .toList();
    }

    private static String upstream(FxRobot robot) {
        return robot.lookup("#node-upstreams").queryTableView().getItems().stream()
                .map(NodeModel.Source.class::cast)
                .map(row -> row.health().state() + " " + row.health().failed())
                .findFirst()
                .orElse("");
    }

    private static String text(FxRobot robot, String query) {
        return robot.lookup(query).queryLabeled().getText();
    }

    private static String figure(FxRobot robot, String tile) {
        return robot.from(robot.lookup(tile)).lookup(".tile-figure").queryLabeled().getText();
    }
}

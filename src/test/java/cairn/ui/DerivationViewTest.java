package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Activity;
import cairn.engine.Engine;
import cairn.engine.Readiness.Lack;
import cairn.nix.StorePath;
import cairn.store.Progress;
import cairn.ui.model.DerivationModel;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testfx.api.FxRobot;
import org.testfx.framework.junit5.ApplicationExtension;
import org.testfx.framework.junit5.Start;

/// A derivation on the disk that needs the tool, which is here, and a compiler, which only a cache
/// has.
@ExtendWith(ApplicationExtension.class)
class DerivationViewTest {
    private final SampleWindow window = new SampleWindow();
    private final Path file = window.home.resolve("6b9jydsiygi6jhlz2dxbrxi6b4m1rn4r-hello.drv");
    private final StorePath compiler;

    DerivationViewTest() throws IOException {
        Path cache = Files.createDirectory(window.home.resolve("cache"));
        Files.writeString(
                window.home.resolve("cairn.toml"), "substituters = ['file://%s']".formatted(cache));
        try (var other = Engine.open(window.home.resolve("other"));
                var to = other.target("file://" + cache)) {
            Path content = Files.writeString(window.home.resolve("gcc"), "compiles");
            compiler = other.add("compiler-13", content, false, Progress.NONE).info().path();
            other.copyOut(to, List.of(compiler), Progress.NONE);
        }
        Files.writeString(
                file,
                "Derive([(\"out\",\"%s\",\"\",\"\")],[],[%s],\"x86_64-linux\",\"/bin/sh\",[],[])"
                        .formatted(
                                Samples.path("7b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "hello"),
                                String.join(
                                        ",",
                                        List.of(Samples.TOOL, compiler).stream()
                                                .map(path -> "\"" + path + "\"")
                                                .sorted()
                                                .toList())));
    }

    @Start
    void open(Stage stage) {
        window.show(stage);
    }

    @AfterEach
    void close(FxRobot robot) throws IOException {
        window.close(robot);
    }

    @Test
    void whatIsMissingIsToldPulledAndThere(FxRobot robot) throws Exception {
        robot.interact(() -> window.model.open(new Place.Node()));
        robot.clickOn("#node-off-build");
        assertEquals(new Place.Derivation(""), window.place());
        robot.interact(() -> robot.lookup("#drv-text").queryTextInputControl().setText("" + file));
        robot.clickOn("#drv-text").push(KeyCode.ENTER);
        assertEquals(new Place.Derivation(file.toString()), window.place());
        assertEquals(
                "Not yet: one path is missing, and can be pulled (120 B)",
                text(robot, "#drv-verdict"));
        assertEquals(
                "It is built on x86_64-linux. One path that it needs is here."
                        + " One of the missing can be pulled.",
                text(robot, "#drv-more"));
        assertEquals(List.of("compiler-13 file://" + window.home.resolve("cache")), missing(robot));
        var done = new CountDownLatch(1);
        try (var _ = window.engine.activities().onChange(() -> ended(done))) {
            robot.clickOn("#drv-pull");
            done.await();
        }
        robot.interact(() -> window.model.activities().look());
        assertEquals("Yes: everything that it needs is here", text(robot, "#drv-verdict"));
        assertFalse(robot.lookup("#drv-pull").query().isVisible());
        assertTrue(window.engine.catalog().path(compiler).isPresent());
        assertEquals(
                "one path came, 120 B; it can be built offline now",
                text(robot, "#activity-status"));
    }

    @Test
    void nobodyIsAskedWhereOneSaysSo(FxRobot robot) {
        robot.interact(() -> window.model.open(new Place.Derivation(file.toString())));
        robot.clickOn("#drv-offline");
        assertEquals("No: one path is missing", text(robot, "#drv-verdict"));
        assertTrue(text(robot, "#drv-more").endsWith(" No other store was asked."));
        assertEquals(List.of("compiler-13 "), missing(robot));
        robot.clickOn("#drv-offline");
        assertTrue(text(robot, "#drv-verdict").startsWith("Not yet: "));
    }

    @Test
    void whatIsNoDerivationIsToldAndTheFieldStays(FxRobot robot) {
        robot.interact(() -> window.model.open(new Place.Derivation(Samples.TOOL.hash())));
        assertEquals(
                "The derivation is malformed at byte 0: "
                        + Samples.TOOL
                        + " is none, and nobody told by which it was built.",
                text(robot, "#derivation-view #problem"));
        assertFalse(robot.lookup("#drv-look").query().isDisabled());
    }

    private void ended(CountDownLatch done) {
        if (window.engine.activities().list().stream()
                .noneMatch(each -> each.snapshot().state() instanceof Activity.State.Running)) {
            done.countDown();
        }
    }

    private static List<String> missing(FxRobot robot) {
        return robot.lookup("#drv-lacks").queryTableView().getItems().stream()
                .map(Lack.class::cast)
                .map(lack -> lack.path().name() + " " + DerivationModel.holder(lack))
                .toList();
    }

    private static String text(FxRobot robot, String query) {
        return robot.lookup(query).queryLabeled().getText();
    }
}

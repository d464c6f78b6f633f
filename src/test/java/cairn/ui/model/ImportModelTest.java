package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Activity;
import cairn.engine.Engine;
import cairn.store.Progress;
import cairn.ui.model.ImportModel.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportModelTest {
    @TempDir private Path folder;
    private Engine engine;
    private ImportModel model;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"));
        model = new ImportModel(engine);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void aCacheOverHttpWantsTargets() {
        model.sourceProperty().set(Source.URL);
        assertFalse(model.startable().get());
        model.locationProperty().set("https://cache.example");
        assertFalse(model.listed().get());
        assertFalse(model.startable().get());
        model.targetsProperty().set(Samples.TOOL.hash());
        assertTrue(model.startable().get());
    }

    @Test
    void whatCanBeListedCanComeWhole() {
        model.sourceProperty().set(Source.URL);
        model.locationProperty().set("file:///cache");
        assertTrue(model.listed().get());
        assertTrue(model.startable().get());
        model.everythingProperty().set(false);
        assertFalse(model.startable().get());
        model.sourceProperty().set(Source.FILE);
        assertTrue(model.startable().get());
    }

    @Test
    void bringsOnlyTheTargetsWithWhatTheyNeed() throws Exception {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        try (var other = Samples.engine(folder.resolve("other"));
                var to = other.open(cache.toUri().toString())) {
            other.copyOut(to, List.of(Samples.APPLICATION), Progress.NONE);
        }
        model.sourceProperty().set(Source.FOLDER);
        model.locationProperty().set(cache.toString());
        model.everythingProperty().set(false);
        model.targetsProperty().set("tool");
        var done = new CountDownLatch(1);
        try (var _ = engine.activities().onChange(() -> ended(done))) {
            model.start();
            done.await();
        }
        assertEquals(2, engine.catalog().count(""));
    }

    @Test
    void whatIsNoNameOfAFileFailsAsAnActivity() throws Exception {
        model.sourceProperty().set(Source.FOLDER);
        model.locationProperty().set("cache\0");
        var done = new CountDownLatch(1);
        try (var _ = engine.activities().onChange(() -> ended(done))) {
            model.start();
            done.await();
        }
        assertTrue(
                engine.activities().list().getFirst().snapshot().state()
                        instanceof Activity.State.Failed);
    }

    private void ended(CountDownLatch done) {
        if (engine.activities().list().stream()
                .noneMatch(activity ->
                        activity.snapshot().state() instanceof Activity.State.Running)) {
            done.countDown();
        }
    }
}

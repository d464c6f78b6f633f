package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.engine.Activity;
import cairn.engine.Engine;
import cairn.engine.Migration.Amount;
import cairn.nix.StorePath;
import cairn.store.Sharing;
import cairn.ui.model.Migrating.Phase;
import cairn.ui.model.Migrating.Setback;
import cairn.ui.model.Migrating.State;
import cairn.ui.model.Migrating.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigratingTest {
    /// What is to be done on the thread of this test, which stands for the UI thread.
    private final BlockingQueue<Runnable> turn = new LinkedBlockingQueue<>();

    @TempDir private Path folder;
    private Path cache = Path.of("");
    private Engine engine;
    private Migrating migrating;

    @BeforeEach
    void open() throws IOException {
        cache = MigrationSamples.cache(folder);
        engine = Engine.open(folder.resolve("home"));
        migrating = new Migrating(engine, turn::add);
        migrating.locationProperty().set(cache.toString());
    }

    @AfterEach
    void close() throws IOException {
        migrating.close();
        engine.close();
    }

    @Test
    void plansFirstAndBringsNothing() throws Exception {
        migrating.plan();
        assertEquals(Phase.PLANNED, rest().phase());
        var plan = migrating.stateProperty().get().findings().plan().orElseThrow();
        assertEquals("file://" + cache, plan.source());
        assertEquals(3, plan.coming().paths());
        assertEquals(new Amount(0, 0), plan.here());
        assertEquals(0, engine.catalog().count(""));
    }

    @Test
    void bringsVerifiesAndTellsWhatIsStoredOnce() throws Exception {
        migrating.plan();
        rest();
        migrating.bring();
        var state = rest();
        assertEquals(Phase.DONE, state.phase());
        assertEquals(3, state.findings().brought().orElseThrow().copied().newPaths());
        assertEquals(3, state.findings().statement().orElseThrow().intact());
        assertEquals(3, state.findings().sharing().orElseThrow().paths());
        assertEquals(List.of(), state.findings().setbacks());
        assertEquals(
                List.of("Comparison", "Verification", "Migration", "Plan"),
                engine.activities().list().stream()
                        .map(activity -> activity.title().split(" ", -1)[0])
                        .toList());
        assertFalse(migrating.startable().get());
        migrating.another();
        assertEquals(State.IDLE, migrating.stateProperty().get());
    }

    @Test
    void bringsOnlyWhatIsNamedWithWhatItNeeds() throws Exception {
        migrating.targetsProperty().set("tool");
        migrating.bring();
        assertEquals(Phase.DONE, rest().phase());
        assertEquals(List.of("library-1.10", "tool-1.9"), names());
    }

    @Test
    void tellsWhatIsDamagedAndBringsTheOthers() throws Exception {
        MigrationSamples.damage(cache, Samples.TOOL);
        migrating.bring();
        var state = rest();
        assertEquals(Phase.DONE, state.phase());
        assertEquals(List.of("library-1.10"), names());
        assertEquals(
                List.of(Setback.Why.DAMAGED, Setback.Why.HELD_BACK),
                state.findings().setbacks().stream().map(Setback::why).toList());
        assertEquals(
                List.of(Samples.TOOL.toString(), Samples.APPLICATION.toString()),
                state.findings().setbacks().stream().map(Setback::path).toList());
    }

    @Test
    void whatWasStoppedGoesOnWhereItStood() throws Exception {
        migrating.targetsProperty().set("library");
        migrating.bring();
        rest();
        migrating.another();
        migrating.targetsProperty().set("");
        migrating.plan();
        rest();
        try (var _ = engine.activities().onChange(this::cancelNewest)) {
            migrating.bring();
        }
        assertEquals(Phase.CANCELLED, rest().phase());
        assertEquals(Step.BRING, migrating.stateProperty().get().step());
        assertEquals(List.of("library-1.10"), names());
        migrating.bring();
        var state = rest();
        assertEquals(Phase.DONE, state.phase());
        assertEquals(1, state.findings().plan().orElseThrow().here().paths());
        assertEquals(2, state.findings().brought().orElseThrow().copied().newPaths());
        assertEquals(List.of("Application-2.0", "library-1.10", "tool-1.9"), names());
    }

    @Test
    void bringsWhatARealNixHas() throws Exception {
        var closure = Nix.closure();
        migrating.locationProperty().set(closure.nix().root().toString());
        migrating.targetsProperty().set(closure.top());
        migrating.plan();
        assertEquals(Phase.PLANNED, rest().phase());
        var plan = migrating.stateProperty().get().findings().plan().orElseThrow();
        assertEquals(closure.nix().uri(), plan.source());
        assertEquals(closure.paths().size(), plan.coming().paths());
        migrating.bring();
        var findings = rest().findings();
        assertEquals(closure.paths().size(), (int) findings.statement().orElseThrow().intact());
        assertEquals(List.of(), findings.setbacks());
        assertEquals(closure.paths().size(), engine.catalog().count(""));
        assertEquals(plan.coming().bytes(), findings.sharing().orElseThrow().narBytes());
    }

    @Test
    void groupsWhatDiffersByItsOwnHashAlone() throws Exception {
        MigrationSamples.addTwins(folder.resolve("twins"), cache);
        migrating.bring();
        var state = rest();
        assertEquals(
                List.of(List.of(MigrationSamples.TWIN, MigrationSamples.OTHER)),
                state.findings().sharing().orElseThrow().alike().stream()
                        .map(Sharing.Alike::paths)
                        .toList());
    }

    @Test
    void aSourceThatIsNotThereIsToldInWords() throws Exception {
        migrating.locationProperty().set(folder.resolve("nowhere").toString());
        migrating.plan();
        var state = rest();
        assertEquals(Phase.FAILED, state.phase());
        assertEquals(
                "There is no file " + folder.resolve("nowhere") + ".",
                state.problem().orElseThrow().sentence());
        migrating.locationProperty().set(cache.toString());
        assertEquals(State.IDLE, migrating.stateProperty().get());
        migrating.plan();
        assertEquals(Phase.PLANNED, rest().phase());
    }

    @Test
    void aCacheOverHttpWantsTargets() {
        migrating.locationProperty().set("https://cache.example");
        assertFalse(migrating.listed().get());
        assertFalse(migrating.startable().get());
        migrating.targetsProperty().set(Samples.TOOL.hash());
        assertTrue(migrating.startable().get());
    }

    @Test
    void aLinkPlansWhatIsHereAndAsksNothingElsewhere() throws Exception {
        migrating.follow("https://cache.example");
        assertEquals(Phase.IDLE, migrating.stateProperty().get().phase());
        assertEquals(List.of(), engine.activities().list());
        migrating.follow("file://" + cache);
        assertEquals(Phase.PLANNED, rest().phase());
        migrating.follow(cache + "/");
        assertEquals(Phase.PLANNED, rest().phase());
        assertTrue(
                engine.activities().list().getFirst().snapshot().state()
                        instanceof Activity.State.Done);
    }

    private void cancelNewest() {
        engine.activities().list().getFirst().cancel();
    }

    /// Does what is to be done on this thread until nothing is under way.
    private State rest() throws InterruptedException {
        while (migrating.stateProperty().get().isWorking()) {
            turn.take().run();
        }
        return migrating.stateProperty().get();
    }

    private List<String> names() throws IOException {
        return engine.catalog().list("", 0, 10).stream()
                .map(summary -> summary.path())
                .map(StorePath::name)
                .toList();
    }
}

package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Cid;
import cairn.engine.BuildRecord.Status;
import cairn.engine.Builds.Build;
import cairn.engine.Builds.Filter;
import cairn.engine.Builds.Kept;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildsTest {
    @TempDir Path folder;

    @Test
    void listsTheNewestFirst() throws IOException {
        try (var engine = Engine.open(folder)) {
            var hello = kept(engine, "web", "hello", Outcome.BUILT, true);
            var broken = kept(engine, "web", "broken", Outcome.FAILED, true);
            keep(engine, hello);
            keep(engine, kept(engine, "other", "hello-doc", Outcome.SAVED, false), broken);
            var builds = engine.builds();
            assertEquals(List.of(broken.cid(), hello.cid()), cids(builds.list(Filter.ALL, 0, 10)));
            assertEquals(List.of(hello.cid()), cids(builds.list(Filter.ALL, 1, 10)));
            assertEquals(2, builds.count());
            var any = new Filter(Optional.empty(), "", Optional.empty(), true);
            assertEquals(3, builds.list(any, 0, 9).size());
            assertEquals(
                    List.of(broken.cid()),
                    cids(
                            builds.list(
                                    new Filter(
                                            Optional.of("web"),
                                            "",
                                            Optional.of(Status.FAILED),
                                            false),
                                    0,
                                    10)));
            String derivation = path("hello").toString();
            assertEquals(
                    List.of(hello.cid()),
                    cids(
                            builds.list(
                                    new Filter(
                                            Optional.empty(), derivation, Optional.empty(), true),
                                    0,
                                    10)));
        }
    }

    @Test
    void seesWhatAnotherProcessKept() throws IOException {
        try (var engine = Engine.open(folder);
                var other = Engine.open(folder)) {
            assertEquals(List.of(), engine.builds().list(Filter.ALL, 0, 9));
            var kept = kept(other, "web", "hello", Outcome.BUILT, true);
            keep(other, kept);
            assertEquals(kept.cid(), engine.builds().find(kept.cid()).orElseThrow().cid());
        }
    }

    @Test
    void keepsWhatWasBuiltUntilItIsForgotten() throws IOException {
        try (var engine = Engine.open(folder)) {
            var kept = kept(engine, "web", "hello", Outcome.BUILT, true);
            keep(engine, kept);
            var store = engine.store();
            assertEquals(0, store.collect(engine.roots(), Progress.NONE).paths());
            assertTrue(store.has(kept.cid()));
            assertEquals(1, engine.builds().forget(List.of(kept.cid(), Cid.parse(OTHER))));
            assertEquals(List.of(), engine.builds().list(Filter.ALL, 0, 9));
            assertEquals(1, store.collect(engine.roots(), Progress.NONE).paths());
            assertTrue(!store.has(kept.cid()));
        }
    }

    @Test
    void isSparedWhereRoomIsMade() throws IOException {
        try (var engine = Engine.open(folder)) {
            var kept = kept(engine, "web", "hello", Outcome.BUILT, true);
            keep(engine, kept);
            Samples.put(engine.local(), Samples.path("other"));
            try (var space = new Space(engine, 1)) {
                assertEquals(1, space.makeRoom().paths());
            }
            assertTrue(engine.store().has(kept.cid()));
            assertEquals(List.of(Samples.path("hello")), engine.catalog().storePaths());
        }
    }

    @Test
    void comesBackWhenTheIndexIsRebuilt() throws IOException {
        List<Build> before;
        try (var engine = Engine.open(folder)) {
            var forgotten = kept(engine, "web", "hello", Outcome.BUILT, true);
            keep(engine, forgotten);
            keep(
                    engine,
                    kept(engine, "web", "libhello", Outcome.CUT_OFF, false),
                    kept(engine, "web", "hello-doc", Outcome.SAVED, true));
            assertEquals(1, engine.builds().forget(List.of(forgotten.cid())));
            before = engine.builds().list(Filter.ALL, 0, 10);
            assertEquals(2, before.size());
        }
        assertEquals(List.of(), Engine.repair(folder, Progress.NONE).damaged());
        try (var engine = Engine.open(folder)) {
            assertEquals(before, engine.builds().list(Filter.ALL, 0, 10));
        }
    }

    private static final String OTHER =
            "bafyreibjv2unyznp7t4re4lebde6ncgtqftgjk3d32yma6g727qsdcpwg4";

    private static StorePath path(String name) {
        return Samples.path(name + ".drv");
    }

    private static List<Cid> cids(List<Build> builds) {
        return builds.stream().map(Build::cid).toList();
    }

    private static void keep(Engine engine, Kept... run) throws IOException {
        long _ = engine.store().commit(engine.builds().telling("", List.of(run), List.of()));
    }

    /// A record of a derivation whose output is here.
    private static Kept kept(
            Engine engine, String project, String name, Outcome outcome, boolean asked)
            throws IOException {
        var output = Samples.path(name);
        Samples.put(engine.local(), output);
        var record =
                new BuildRecord(
                                project,
                                path(name),
                                "x86_64-linux",
                                "/bin/sh",
                                Optional.empty(),
                                new TreeMap<>(
                                        Map.of(
                                                "out",
                                                engine.catalog().path(output).orElseThrow().cid())),
                                Instant.EPOCH,
                                Instant.EPOCH.plusMillis(5),
                                switch (outcome) {
                                    case BUILT, PRESENT -> Status.SUCCEEDED;
                                    case CUT_OFF, SAVED -> Status.CUT_OFF;
                                    case SUBSTITUTED -> Status.SUBSTITUTED;
                                    case FAILED -> Status.FAILED;
                                },
                                Optional.empty())
                        .toBlock();
        try (var writer = engine.store().writer()) {
            writer.put(record);
            writer.commit();
        }
        return new Kept(record.cid(), asked, outcome);
    }
}

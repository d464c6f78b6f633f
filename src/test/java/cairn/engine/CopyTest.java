package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyTest {
    private static final StorePath LOWER = Samples.path("lower");
    private static final StorePath MIDDLE = Samples.path("middle");
    private static final StorePath UPPER = Samples.path("upper");

    @TempDir private Path folder;

    @Test
    void namesWhoRefersToWhatTheSourceLacks() throws IOException {
        String cache = cache();
        Files.delete(folder.resolve("cache").resolve(LOWER.hash() + ".narinfo"));
        try (var engine = Engine.open(folder.resolve("other"));
                var from = engine.open(cache)) {
            var e =
                    assertThrows(
                            NoSuchFileException.class,
                            () -> engine.copyIn(from, List.of(UPPER), true, Progress.NONE));
            assertEquals(LOWER.toString(), e.getFile());
            assertEquals(
                    "is not in %s, and %s refers to it".formatted(cache, UPPER), e.getReason());
        }
    }

    /// What many refer to would otherwise be most of what a large closure takes.
    @Test
    void keepsEachReferenceOfAClosureOnce() throws IOException {
        String cache = cache();
        try (var engine = Engine.open(folder.resolve("other"));
                var from = engine.open(cache)) {
            List<PathInfo> closure = Copy.closure(from, List.of(UPPER));
            assertEquals(
                    List.of(LOWER, MIDDLE, UPPER), closure.stream().map(PathInfo::path).toList());
            var middle = closure.get(1).references();
            var upper = closure.get(2).references();
            assertSame(middle.getFirst(), upper.get(upper.indexOf(LOWER)));
        }
    }

    /// The next time goes on where this one stood.
    @Test
    void keepsWhatCameInBeforeTheSourceFailed() throws IOException {
        String cache = cache();
        Path last = folder.resolve("cache").resolve(UPPER.hash() + ".narinfo");
        Files.writeString(
                last, Files.readString(last).replaceFirst("URL: .*", "URL: nar/lost.nar.zst"));
        try (var engine = Engine.open(folder.resolve("other"));
                var from = engine.open(cache)) {
            assertThrows(
                    NoSuchFileException.class,
                    () -> engine.copyIn(from, List.of(UPPER), true, Progress.NONE));
            assertEquals(2, engine.graph().paths().size());
        }
    }

    /// Nothing of a path that is here is asked for beyond its narinfo.
    @Test
    void readsNothingThatIsHere() throws IOException {
        String cache = cache();
        try (var archives = Files.list(folder.resolve("cache/nar"))) {
            for (Path archive : archives.toList()) {
                Files.delete(archive);
            }
        }
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open(cache)) {
            var done = engine.copyIn(from, List.of(UPPER), true, Progress.NONE);
            assertEquals(List.of(3L, 0L), List.of(done.paths(), done.newPaths()));
        }
    }

    private String cache() throws IOException {
        String uri = "file://" + folder.resolve("cache");
        try (var engine = Engine.open(folder.resolve("home"));
                var to = engine.target(uri)) {
            Samples.put(engine.local(), LOWER);
            Samples.put(engine.local(), MIDDLE, LOWER);
            Samples.put(engine.local(), UPPER, LOWER, MIDDLE);
            engine.copyOut(to, List.of(UPPER), Progress.NONE);
        }
        return uri;
    }
}

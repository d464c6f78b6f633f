package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildQueueTest {
    @TempDir private Path folder;

    @Test
    void buildsOfAStoreThatCannotBeReadWaitAndHoldUpNoOthers() throws IOException {
        Path broken = Files.createDirectories(folder.resolve("broken/nix/var/nix/db"));
        Files.writeString(broken.resolve("db.sqlite"), "no database");
        try (var engine = Engine.open(folder.resolve("home"))) {
            note("1", folder.resolve("broken"));
            note("2", folder.resolve("away"));
            Files.writeString(queue().resolve("3.build"), "nothing");
            var problems = engine.recordQueue(Progress.NONE).problems();
            assertEquals(3, problems.size());
            assertTrue(problems.get(0).contains("3.build"), problems.get(0));
            assertTrue(problems.get(1).startsWith("1 builds wait: "), problems.get(1));
            assertTrue(problems.get(2).startsWith("1 builds wait: "), problems.get(2));
            assertTrue(Files.exists(queue().resolve("1.build")));
            assertTrue(Files.exists(queue().resolve("3.build.bad")));
        }
    }

    private Path queue() throws IOException {
        return Files.createDirectories(folder.resolve("home/queue"));
    }

    private void note(String name, Path store) throws IOException {
        Files.writeString(
                queue().resolve(name + ".build"),
                """
                run=1
                derivation=%s
                outputs=%s
                finished=1
                project=web
                store=%s
                """
                        .formatted(Samples.path("x.drv"), Samples.path("x"), store));
    }
}

package cairn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/// A disk made of memory, mounted at a folder until it is closed. Only root may mount one; who may
/// not skips the test.
///
/// @param folder where it is mounted
public record SmallDisk(Path folder) implements AutoCloseable {
    /// Mounts an empty one.
    ///
    /// @param size as mount takes it: `8m`
    public static SmallDisk mount(Path folder, String size) throws IOException {
        int status = run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString());
        assumeTrue(status == 0, "a disk made of memory cannot be mounted here");
        return new SmallDisk(folder);
    }

    /// Mounts it with other options: `size=64m`, `ro`.
    public void remount(String options) throws IOException {
        assertEquals(0, run("mount", "-o", "remount," + options, folder.toString()));
    }

    @Override
    public void close() throws IOException {
        assertEquals(0, run("umount", folder.toString()));
    }

    private static int run(String... command) throws IOException {
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.onExit().join().exitValue();
    }
}

package cairn.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoomTest {
    @TempDir private Path folder;

    /// A writer that is killed.
    static final class Writer {
        public static void main(String... arguments) throws IOException {
            Path room = Room.open(Path.of(arguments[0])).folder();
            Files.writeString(room.resolve("half"), "written");
            System.out.println(room.getFileName());
            System.in.read();
        }
    }

    @Test
    void removesWhatAWriterLeftThatIsGone() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writer.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String left;
        try (var said = process.inputReader()) {
            left = said.readLine();
            try (var own = Room.open(folder)) {
                assertEquals(List.of(left, name(own)).stream().sorted().toList(), names());
            }
            assertEquals(List.of(left), names());
            process.destroyForcibly().waitFor();
        } finally {
            process.destroyForcibly();
        }
        try (var own = Room.open(folder);
                var other = Room.open(folder)) {
            assertEquals(List.of(name(own), name(other)).stream().sorted().toList(), names());
        }
        assertEquals(List.of(), names());
    }

    /// Killed after it made the room, and before it made the lock.
    @Test
    void removesTheEmptyRoomOfAWriterThatIsGone() throws IOException {
        Files.createDirectory(folder.resolve(".cairn-1"));
        try (var own = Room.open(folder)) {
            assertEquals(List.of(name(own)), names());
        }
    }

    @Test
    void leavesAloneWhatOnlyLooksLikeARoom() throws IOException {
        Path backup = Files.createDirectory(folder.resolve(".cairn-backup"));
        Files.writeString(backup.resolve("lock"), "of something else");
        Files.writeString(folder.resolve(".cairn-1"), "a file");
        try (var own = Room.open(folder)) {
            assertEquals(
                    List.of(".cairn-1", ".cairn-backup", name(own)).stream().sorted().toList(),
                    names());
        }
        assertEquals(List.of(".cairn-1", ".cairn-backup"), names());
        assertEquals("of something else", Files.readString(backup.resolve("lock")));
    }

    private static String name(Room room) {
        return room.folder().getFileName().toString();
    }

    private List<String> names() {
        return Arrays.stream(folder.toFile().list()).sorted().toList();
    }
}

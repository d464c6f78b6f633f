package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarWriterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final NarWriter writer = new NarWriter(out);

    @Test
    void writesWhatNixWrites() throws IOException {
        writer.regular(false, 6, Bytes.utf8("hello\n").toInputStream());
        assertTrue(writer.isComplete());
        assertArrayEquals(
                Files.readAllBytes(Path.of("src/test/resources/cairn/nix/nar/ok/file.nar")),
                out.toByteArray());
        assertEquals(out.size(), writer.position());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "/", "a\0"})
    void refusesNamesThatAreNone(String name) throws IOException {
        writer.directory();
        assertThrows(FormatException.class, () -> writer.entry(Bytes.utf8(name)));
    }

    @Test
    void refusesNamesOutOfOrder() throws IOException {
        writer.directory();
        writer.entry(Bytes.utf8("b"));
        writer.symlink(Bytes.utf8("x"));
        var e = assertThrows(FormatException.class, () -> writer.entry(Bytes.utf8("a")));
        assertEquals("'a' may not follow 'b'", e.problem());
    }

    @Test
    void refusesContentsOfAnotherSizeThanPromised() {
        assertEquals(
                "a file of 7 bytes was promised, 6 came",
                assertThrows(FormatException.class, () -> regular(7, "hello\n")).problem());
        assertEquals(
                "a file of 5 bytes was promised, more came",
                assertThrows(
                                FormatException.class,
                                () ->
                                        new NarWriter(out)
                                                .regular(
                                                        false,
                                                        5,
                                                        Bytes.utf8("hello\n").toInputStream()))
                        .problem());
    }

    @Test
    void refusesNegativeSizes() {
        assertThrows(FormatException.class, () -> regular(-1, ""));
        assertThrows(FormatException.class, () -> new NarSize().regular(false, -1));
    }

    @Test
    void refusesSizesThatAddUpToTooMuch() throws IOException {
        var size = new NarSize();
        size.directory();
        size.entry(Bytes.utf8("a"));
        var e = assertThrows(FormatException.class, () -> size.regular(false, Long.MAX_VALUE));
        assertEquals("is said to be longer than any archive can be", e.problem());
    }

    @Test
    void insistsOnTheGrammar() throws IOException {
        assertThrows(IllegalStateException.class, () -> writer.entry(Bytes.utf8("a")));
        assertThrows(IllegalStateException.class, writer::endDirectory);
        writer.directory();
        assertThrows(IllegalStateException.class, writer::directory);
        writer.entry(Bytes.utf8("a"));
        assertThrows(IllegalStateException.class, writer::endDirectory);
        writer.directory();
        writer.endDirectory();
        assertFalse(writer.isComplete());
        writer.endDirectory();
        assertTrue(writer.isComplete());
        assertThrows(IllegalStateException.class, writer::endDirectory);
        assertThrows(IllegalStateException.class, writer::directory);
    }

    private void regular(long size, String contents) throws IOException {
        InputStream in = Bytes.utf8(contents).toInputStream();
        writer.regular(false, size, in);
    }
}

package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportReaderTest {
    /// Two paths, as `nix-store --export` wrote them.
    private static final Path EXPORT = Path.of("src/test/resources/cairn/nix/export/ok/b.export");

    private static final String A = "cphqmyyqxbd1m7zsmqjap6sci2cya9cl-a";
    private static final String B = "wvlc4qaw6q226l7zhd4ahjvszpvxbk31-b";

    @Test
    void readsWhatNixExported() throws IOException {
        assertEquals(
                List.of(
                        new Exported(
                                path(A),
                                List.of(path(A)),
                                Optional.of(path("7b5l470ik85gqa43fazlmjm0qrxjvd5j-a.drv"))),
                        new Exported(
                                path(B),
                                List.of(path(A), path(B)),
                                Optional.of(path("phh0i14f2rb3ff7ykc1cwmrhqipima86-b.drv")))),
                read(Files.readAllBytes(EXPORT)));
    }

    @Test
    void givesTheArchives() throws IOException {
        var hashes = new ArrayList<NixHash>();
        try (var in = new ExportReader(Files.newInputStream(EXPORT))) {
            for (var nar = in.next(); nar.isPresent(); nar = in.next()) {
                var copy = new ByteArrayOutputStream();
                nar.get().writeTo(new NarWriter(copy));
                nar.get().close();
                hashes.add(NixHash.sha256Of(Bytes.wrap(copy.toByteArray())));
            }
        }
        assertEquals(
                List.of(
                        NixHash.parse("sha256-cEA07QtccBzke46x2rPqKZ0Oeabp6QX9U++HK1tvZs4="),
                        NixHash.parse("sha256-y4+DyrLsjei5UPXEySQa33QoANpPBaxjX+pdnBw6tsQ=")),
                hashes);
    }

    @Test
    void isWrittenAgainAsItWasRead() throws IOException {
        byte[] bytes = Files.readAllBytes(EXPORT);
        var copy = new ByteArrayOutputStream();
        var out = new ExportWriter(copy);
        try (var in = new ExportReader(new ByteArrayInputStream(bytes))) {
            for (var nar = in.next(); nar.isPresent(); nar = in.next()) {
                var content = new ByteArrayOutputStream();
                nar.get().writeTo(new NarWriter(content));
                out.path(
                        in.exported(),
                        new NarReader(new ByteArrayInputStream(content.toByteArray())));
            }
        }
        out.end();
        assertArrayEquals(bytes, copy.toByteArray());
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] bytes = Files.readAllBytes(EXPORT);
        for (int length = 0; length < bytes.length; length++) {
            byte[] shorter = Arrays.copyOf(bytes, length);
            assertThrows(FormatException.class, () -> read(shorter));
        }
    }

    @Test
    void passesOverASignatureOfOld() throws IOException {
        Bytes bytes = Bytes.wrap(Files.readAllBytes(EXPORT));
        Bytes signed =
                bytes.slice(0, bytes.length() - 16)
                        .concat(Bytes.ofHex("0100000000000000" + "0100000000000000"))
                        .concat(Bytes.ofHex("7800000000000000" + "0000000000000000"));
        assertEquals(read(bytes.toByteArray()), read(signed.toByteArray()));
    }

    /// The first path's archive has 160 bytes, its trailer begins at 168, its references at 232.
    @ParameterizedTest
    @CsvSource({
        "0, 2, expected a path or the end",
        "168, 0, expected 'NIXE' after an archive",
        "176, 0, expected a store path",
        "185, 255, a store path that is not UTF-8",
        "232, 255, expected a store path",
        "239, 128, 9223372036854775809 references are too many",
        "239, 1, 72057594037927937 references are too many",
        "847, 1, expected a path or the end",
    })
    void refusesAlterations(int at, int value, String problem) throws IOException {
        byte[] bytes = Files.readAllBytes(EXPORT);
        bytes[at] = (byte) value;
        var e = assertThrows(FormatException.class, () -> read(bytes));
        assertEquals(problem, e.problem());
    }

    @Test
    void refusesBytesAfterTheEnd() throws IOException {
        byte[] bytes = Files.readAllBytes(EXPORT);
        var e =
                assertThrows(
                        FormatException.class, () -> read(Arrays.copyOf(bytes, bytes.length + 1)));
        assertEquals("export at byte 848: bytes follow the end", e.getMessage());
    }

    private static List<Exported> read(byte[] bytes) throws IOException {
        var paths = new ArrayList<Exported>();
        try (var in = new ExportReader(new ByteArrayInputStream(bytes))) {
            while (in.next().isPresent()) {
                paths.add(in.exported());
            }
        }
        return paths;
    }

    private static StorePath path(String base) throws FormatException {
        return StorePath.parse("/nix/store", base);
    }
}

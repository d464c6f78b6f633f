package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.FormatException;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class NarCompressionTest {
    /// One archive, as Nix packs it in every way.
    private static final Path PACKED = Path.of("src/test/resources/cairn/nix/packed");

    @ParameterizedTest
    @EnumSource
    void unpacksWhatNixPacked(NarCompression compression) throws IOException {
        byte[] archive = Files.readAllBytes(PACKED.resolve("tree.nar"));
        assertArrayEquals(archive, unpacked(compression, packed(compression), archive.length));
    }

    @ParameterizedTest
    @EnumSource
    void unpacksWhatItPacked(NarCompression compression) throws IOException {
        byte[] zeros = new byte[300_000];
        assertArrayEquals(zeros, unpacked(compression, packed(compression, zeros), zeros.length));
    }

    @ParameterizedTest
    @EnumSource
    void refusesToUnpackMoreThanExpected(NarCompression compression) throws IOException {
        byte[] bomb = packed(compression, new byte[300_000]);
        var e = assertThrows(FormatException.class, () -> unpacked(compression, bomb, 299_999));
        assertEquals("unpacks to more than the 299999 bytes that were expected", e.problem());
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void refusesTruncations(NarCompression compression) throws IOException {
        byte[] packed = packed(compression);
        for (int length = 1; length < packed.length; length += 7) {
            byte[] shorter = Arrays.copyOf(packed, length);
            assertThrows(
                    FormatException.class, () -> unpacked(compression, shorter, Long.MAX_VALUE));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void refusesOrSurvivesAlterations(NarCompression compression) throws IOException {
        byte[] packed = packed(compression);
        for (int i = 0; i < packed.length; i += 5) {
            byte[] altered = packed.clone();
            altered[i] ^= 0x55;
            try {
                unpacked(compression, altered, 1 << 20);
            } catch (FormatException _) {
                // As it should be; a few bytes, such as times, may also be of no account.
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void refusesWhatIsPackedOtherwise(NarCompression compression) throws IOException {
        byte[] plain = packed(NarCompression.NONE);
        var e = assertThrows(FormatException.class, () -> unpacked(compression, plain, 1 << 20));
        assertEquals(compression.toString(), e.format());
    }

    @ParameterizedTest
    @EnumSource
    void tellsAFailingSourceFromMalformedData(NarCompression compression) throws IOException {
        var closed = InputStream.nullInputStream();
        closed.close();
        var e =
                assertThrows(
                        IOException.class, () -> compression.decompress(closed, 1).readAllBytes());
        assertEquals("Stream closed", e.getMessage());
    }

    /// What the packer asks for is taken once for all who unpack, and given back.
    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD"})
    void unpacksOnlyWhatThereIsMemoryFor(NarCompression compression) throws IOException {
        byte[] large = packedAsSmallAsCanBe(compression);
        byte[] usual = packed(compression);
        for (int i = 0; i < 3; i++) {
            try (var first = decompress(compression, large)) {
                assertEquals(7, first.read());
                assertThrows(
                        BusyException.class,
                        () -> {
                            try (var second = decompress(compression, large)) {
                                int _ = second.read();
                            }
                        });
            }
        }
        try (var first = decompress(compression, usual);
                var second = decompress(compression, usual)) {
            assertEquals(first.read(), second.read());
        }
    }

    @Test
    void waitsForItsTurn() throws Exception {
        byte[] large = packedAsSmallAsCanBe(NarCompression.XZ);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> second;
            try (var first = decompress(NarCompression.XZ, large)) {
                assertEquals(7, first.read());
                second =
                        threads.submit(() -> {
                            var in = new ByteArrayInputStream(large);
                            try (var unpacked = NarCompression.XZ.decompress(in, 1)) {
                                return unpacked.read();
                            }
                        });
            }
            assertEquals(7, second.get());
        }
    }

    @Test
    void isToldByNarinfoAndByFileName() throws IOException {
        assertEquals(NarCompression.ZSTD, NarCompression.named("zstd"));
        assertThrows(FormatException.class, () -> NarCompression.named("br"));
        assertEquals(Optional.of(NarCompression.NONE), NarCompression.ofFileName("a.nar"));
        assertEquals(Optional.of(NarCompression.BZIP2), NarCompression.ofFileName("a.nar.bz2"));
        assertEquals(Optional.empty(), NarCompression.ofFileName("a.car"));
    }

    private static byte[] packed(NarCompression compression) throws IOException {
        return Files.readAllBytes(PACKED.resolve("tree.nar" + compression.extension()));
    }

    private static byte[] packed(NarCompression compression, byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = compression.compress(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    /// One byte.
    private static byte[] packedAsSmallAsCanBe(NarCompression compression) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out =
                compression == NarCompression.XZ
                        ? new XZOutputStream(packed, new LZMA2Options(9))
                        : new ZstdOutputStreamNoFinalizer(packed, 22).setLong(27)) {
            out.write(7);
        }
        return packed.toByteArray();
    }

    private static InputStream decompress(NarCompression compression, byte[] packed)
            throws IOException {
        return compression.decompress(
                new ByteArrayInputStream(packed), Long.MAX_VALUE, Duration.ZERO);
    }

    private static byte[] unpacked(NarCompression compression, byte[] packed, long limit)
            throws IOException {
        try (var in = compression.decompress(new ByteArrayInputStream(packed), limit)) {
            return in.readAllBytes();
        }
    }
}

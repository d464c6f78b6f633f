package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RasterTest {
    private static final int WHITE = 0xffffff;

    @Test
    void aBoxOnTheGridIsExact() {
        var raster = black(4, 3);
        raster.box(1, 1, 2, 1, 0, WHITE, Raster.OPAQUE);
        assertArrayEquals(new int[] {0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0}, levels(raster));
    }

    @Test
    void aBoxBetweenPixelsIsShared() {
        var raster = black(4, 1);
        raster.box(0.5f, 0, 2, 1, 0, WHITE, Raster.OPAQUE);
        assertArrayEquals(new int[] {127, 255, 127, 0}, levels(raster));
    }

    @Test
    void aLevelLineTakesOneRow() {
        var raster = black(4, 3);
        raster.line(0.5f, 1.5f, 3.5f, 1.5f, WHITE, Raster.OPAQUE);
        assertArrayEquals(new int[] {0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0}, levels(raster));
    }

    @Test
    void aLineLooksTheSameFromBothEndsAndTurned() {
        var there = black(30, 30);
        there.line(2.5f, 4.5f, 26.5f, 13.5f, WHITE, 128);
        var back = black(30, 30);
        back.line(26.5f, 13.5f, 2.5f, 4.5f, WHITE, 128);
        var turned = black(30, 30);
        turned.line(4.5f, 2.5f, 13.5f, 26.5f, WHITE, 128);
        for (int y = 0; y < 30; y++) {
            for (int x = 0; x < 30; x++) {
                assertEquals(there.pixels[y * 30 + x], back.pixels[y * 30 + x], 0x010101);
                assertEquals(there.pixels[y * 30 + x], turned.pixels[x * 30 + y], 0x010101);
            }
        }
    }

    @Test
    void inkIsAsMuchAsTheShapeIsLarge() {
        var disc = black(64, 64);
        disc.disc(31.3f, 30.8f, 20, WHITE, Raster.OPAQUE);
        assertEquals(Math.PI * 400, ink(disc), 8);
        var curve = black(200, 64);
        curve.curve(10, 12, 190, 12, 3, WHITE, Raster.OPAQUE);
        assertEquals(540, ink(curve), 6);
        var steep = black(64, 400);
        steep.curve(20, 10, 44, 390, 2, WHITE, Raster.OPAQUE);
        assertEquals(2 * length(24, 380), ink(steep), 0.04 * ink(steep));
        var spot = black(8, 8);
        spot.spot(3.2f, 4.7f, 1, WHITE);
        assertEquals(Math.PI, ink(spot), 0.1);
    }

    @Test
    void whatLiesOutsideIsClipped() {
        var random = new Random(3);
        var raster = black(40, 30);
        for (int i = 0; i < 2000; i++) {
            float[] at = new float[4];
            for (int k = 0; k < 4; k++) {
                at[k] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(6)));
            }
            raster.line(at[0], at[1], at[2], at[3], WHITE, 100);
            raster.curve(at[0], at[1], at[0] + Math.abs(at[2]), at[3], 1, WHITE, 100);
            raster.disc(at[0], at[1], Math.min(50, Math.abs(at[2])), WHITE, 100);
            raster.box(at[0], at[1], Math.abs(at[2]), Math.abs(at[3]), 3, WHITE, 100);
            raster.spot(at[0], at[1], 1, WHITE);
        }
        assertTrue(ink(raster) > 0);
    }

    @Test
    void glyphsAreSymmetricAndNeverEmpty() {
        var random = new Random(4);
        for (long digest : LongStream.concat(LongStream.of(0), random.longs(200)).toArray()) {
            boolean[] cells = HashGlyph.cells(digest);
            boolean any = false;
            for (int i = 0; i < cells.length; i++) {
                int mirrored = i / 5 * 5 + 4 - i % 5;
                assertEquals(cells[i], cells[mirrored]);
                any |= cells[i];
            }
            assertTrue(any);
        }
    }

    /// The length of the curve that leaves and arrives level.
    private static double length(double wide, double high) {
        return IntStream.range(0, 10_000)
                .mapToDouble(i -> (i + 0.5) / 10_000)
                .map(t -> Math.hypot(wide, 6 * high * t * (1 - t)) / 10_000)
                .sum();
    }

    private static Raster black(int width, int height) {
        var raster = new Raster(width, height);
        raster.clear(0);
        return raster;
    }

    private static int[] levels(Raster raster) {
        return Arrays.stream(raster.pixels).map(pixel -> pixel & 0xff).toArray();
    }

    private static double ink(Raster raster) {
        return Arrays.stream(levels(raster)).sum() / 255.0;
    }
}

package cairn.ui;

import java.util.Arrays;

/// Draws smooth lines, discs and rectangles into an array of opaque pixels.
///
/// Without a graphics card the scene graph strokes a few hundred lines in the time in which this
/// draws a hundred thousand. Colours are `0xRRGGBB`, strengths 0 to 256, coordinates pixels whose
/// middles lie at one half. Everything outside is clipped. One thread at a time.
final class Raster {
    static final int OPAQUE = 256;
    private static final int PAIR = 0xff00ff;
    private static final int GREEN = 0x00ff00;
    private static final int ALPHA = 0xff000000;

    final int width;
    final int height;
    final int[] pixels;

    Raster(int width, int height) {
        this(width, height, new int[width * height]);
    }

    Raster(int width, int height, int[] pixels) {
        this.width = width;
        this.height = height;
        this.pixels = pixels;
    }

    void clear(int colour) {
        Arrays.fill(pixels, ALPHA | colour);
    }

    private void blend(int at, int colour, int strength) {
        int under = pixels[at];
        int rest = OPAQUE - strength;
        int redBlue = ((colour & PAIR) * strength + (under & PAIR) * rest >>> 8) & PAIR;
        int green = ((colour & GREEN) * strength + (under & GREEN) * rest >>> 8) & GREEN;
        pixels[at] = ALPHA | redBlue | green;
    }

    /// A straight line one pixel wide.
    void line(float x1, float y1, float x2, float y2, int colour, int strength) {
        float startX = x1 - 0.5f;
        float startY = y1 - 0.5f;
        float dx = x2 - x1;
        float dy = y2 - y1;
        if (Math.abs(dx) >= Math.abs(dy)) {
            run(startX, startY, dx, dy, width, height, 1, width, colour, strength);
        } else {
            run(startY, startX, dy, dx, height, width, width, 1, colour, strength);
        }
    }

    /// Steps along the longer direction and shares each step's strength between two pixels.
    private void run(
            float start,
            float across,
            float length,
            float rise,
            int along,
            int wide,
            int step,
            int side,
            int colour,
            int strength) {
        float from = length < 0 ? start + length : start;
        float at = length < 0 ? across + rise : across;
        float size = Math.abs(length);
        float slope = size == 0 ? 0 : (length < 0 ? -rise : rise) / size;
        int first = Math.max(0, (int) Math.ceil(from - 0.5f));
        int last = Math.min(along - 1, (int) Math.floor(from + size + 0.49f));
        // Only the part between the two long sides.
        if (slope == 0) {
            if (at < -1 || at > wide) {
                return;
            }
        } else {
            float enter = from + ((slope > 0 ? -1 : wide) - at) / slope;
            float leave = from + ((slope > 0 ? wide : -1) - at) / slope;
            first = Math.max(first, (int) Math.ceil(Math.min(enter, along)));
            last = Math.min(last, (int) Math.floor(Math.max(leave, -1)));
        }
        if (first > last) {
            return;
        }
        long position = (long) ((at + (first - from) * slope) * 65536f);
        long increment = (long) (slope * 65536f);
        for (int i = first, base = first * step; i <= last; i++, base += step) {
            int cell = (int) (position >> 16);
            int part = (int) (position >> 8) & 0xff;
            if (cell >= 0 && cell < wide) {
                blend(base + cell * side, colour, (OPAQUE - part) * strength >> 8);
            }
            if (cell >= -1 && cell + 1 < wide) {
                blend(base + (cell + 1) * side, colour, part * strength >> 8);
            }
            position += increment;
        }
    }

    /// A curve of some thickness that leaves and arrives level, from left to right.
    void curve(float x1, float y1, float x2, float y2, float thickness, int colour, int strength) {
        int first = Math.max(0, (int) Math.floor(x1));
        int last = Math.min(width - 1, (int) Math.ceil(x2) - 1);
        float length = x2 - x1;
        if (length <= 0) {
            return;
        }
        float highest = Math.min(y1, y2) - thickness - 1;
        float lowest = Math.max(y1, y2) + thickness + 1;
        if (lowest < 0 || highest > height) {
            return;
        }
        for (int x = first; x <= last; x++) {
            float begin = Math.max(x, x1);
            float end = Math.min(x + 1, x2);
            float t = ((begin + end) / 2 - x1) / length;
            float y = y1 + (y2 - y1) * t * t * (3 - 2 * t);
            float slope = Math.abs(6 * (y2 - y1) / length * t * (1 - t));
            stripe(x, y, slope, thickness, colour, strength * (end - begin));
        }
    }

    /// One column of a line: the exact cover is a trapezoid, as high as the line is steep.
    private void stripe(int x, float y, float slope, float thickness, int colour, float strength) {
        float rise = Math.max(slope, 1);
        float thick = thickness * (float) Math.sqrt(1 + slope * slope);
        float reach = (rise + thick) / 2;
        float ramp = Math.min(rise, thick);
        float most = Math.min(1, thick / rise) * strength;
        int first = Math.max(0, (int) Math.floor(y - reach));
        int last = Math.min(height - 1, (int) Math.floor(y + reach));
        for (int i = first; i <= last; i++) {
            float cover = (reach - Math.abs(i + 0.5f - y)) / ramp;
            if (cover > 0) {
                blend(i * width + x, colour, (int) (Math.min(cover, 1) * most));
            }
        }
    }

    /// A point of about a pixel, as a square of the same area.
    void spot(float x, float y, float radius, int colour) {
        float half = radius * 0.886f;
        int left = Math.max(0, (int) Math.floor(x - half));
        int right = Math.min(width - 1, (int) Math.floor(x + half));
        int top = Math.max(0, (int) Math.floor(y - half));
        int bottom = Math.min(height - 1, (int) Math.floor(y + half));
        for (int row = top; row <= bottom; row++) {
            float high = Math.min(row + 1, y + half) - Math.max(row, y - half);
            for (int i = left; i <= right; i++) {
                float wide = Math.min(i + 1, x + half) - Math.max(i, x - half);
                blend(row * width + i, colour, (int) (wide * high * OPAQUE));
            }
        }
    }

    void disc(float x, float y, float radius, int colour, int strength) {
        int top = Math.max(0, (int) Math.floor(y - radius - 0.5f));
        int bottom = Math.min(height - 1, (int) Math.ceil(y + radius + 0.5f));
        for (int row = top; row <= bottom; row++) {
            float dy = row + 0.5f - y;
            float outer = (radius + 0.5f) * (radius + 0.5f) - dy * dy;
            if (outer <= 0) {
                continue;
            }
            float half = (float) Math.sqrt(outer);
            int first = Math.max(0, (int) Math.floor(x - half));
            int last = Math.min(width - 1, (int) Math.ceil(x + half) - 1);
            float sure = (radius - 0.5f) * (radius - 0.5f) - dy * dy;
            float inner = radius < 0.5f || sure < 0 ? -1 : (float) Math.sqrt(sure);
            for (int i = first; i <= last; i++) {
                float dx = i + 0.5f - x;
                if (Math.abs(dx) <= inner) {
                    blend(row * width + i, colour, strength);
                } else {
                    float cover = radius + 0.5f - (float) Math.sqrt(dx * dx + dy * dy);
                    // A disc smaller than a pixel is a fainter pixel.
                    float faint = Math.min(1, cover) * Math.min(1, 2 * radius);
                    if (cover > 0) {
                        blend(row * width + i, colour, (int) (faint * strength));
                    }
                }
            }
        }
    }

    /// A filled rectangle with round corners.
    void box(float x, float y, float w, float h, float radius, int colour, int strength) {
        float round = Math.min(radius, Math.min(w, h) / 2);
        int left = Math.max(0, (int) Math.floor(x));
        int right = Math.min(width - 1, (int) Math.ceil(x + w) - 1);
        int top = Math.max(0, (int) Math.floor(y));
        int bottom = Math.min(height - 1, (int) Math.ceil(y + h) - 1);
        for (int row = top; row <= bottom; row++) {
            float coverY = Math.min(row + 1, y + h) - Math.max(row, y);
            float dy = Math.max(Math.max(y + round - row - 0.5f, row + 0.5f - y - h + round), 0);
            for (int i = left; i <= right; i++) {
                float dx = Math.max(Math.max(x + round - i - 0.5f, i + 0.5f - x - w + round), 0);
                float cover;
                if (dx > 0 && dy > 0) {
                    cover = round + 0.5f - (float) Math.sqrt(dx * dx + dy * dy);
                } else {
                    cover = coverY * (Math.min(i + 1, x + w) - Math.max(i, x));
                }
                if (cover >= 1) {
                    blend(row * width + i, colour, strength);
                } else if (cover > 0) {
                    blend(row * width + i, colour, (int) (cover * strength));
                }
            }
        }
    }

    /// A shape inside a rectangle, sampled four times in each direction of a pixel.
    void shape(float x, float y, float w, float h, Shape shape, int colour) {
        int left = Math.max(0, (int) Math.floor(x));
        int right = Math.min(width - 1, (int) Math.ceil(x + w) - 1);
        int top = Math.max(0, (int) Math.floor(y));
        int bottom = Math.min(height - 1, (int) Math.ceil(y + h) - 1);
        for (int row = top; row <= bottom; row++) {
            for (int column = left; column <= right; column++) {
                int hits = 0;
                for (double down = 0.125; down < 1; down += 0.25) {
                    for (double along = 0.125; along < 1; along += 0.25) {
                        hits +=
                                shape.covers((column + along - x) / w, (row + down - y) / h)
                                        ? 1
                                        : 0;
                    }
                }
                blend(row * width + column, colour, hits * OPAQUE / 16);
            }
        }
    }

    /// Tells which points of a square, 0 to 1 in both directions, are covered.
    @FunctionalInterface
    interface Shape {
        boolean covers(double u, double v);
    }
}

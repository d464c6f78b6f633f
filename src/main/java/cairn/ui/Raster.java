package cairn.ui;

import java.util.Arrays;

/// Draws smooth lines, discs and rectangles into an array of opaque pixels.
///
/// Without a graphics card the scene graph strokes a few hundred lines in the time in which this
/// draws a hundred thousand. Colours are `0xRRGGBB`, strengths 0 to 256, coordinates pixels whose
/// middles lie at one half. Everything outside is clipped, and what is moved by whole pixels looks
/// the same. One thread at a time.
final class Raster {
    static final int OPAQUE = 256;
    private static final int PAIR = 0xff00ff;
    private static final int GREEN = 0x00ff00;
    private static final int ALPHA = 0xff000000;
    private static final int FINE_BITS = 32;
    private static final double FINE = 0x1p32;

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
    void line(double x1, double y1, double x2, double y2, int colour, int strength) {
        double startX = x1 - 0.5;
        double startY = y1 - 0.5;
        double dx = x2 - x1;
        double dy = y2 - y1;
        if (Math.abs(dx) >= Math.abs(dy)) {
            run(startX, startY, dx, dy, width, height, 1, width, colour, strength);
        } else {
            run(startY, startX, dy, dx, height, width, width, 1, colour, strength);
        }
    }

    /// Steps along the longer direction and shares each step's strength between two pixels.
    private void run(
            double start,
            double across,
            double length,
            double rise,
            int along,
            int wide,
            int step,
            int side,
            int colour,
            int strength) {
        double from = length < 0 ? start + length : start;
        double at = length < 0 ? across + rise : across;
        double size = Math.abs(length);
        double slope = size == 0 ? 0 : (length < 0 ? -rise : rise) / size;
        int begin = (int) Math.ceil(from - 0.5);
        int first = Math.max(0, begin);
        int last = Math.min(along - 1, (int) Math.floor(from + size + 0.49));
        // Only the part between the two long sides.
        if (slope == 0) {
            if (at < -1 || at > wide) {
                return;
            }
        } else {
            double enter = from + ((slope > 0 ? -1 : wide) - at) / slope;
            double leave = from + ((slope > 0 ? wide : -1) - at) / slope;
            first = Math.max(first, (int) Math.floor(Math.min(enter, along)));
            last = Math.min(last, (int) Math.ceil(Math.max(leave, -1)));
        }
        // Counted from the line's own beginning, so that clipping moves no pixel of it.
        long increment = Math.round(slope * FINE);
        long position =
                (long) Math.floor((at + (begin - from) * slope) * FINE)
                        + ((long) first - begin) * increment;
        for (int i = first, base = first * step; i <= last; i++, base += step) {
            int cell = (int) (position >> FINE_BITS);
            int part = (int) (position >> FINE_BITS - 8) & 0xff;
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
    void curve(
            double x1,
            double y1,
            double x2,
            double y2,
            double thickness,
            int colour,
            int strength) {
        int first = Math.max(0, (int) Math.floor(x1));
        int last = Math.min(width - 1, (int) Math.ceil(x2) - 1);
        double length = x2 - x1;
        if (length <= 0) {
            return;
        }
        double highest = Math.min(y1, y2) - thickness - 1;
        double lowest = Math.max(y1, y2) + thickness + 1;
        if (lowest < 0 || highest > height) {
            return;
        }
        for (int x = first; x <= last; x++) {
            double begin = Math.max(x, x1);
            double end = Math.min(x + 1, x2);
            double t = ((begin + end) / 2 - x1) / length;
            double y = y1 + (y2 - y1) * t * t * (3 - 2 * t);
            double slope = Math.abs(6 * (y2 - y1) / length * t * (1 - t));
            stripe(x, y, slope, thickness, colour, strength * (end - begin));
        }
    }

    /// One column of a line: the exact cover is a trapezoid, as high as the line is steep.
    private void stripe(
            int x, double y, double slope, double thickness, int colour, double strength) {
        double rise = Math.max(slope, 1);
        double thick = thickness * Math.sqrt(1 + slope * slope);
        double reach = (rise + thick) / 2;
        double ramp = Math.min(rise, thick);
        double most = Math.min(1, thick / rise) * strength;
        int first = Math.max(0, (int) Math.floor(y - reach));
        int last = Math.min(height - 1, (int) Math.floor(y + reach));
        for (int i = first; i <= last; i++) {
            double cover = (reach - Math.abs(i + 0.5 - y)) / ramp;
            if (cover > 0) {
                blend(i * width + x, colour, (int) (Math.min(cover, 1) * most));
            }
        }
    }

    /// A point of about a pixel, as a square of the same area.
    void spot(double x, double y, double radius, int colour) {
        double half = radius * 0.886;
        int left = Math.max(0, (int) Math.floor(x - half));
        int right = Math.min(width - 1, (int) Math.floor(x + half));
        int top = Math.max(0, (int) Math.floor(y - half));
        int bottom = Math.min(height - 1, (int) Math.floor(y + half));
        for (int row = top; row <= bottom; row++) {
            double high = Math.min(row + 1, y + half) - Math.max(row, y - half);
            for (int i = left; i <= right; i++) {
                double wide = Math.min(i + 1, x + half) - Math.max(i, x - half);
                blend(row * width + i, colour, (int) (wide * high * OPAQUE));
            }
        }
    }

    void disc(double x, double y, double radius, int colour, int strength) {
        int top = Math.max(0, (int) Math.floor(y - radius - 0.5));
        int bottom = Math.min(height - 1, (int) Math.ceil(y + radius + 0.5));
        for (int row = top; row <= bottom; row++) {
            double dy = row + 0.5 - y;
            double outer = (radius + 0.5) * (radius + 0.5) - dy * dy;
            if (outer <= 0) {
                continue;
            }
            double half = Math.sqrt(outer);
            int first = Math.max(0, (int) Math.floor(x - half));
            int last = Math.min(width - 1, (int) Math.ceil(x + half) - 1);
            double sure = (radius - 0.5) * (radius - 0.5) - dy * dy;
            double inner = radius < 0.5 || sure < 0 ? -1 : Math.sqrt(sure);
            for (int i = first; i <= last; i++) {
                double dx = i + 0.5 - x;
                if (Math.abs(dx) <= inner) {
                    blend(row * width + i, colour, strength);
                } else {
                    double cover = radius + 0.5 - Math.sqrt(dx * dx + dy * dy);
                    // A disc smaller than a pixel is a fainter pixel.
                    double faint = Math.min(1, cover) * Math.min(1, 2 * radius);
                    if (cover > 0) {
                        blend(row * width + i, colour, (int) (faint * strength));
                    }
                }
            }
        }
    }

    /// A filled rectangle with round corners.
    void box(double x, double y, double w, double h, double radius, int colour, int strength) {
        double round = Math.min(radius, Math.min(w, h) / 2);
        int left = Math.max(0, (int) Math.floor(x));
        int right = Math.min(width - 1, (int) Math.ceil(x + w) - 1);
        int top = Math.max(0, (int) Math.floor(y));
        int bottom = Math.min(height - 1, (int) Math.ceil(y + h) - 1);
        for (int row = top; row <= bottom; row++) {
            double coverY = Math.min(row + 1, y + h) - Math.max(row, y);
            double dy = Math.max(Math.max(y + round - row - 0.5, row + 0.5 - y - h + round), 0);
            for (int i = left; i <= right; i++) {
                double dx = Math.max(Math.max(x + round - i - 0.5, i + 0.5 - x - w + round), 0);
                double cover;
                if (dx > 0 && dy > 0) {
                    cover = round + 0.5 - Math.sqrt(dx * dx + dy * dy);
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
    void shape(double x, double y, double w, double h, Shape shape, int colour) {
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

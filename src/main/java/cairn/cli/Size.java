package cairn.cli;

import java.util.Locale;

/// Writes numbers of bytes and of things for people.
final class Size {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Size() {}

    /// Three figures and a unit: `0 B`, `1.50 KiB`, `12.3 MiB`, `789 GiB`.
    static String text(long bytes) {
        if (Math.abs(bytes) < 1024) {
            return bytes + " B";
        }
        double amount = bytes;
        int unit = -1;
        while (Math.abs(amount) >= 1023.5) {
            amount /= 1024;
            unit++;
        }
        double shown = Math.abs(amount);
        String figures = shown < 9.995 ? "%.2f" : shown < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, figures, amount) + " " + UNITS[unit];
    }

    /// The same with a sign, as for a difference.
    static String change(long bytes) {
        return (bytes > 0 ? "+" : "") + text(bytes);
    }

    /// How many things of a kind: `0 paths`, `1 path`, `1,234 paths`.
    static String count(long number, String thing) {
        return "%,d %s%s".formatted(number, thing, number == 1 ? "" : "s");
    }
}

package cairn.ui;

import java.util.Locale;

/// Sizes in binary units with three figures.
final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Sizes() {}

    static String format(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (Math.abs(amount) >= 999.5 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        int decimals = unit == 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", amount, UNITS[unit]);
    }
}

package cairn.ui.model;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// How numbers, times and names are written on the screen.
public final class Figures {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final String THIN = "\u202f";
    private static final DateTimeFormatter EXACT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int HEAD = 7;
    private static final int TAIL = 6;

    private Figures() {}

    /// A size in three figures, such as `12.3 MiB`.
    public static String size(long bytes) {
        double value = Math.abs((double) bytes);
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        String sign = bytes < 0 ? "−" : "";
        return sign + String.format(Locale.ROOT, "%." + decimals + "f", value) + " " + UNITS[unit];
    }

    /// The size to the byte, for tooltips.
    public static String exactSize(long bytes) {
        return Words.text("figures.bytes", count(bytes));
    }

    /// A change of size, with its sign.
    public static String growth(long bytes) {
        return bytes > 0 ? "+" + size(bytes) : bytes == 0 ? "±0" : size(bytes);
    }

    /// A number with thin separators between thousands.
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(",", THIN).replace('-', '−');
    }

    public static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
    }

    /// How long ago something was, in one unit.
    public static String age(Instant at, Instant now) {
        long seconds = Math.max(0, Duration.between(at, now).toSeconds());
        if (seconds < 60) {
            return Words.text("figures.now");
        }
        if (seconds < 3600) {
            return Words.text("figures.minutes", seconds / 60);
        }
        if (seconds < 86_400) {
            return Words.text("figures.hours", seconds / 3600);
        }
        long days = seconds / 86_400;
        if (days < 60) {
            return Words.text("figures.days", days);
        }
        return days < 730
                ? Words.text("figures.months", days / 30)
                : Words.text("figures.years", days / 365);
    }

    /// A time to the second in the zone of whoever looks.
    public static String exactTime(Instant at) {
        return EXACT.format(at.atZone(ZoneId.systemDefault()));
    }

    /// A time of day to the second in the zone of whoever looks.
    public static String timeOfDay(Instant at) {
        return OF_DAY.format(at.atZone(ZoneId.systemDefault()));
    }

    /// A number with one decimal as long as it is small.
    public static String tenths(double number) {
        return number < 9.95
                ? String.format(Locale.ROOT, "%.1f", number)
                : count(Math.round(number));
    }

    /// How long something took that mostly takes milliseconds.
    public static String brief(Duration time) {
        double milliseconds = time.toNanos() / 1e6;
        return milliseconds < 9.995
                ? String.format(Locale.ROOT, "%.2f ms", milliseconds)
                : duration(time);
    }

    /// How long something took.
    public static String duration(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 1) {
            return time.toMillis() + " ms";
        }
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
        }
        return seconds < 60
                ? seconds + " s"
                : String.format(
                        Locale.ROOT, "%d:%02d min", seconds / 60, Math.floorMod(seconds, 60));
    }

    /// A long name with its middle left out, such as `bafyrei…q3kx4m`.
    public static String shortened(String name) {
        return name.length() <= HEAD + TAIL + 1
                ? name
                : name.substring(0, HEAD) + "…" + name.substring(name.length() - TAIL);
    }
}

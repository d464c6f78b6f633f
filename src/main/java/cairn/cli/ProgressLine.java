package cairn.cli;

import cairn.store.Progress;
import java.io.PrintStream;
import java.util.ArrayList;

/// Shows long work on one line of a terminal, until it is closed; elsewhere it shows nothing.
final class ProgressLine implements Progress, AutoCloseable {
    /// What work counts.
    enum Unit {
        BYTES,
        COUNT;

        private String amount(long number) {
            return this == BYTES ? Size.text(number) : "%,d".formatted(number);
        }
    }

    private static final long PAUSE_NANOS = 100_000_000;
    private static final String CLEAR = "\r\u001b[K";

    /// Between these two a terminal cuts a line that is too long for it, instead of breaking it.
    private static final String CUT = "\u001b[?7l";

    private static final String BREAK = "\u001b[?7h";

    private final PrintStream err;
    private final boolean shown;
    private final Unit unit;
    private final Interrupt interrupt;
    private final long started = System.nanoTime();
    private long next = started + PAUSE_NANOS;
    private boolean open = true;

    ProgressLine(PrintStream err, boolean shown, Unit unit, Interrupt interrupt) {
        this.err = err;
        this.shown = shown;
        this.unit = unit;
        this.interrupt = interrupt;
    }

    @Override
    public synchronized void step(String what, long done, long total) {
        long now = System.nanoTime();
        if (!shown || !open || now < next) {
            return;
        }
        next = now + PAUSE_NANOS;
        err.print(CLEAR + CUT + line(unit, what, done, total, (now - started) / 1e9) + BREAK);
        err.flush();
    }

    /// How far work has come: ` 40% 12.0 MiB of 30.0 MiB 4.00 MiB/s 0:05 left hello-2.12.1`.
    ///
    /// @param total 0 or less if it is not known
    static String line(Unit unit, String what, long done, long total, double seconds) {
        double rate = done / seconds;
        var parts = new ArrayList<String>();
        if (total > 0) {
            parts.add("%3d%%".formatted((long) (100.0 * done / total)));
            parts.add(unit.amount(done) + " of " + unit.amount(total));
        } else {
            parts.add(unit.amount(done));
        }
        parts.add(unit.amount((long) rate) + "/s");
        if (done > 0 && done < total) {
            parts.add(clock((long) ((total - done) / rate)) + " left");
        }
        parts.add(Session.shown(what));
        return String.join("  ", parts);
    }

    private static String clock(long seconds) {
        long minutes = seconds / 60;
        return minutes < 60
                ? "%d:%02d".formatted(minutes, seconds % 60)
                : "%d:%02d:%02d".formatted(minutes / 60, minutes % 60, seconds % 60);
    }

    @Override
    public boolean isCancelled() {
        return interrupt.isSet();
    }

    @Override
    public synchronized void close() {
        if (shown && open) {
            err.print(CLEAR);
            err.flush();
        }
        open = false;
    }
}

package cairn.cli;

import cairn.store.Progress;
import java.io.PrintStream;

/// Shows long work on one line of a terminal, until it is closed; elsewhere it shows nothing.
final class ProgressLine implements Progress, AutoCloseable {
    /// What work counts.
    enum Unit {
        BYTES,
        COUNT
    }

    private static final long PAUSE_NANOS = 100_000_000;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream err;
    private final boolean shown;
    private final int width;
    private final Unit unit;
    private final Interrupt interrupt;
    private final long started = System.nanoTime();
    private long next = started + PAUSE_NANOS;
    private boolean open = true;

    ProgressLine(PrintStream err, boolean shown, int width, Unit unit, Interrupt interrupt) {
        this.err = err;
        this.shown = shown;
        this.width = width;
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
        double seconds = (now - started) / 1e9;
        String rate =
                unit == Unit.BYTES
                        ? Size.text((long) (done / seconds)) + "/s"
                        : "%.0f/s".formatted(done / seconds);
        String line =
                "%s%s  %s  %s"
                        .formatted(
                                total > 0 ? "%3d%%  ".formatted(100 * done / total) : "",
                                total > 0 ? amount(done) + " of " + amount(total) : amount(done),
                                rate,
                                Session.shown(what));
        err.print(CLEAR + line.substring(0, Math.min(line.length(), width - 1)));
        err.flush();
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

    private String amount(long number) {
        return unit == Unit.BYTES ? Size.text(number) : "%,d".formatted(number);
    }
}

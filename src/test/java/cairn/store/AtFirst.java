package cairn.store;

import java.io.IOException;
import java.io.UncheckedIOException;

/// Does something at the first step of one kind, in the middle of other work.
abstract class AtFirst implements Progress {
    private final String what;
    private boolean done;

    AtFirst(String what) {
        this.what = what;
    }

    abstract void run() throws IOException;

    @Override
    public void step(String what, long done, long total) {
        if (!this.done && what.equals(this.what)) {
            this.done = true;
            try {
                run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public boolean isCancelled() {
        return false;
    }
}

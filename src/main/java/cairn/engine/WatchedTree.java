package cairn.engine;

import cairn.nix.NarFilter;
import cairn.nix.NarSink;
import cairn.store.Progress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/// Tells how much of the files of a tree was read on its way to a sink, and stops it when the work
/// is cancelled.
final class WatchedTree extends NarFilter {
    private final Progress progress;
    private final LongConsumer read;

    /// @param read is told how many bytes more were read, each time
    WatchedTree(NarSink sink, Progress progress, LongConsumer read) {
        super(sink);
        this.progress = progress;
        this.read = read;
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        progress.check();
        super.regular(
                executable,
                size,
                new FilterInputStream(contents) {
                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        int count = super.read(target, offset, length);
                        if (count > 0) {
                            read.accept(count);
                            progress.check();
                        }
                        return count;
                    }
                });
    }
}

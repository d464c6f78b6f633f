package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.InputStream;

/// Computes the size of the archive of a tree from names, targets and sizes; no contents are read.
public final class NarSize implements NarSink {
    private final NarOrder order = new NarOrder();
    private final long limit;
    private long total = NarTokens.START.length();

    public NarSize() {
        this(Long.MAX_VALUE);
    }

    /// @param limit the most bytes that the archive may have; a tree of more is refused as soon as
    ///   it shows
    NarSize(long limit) {
        this.limit = limit;
    }

    /// The bytes so far: once the root has ended, the size of the archive.
    public long bytes() {
        return total;
    }

    @Override
    public void directory() throws FormatException {
        order.directory(total);
        add(NarTokens.DIRECTORY.length());
    }

    @Override
    public void entry(Bytes name) throws FormatException {
        order.entry(total, name);
        add(NarTokens.ENTRY.length());
        addData(name.length());
        add(NarTokens.NODE.length());
    }

    @Override
    public void endDirectory() throws FormatException {
        order.endDirectory();
        endNode();
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents)
            throws FormatException {
        regular(executable, size);
    }

    /// Adds a file, and tells where its contents begin in the archive.
    public long regular(boolean executable, long size) throws FormatException {
        order.regular(total, size);
        add((executable ? NarTokens.EXECUTABLE : NarTokens.REGULAR).length());
        long offset = total + Long.BYTES;
        addData(size);
        endNode();
        return offset;
    }

    @Override
    public void symlink(Bytes target) throws FormatException {
        order.symlink(total, target);
        add(NarTokens.SYMLINK.length());
        addData(target.length());
        endNode();
    }

    private void endNode() throws FormatException {
        add(NarTokens.END.length());
        if (!order.isComplete()) {
            add(NarTokens.END.length());
        }
    }

    private void addData(long length) throws FormatException {
        add(Long.BYTES);
        add(length);
        add(NarTokens.padding(length));
    }

    private void add(long bytes) throws FormatException {
        if (bytes > limit - total) {
            throw new FormatException(
                    "nar",
                    total,
                    limit == Long.MAX_VALUE
                            ? "is said to be longer than any archive can be"
                            : "goes on beyond the %d bytes that it may have".formatted(limit));
        }
        total += bytes;
    }
}

package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.ipld.PbLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// Streams part of a file. The data of a node comes before that of its links, in every layout.
///
/// Each block must cover as many bytes as its parent says, so what is read agrees with the size of
/// the file. A small DAG of shared blocks cannot take forever: nodes are followed no deeper than
/// any layout goes, and those that cover no bytes only where the topmost leads to them. Kubo leaves
/// such nodes behind, with links, where it cuts a file short.
final class FileContents extends InputStream {
    private static final int MAX_DEPTH = 64;

    private final UnixFsReader reader;
    private final Deque<Level> open = new ArrayDeque<>();
    private final boolean toEnd;
    private Bytes chunk = Bytes.EMPTY;
    private long toSkip;
    private long left;

    FileContents(UnixFsReader reader, UnixFsNode.RegularFile file, long from, long to)
            throws FormatException {
        this.reader = reader;
        toSkip = from;
        left = to - from;
        toEnd = to == file.size();
        enter(UnixFsBlock.decode(file.block()), file.size());
    }

    @Override
    public int read() throws IOException {
        if (!advance()) {
            return -1;
        }
        int value = chunk.at(0) & 0xff;
        consume(1);
        return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!advance()) {
            return -1;
        }
        int count = Math.min(length, chunk.length());
        chunk.copyTo(0, target, offset, count);
        consume(count);
        return count;
    }

    /// Hands on whole chunks without copying them.
    @Override
    public long transferTo(OutputStream out) throws IOException {
        long count = 0;
        while (advance()) {
            chunk.writeTo(out);
            count += chunk.length();
            consume(chunk.length());
        }
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.clamp(count, 0, left);
        int here = (int) Math.min(skipped, chunk.length());
        consume(here);
        toSkip += skipped - here;
        left -= skipped - here;
        return skipped;
    }

    @Override
    public int available() {
        return chunk.length();
    }

    private void consume(int count) {
        chunk = chunk.slice(count);
        left -= count;
    }

    /// Goes on to the next chunk if there is nothing of the last one left; at the end of the file
    /// also through links that cover no bytes.
    private boolean advance() throws IOException {
        while (chunk.isEmpty() && !open.isEmpty() && (left > 0 || toEnd)) {
            var level = open.element();
            if (!level.links.hasNext()) {
                open.remove();
                continue;
            }
            PbLink link = level.links.next();
            long size = level.sizes.next();
            if (toSkip >= size && (toSkip > 0 || open.size() > 1)) {
                toSkip -= size;
            } else {
                enter(reader.read(link.hash()), size);
            }
        }
        return !chunk.isEmpty();
    }

    private void enter(UnixFsBlock block, long size) throws FormatException {
        UnixFsData data = block.data();
        if (!data.isFile()) {
            throw block.malformed("a " + data.type() + " as part of a file");
        }
        if (data.fileSize() != size) {
            throw block.malformed(
                    "covers %d bytes of a file, but %d are expected"
                            .formatted(data.fileSize(), size));
        }
        if (open.size() == MAX_DEPTH) {
            throw block.malformed("is more than %d links away from its file".formatted(MAX_DEPTH));
        }
        int skipped = (int) Math.min(toSkip, data.data().length());
        int end = (int) Math.min(skipped + left, data.data().length());
        chunk = data.data().slice(skipped, end);
        toSkip -= skipped;
        open.push(new Level(block.links().iterator(), data.blockSizes().iterator()));
    }

    private record Level(Iterator<PbLink> links, Iterator<Long> sizes) {}
}

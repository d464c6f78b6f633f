package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Walks through a pack from frame to frame without an index. Where no frame can be made out, the
/// walk goes on at the next one that has the mark of the pack. Belongs to one thread.
final class PackScan implements AutoCloseable {
    private static final int WINDOW = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final long mark;
    private final long end;
    private long position = PackAppender.HEAD;

    private PackScan(Path file, FileChannel channel, long end) {
        this.file = file;
        this.channel = channel;
        mark = PackAppender.mark(file);
        this.end = end;
    }

    /// What stands at one place of a pack.
    sealed interface Found {
        long offset();

        /// A frame whose header is sound; its body has still to be checked.
        record Whole(long offset, FrameHeader header) implements Found {}

        /// Bytes that are no frame, up to the next one or to the end.
        record Damaged(long offset, FormatException problem) implements Found {}
    }

    /// Opens a pack.
    static PackScan open(Path file) throws IOException {
        return open(file, Long.MAX_VALUE);
    }

    /// Opens a pack to walk up to a length.
    static PackScan open(Path file, long length) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new PackScan(file, channel, Math.min(length, channel.size()));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Checks that the pack begins as one with the name of its file does.
    void checkHead() throws IOException {
        if (end < PackAppender.HEAD) {
            throw new FormatException("pack", end, "the pack ends inside its head");
        }
        byte[] head = new byte[PackAppender.HEAD];
        Packs.read(channel, 0, head, head.length);
        String name = PackAppender.readHead(Bytes.wrap(head));
        if (!file.getFileName().toString().equals(Packs.fileName(name))) {
            throw new FormatException("pack", 0, "the file is not named as its head says");
        }
    }

    /// What comes next, or empty at the end.
    Optional<Found> next() throws IOException {
        if (position >= end) {
            return Optional.empty();
        }
        long offset = position;
        try {
            var header = header(offset);
            position = offset + header.length();
            return Optional.of(new Found.Whole(offset, header));
        } catch (FormatException e) {
            position = search(offset + 1);
            return Optional.of(new Found.Damaged(offset, e));
        }
    }

    /// The bytes of a frame, header included.
    byte[] read(Found.Whole found) throws IOException {
        byte[] bytes = new byte[(int) found.header.length()];
        Packs.read(channel, found.offset, bytes, bytes.length);
        return bytes;
    }

    private FrameHeader header(long offset) throws IOException {
        if (end - offset < FrameHeader.LENGTH) {
            throw new FormatException("pack", offset, "the pack ends inside a frame");
        }
        byte[] bytes = new byte[FrameHeader.LENGTH];
        Packs.read(channel, offset, bytes, bytes.length);
        var header = FrameHeader.decode(Bytes.wrap(bytes), offset);
        if (header.length() > end - offset) {
            throw new FormatException("pack", offset, "the pack ends inside a frame");
        }
        return header;
    }

    /// The place of the next frame with a sound header and the mark, or the end.
    private long search(long from) throws IOException {
        var window = ByteBuffer.allocate(WINDOW);
        for (long at = from; at < end; at += WINDOW - FrameHeader.LENGTH) {
            window.clear().limit((int) Math.min(WINDOW, end - at));
            Packs.read(channel, at, window.array(), window.limit());
            for (int i = 0; i + FrameHeader.LENGTH <= window.limit(); i++) {
                if (FrameHeader.mayStart(window.array(), i)) {
                    try {
                        if (mark != 0 && header(at + i).pack() == mark) {
                            return at + i;
                        }
                    } catch (FormatException _) {
                        // Looks like a frame by chance.
                    }
                }
            }
        }
        return end;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

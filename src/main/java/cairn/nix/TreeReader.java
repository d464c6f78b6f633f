package cairn.nix;

import cairn.cid.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeMap;

/// Tells a file, a link or a folder with all that is in it, as `nix-store --dump` does.
///
/// Links are told, never followed; a file is executable if its owner may execute it; names are the
/// bytes on disk, in their order. A device, a socket or a pipe is refused, and so is a file that
/// changes its size while it is read. Each use reads the disk anew.
public final class TreeReader implements NarSource {
    private final Path root;

    public TreeReader(Path root) {
        this.root = root;
    }

    @Override
    public void writeTo(NarSink sink) throws IOException {
        var open = new ArrayDeque<Iterator<Named>>();
        node(root, sink, open);
        while (!open.isEmpty()) {
            var entries = open.element();
            if (entries.hasNext()) {
                var entry = entries.next();
                sink.entry(entry.name);
                node(entry.path, sink, open);
            } else {
                open.remove();
                sink.endDirectory();
            }
        }
    }

    private static void node(Path path, NarSink sink, ArrayDeque<Iterator<Named>> open)
            throws IOException {
        var attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isDirectory()) {
            sink.directory();
            open.push(entries(path));
        } else if (attributes.isSymbolicLink()) {
            sink.symlink(FileNames.bytes(Files.readSymbolicLink(path)));
        } else if (attributes.isRegularFile()) {
            boolean executable =
                    attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
            try (var contents = new Contents(path, attributes.size())) {
                sink.regular(executable, attributes.size(), contents);
            }
        } else {
            throw new FileSystemException(
                    path.toString(), null, "is neither a file, a folder nor a link");
        }
    }

    private static Iterator<Named> entries(Path folder) throws IOException {
        var sorted = new TreeMap<Bytes, Path>();
        try (var paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                sorted.put(FileNames.bytes(path.getFileName()), path);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return sorted.entrySet().stream()
                .map(entry -> new Named(entry.getKey(), entry.getValue()))
                .iterator();
    }

    private record Named(Bytes name, Path path) {}

    /// Just as many bytes as the file had when it was looked at.
    private static final class Contents extends InputStream {
        private final Path path;
        private final SeekableByteChannel channel;
        private long left;

        Contents(Path path, long size) throws IOException {
            this.path = path;
            left = size;
            channel =
                    Files.newByteChannel(
                            path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int read = channel.read(ByteBuffer.wrap(target, offset, count));
            if (read > left || read < 0 && left > 0) {
                throw new FileSystemException(path.toString(), null, "changed while it was read");
            }
            left -= Math.max(0, read);
            return read;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

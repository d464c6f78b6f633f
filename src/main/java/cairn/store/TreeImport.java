package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.nix.NarSink;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.unixfs.Chunker;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.FileBuilder;
import cairn.unixfs.Subtree;
import cairn.unixfs.UnixFsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Imports one tree of files: cuts it, names the pieces, hands them on as blocks, and hashes the
/// NAR that is made of just those pieces.
///
/// Whatever order, depth, size or name could not stand in an archive is refused as the NAR is
/// written, before a directory is made of it. Belongs to one thread.
public final class TreeImport implements NarSink {
    /// How many entries a directory and those around it may have together, because all of them are
    /// kept until their directories end. A few bytes can unpack to any number of them.
    static final int MAX_ENTRIES = 1 << 20;

    /// What came out: the root of the tree, and the NAR that it makes.
    public record Imported(Subtree tree, NixHash narHash, long narSize) {}

    private final BlockSink blocks;
    private final long limit;
    private final Executor threads;
    private final UnixFsWriter writer;
    private final Chunker chunker = new Chunker(InputStream.nullInputStream());
    private final DigestLane digest;
    private final NarWriter nar;
    private final Deque<Level> open = new ArrayDeque<>();
    private int openEntries;
    private @Nullable Subtree root;

    /// A directory that has begun, and the entry that is named but not told yet.
    private static final class Level {
        final List<DirectoryEntry> entries = new ArrayList<>();
        Bytes name = Bytes.EMPTY;

        /// The most entries that directories within each other have together below this one.
        int below;
    }

    /// @param blocks keeps nothing of the bytes of leaves, which the next one overwrites
    /// @param limit the most bytes that the NAR may have; a tree of more, which blocks that share
    ///   much can pretend to be, is refused as soon as it shows
    public TreeImport(BlockSink blocks, long limit) {
        this(blocks, limit, Runnable::run, OutputStream.nullOutputStream());
    }

    /// @param threads where the NAR is hashed, and leaves are while there is nothing else to do
    /// @param copy is written the NAR
    TreeImport(BlockSink blocks, long limit, Executor threads, OutputStream copy) {
        this.blocks = blocks;
        this.limit = limit;
        this.threads = threads;
        this.writer = new UnixFsWriter(blocks);
        this.digest = new DigestLane(threads);
        this.nar = new NarWriter(new Tee(digest, copy));
    }

    /// Writes everything twice.
    private static final class Tee extends OutputStream {
        private final OutputStream first;
        private final OutputStream second;

        Tee(OutputStream first, OutputStream second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void write(int value) throws IOException {
            first.write(value);
            second.write(value);
        }

        @Override
        public void write(byte[] source, int offset, int count) throws IOException {
            first.write(source, offset, count);
            second.write(source, offset, count);
        }
    }

    /// What importing a tree would give; nothing is kept.
    public static Imported of(NarSource content) throws IOException {
        var tree = new TreeImport(_ -> {}, Long.MAX_VALUE);
        content.writeTo(tree);
        return tree.finish();
    }

    /// What was imported, once the whole tree was told.
    public Imported finish() {
        if (!nar.isComplete()) {
            throw new IllegalStateException("the tree has not ended");
        }
        return new Imported(
                Objects.requireNonNull(root), NixHash.sha256(digest.digest()), nar.position());
    }

    @Override
    public void directory() throws IOException {
        nar.directory();
        open.push(new Level());
    }

    @Override
    public void entry(Bytes name) throws IOException {
        nar.entry(name);
        open.element().name = name.compact();
    }

    @Override
    public void endDirectory() throws IOException {
        nar.endDirectory();
        var level = open.pop();
        openEntries -= level.entries.size();
        int nested = checkEntries(level.entries.size() + level.below);
        if (!open.isEmpty()) {
            open.element().below = Math.max(open.element().below, nested);
        }
        add(writer.directory(level.entries));
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        if (size > limit) {
            throw new FormatException(
                    "nar",
                    nar.position(),
                    "a file of %d bytes does not fit in the %d that were promised"
                            .formatted(size, limit));
        }
        var file = new FileBuilder(blocks);
        chunker.open(contents);
        nar.regular(executable, size, new Chunks(file));
        add(file.finish(executable));
    }

    @Override
    public void symlink(Bytes target) throws IOException {
        nar.symlink(target);
        add(writer.symlink(target));
    }

    private void add(Subtree node) throws FormatException {
        if (nar.position() > limit) {
            throw new FormatException(
                    "nar",
                    limit,
                    "is longer than the %d bytes that were promised".formatted(limit));
        }
        if (open.isEmpty()) {
            root = node;
        } else {
            openEntries = checkEntries(openEntries + 1);
            var level = open.element();
            level.entries.add(new DirectoryEntry(level.name, node));
        }
    }

    /// Refuses what [TreeNar] would refuse to read.
    private int checkEntries(int count) throws FormatException {
        if (count > MAX_ENTRIES) {
            throw new FormatException(
                    "nar",
                    nar.position(),
                    "directories within each other have more than %d entries"
                            .formatted(MAX_ENTRIES));
        }
        return count;
    }

    /// A file's content, read back out of the chunks that are handed on as its leaves.
    private final class Chunks extends InputStream {
        private final FileBuilder file;
        private Iterator<Leaf> leaves = Collections.emptyIterator();
        private Bytes chunk = Bytes.EMPTY;
        private int position;

        Chunks(FileBuilder file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            return fill() ? chunk.at(position++) & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, chunk.length() - position);
            chunk.copyTo(position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public long transferTo(OutputStream out) throws IOException {
            long count = 0;
            while (fill()) {
                chunk.slice(position).writeTo(out);
                count += chunk.length() - position;
                position = chunk.length();
            }
            return count;
        }

        private boolean fill() throws IOException {
            if (position < chunk.length()) {
                return true;
            }
            if (!leaves.hasNext()) {
                leaves = Leaf.hashing(chunker.nextFew(), threads).iterator();
            }
            if (!leaves.hasNext()) {
                return false;
            }
            var leaf = leaves.next().block();
            chunk = leaf.bytes();
            position = 0;
            blocks.put(leaf);
            file.add(Subtree.leaf(leaf.cid(), chunk.length()));
            return true;
        }
    }

    /// A chunk that is named by whichever thread comes to it first.
    private static final class Leaf extends FutureTask<Block> {
        Leaf(Bytes chunk) {
            super(() -> Block.of(Codec.RAW, chunk));
        }

        /// Leaves that other threads begin to name from the last one on.
        static List<Leaf> hashing(List<Bytes> chunks, Executor threads) {
            List<Leaf> leaves = chunks.stream().map(Leaf::new).toList();
            if (leaves.size() > 1) {
                threads.execute(() -> leaves.reversed().forEach(Leaf::run));
            }
            return leaves;
        }

        Block block() throws IOException {
            run();
            try {
                return get();
            } catch (ExecutionException e) {
                throw new IOException("a chunk could not be hashed: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a chunk was hashed");
            }
        }
    }
}

package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.ipld.BlockSink;
import cairn.ipld.PbLink;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Writes files, symlinks and directories as UnixFS, each the same way every time: equal content
/// has equal identifiers.
///
/// Files are cut by [Chunker] into raw leaves below balanced nodes, see [FileBuilder]. The only
/// mode is that of executable files. A directory whose block would exceed 262,144 bytes becomes a
/// HAMT of shards, see [Shard], as Kubo writes it. Children are written before what contains them.
///
/// Safe for use by several threads if the sink is.
public final class UnixFsWriter {
    private static final int MAX_DIRECTORY = 256 << 10;
    private static final int WIDTH = 8;
    private static final int FANOUT = 1 << WIDTH;

    private final BlockSink sink;
    private final int maxDirectory;

    public UnixFsWriter(BlockSink sink) {
        this(sink, MAX_DIRECTORY);
    }

    UnixFsWriter(BlockSink sink, int maxDirectory) {
        this.sink = sink;
        this.maxDirectory = maxDirectory;
    }

    /// Writes a file; the stream is read to its end and stays the caller's to close.
    public Subtree file(InputStream content, boolean executable) throws IOException {
        var chunker = new Chunker(content);
        var file = new FileBuilder(sink);
        for (Optional<Bytes> chunk = chunker.next(); chunk.isPresent(); chunk = chunker.next()) {
            file.add(Bytes.wrap(chunk.get().toByteArray()));
        }
        return file.finish(executable);
    }

    public Subtree symlink(Bytes target) throws IOException {
        return UnixFsBlock.write(sink, UnixFsData.symlink(target), List.of());
    }

    /// Writes a directory; the order of the entries does not matter.
    ///
    /// @throws IllegalArgumentException if a name occurs twice
    /// @throws FormatException if the directory needs shards and two names have one hash
    public Subtree directory(Collection<DirectoryEntry> entries) throws IOException {
        List<DirectoryEntry> sorted =
                entries.stream().sorted(Comparator.comparing(DirectoryEntry::name)).toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).name().equals(sorted.get(i - 1).name())) {
                throw new IllegalArgumentException(
                        "two entries named '%s'".formatted(sorted.get(i).name().toUtf8()));
            }
        }
        if (sorted.stream().mapToLong(entry -> entry.name().length()).sum() <= maxDirectory) {
            List<PbLink> links = sorted.stream().map(entry -> entry.link(Bytes.EMPTY)).toList();
            Bytes encoded = UnixFsBlock.encode(UnixFsData.directory(), links);
            if (encoded.length() <= maxDirectory) {
                return UnixFsBlock.write(sink, encoded, 0, links);
            }
        }
        return shard(sorted.stream().map(Placed::new).sorted().toList(), 0);
    }

    /// Writes a shard of entries that agree in the first `depth` bits of their hashes.
    private Subtree shard(List<Placed> entries, int depth) throws IOException {
        if (depth == Long.SIZE) {
            throw new FormatException(
                    UnixFsData.FORMAT,
                    0,
                    "the names '%s' and '%s' have one hash"
                            .formatted(
                                    entries.getFirst().entry().name().toUtf8(),
                                    entries.getLast().entry().name().toUtf8()));
        }
        var taken = new byte[FANOUT / Byte.SIZE];
        var links = new ArrayList<PbLink>();
        int to;
        for (int from = 0; from < entries.size(); from = to) {
            int slot = Shard.slot(entries.get(from).hash(), depth, WIDTH);
            to = from + 1;
            while (to < entries.size()
                    && Shard.slot(entries.get(to).hash(), depth, WIDTH) == slot) {
                to++;
            }
            Bytes prefix = Shard.prefix(slot, WIDTH);
            links.add(
                    to - from == 1
                            ? entries.get(from).entry().link(prefix)
                            : shard(entries.subList(from, to), depth + WIDTH).link(prefix));
            taken[taken.length - 1 - slot / Byte.SIZE] |= (byte) (1 << slot % Byte.SIZE);
        }
        int zeros = 0;
        while (taken[zeros] == 0) {
            zeros++;
        }
        var bitField = Bytes.wrap(taken, zeros, taken.length - zeros);
        return UnixFsBlock.write(sink, UnixFsData.shard(bitField, FANOUT), links);
    }

    /// An entry of a sharded directory; their order is that of their hashes.
    private record Placed(long hash, DirectoryEntry entry) implements Comparable<Placed> {
        Placed(DirectoryEntry entry) {
            this(NameHash.of(entry.name()), entry);
        }

        @Override
        public int compareTo(Placed other) {
            return Long.compareUnsigned(hash, other.hash);
        }
    }
}

package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.KeySet;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// Finds every block that can be reached from some roots. A block that cannot be decoded leads
/// nowhere, one that is missing neither, unless it is there when it is reached again. What one that
/// cannot be read leads to is not known, so then nothing may be taken for unreachable. Belongs to
/// one thread.
final class Marker {
    private final Store store;
    private final Progress progress;
    private final KeySet reached = new KeySet();
    private final KeySet expanded = new KeySet();
    private final boolean weighing;
    private double bytes;
    private long count;
    private final Set<Cid> damaged = new LinkedHashSet<>();
    private boolean lacking;

    Marker(Store store, Progress progress) {
        this(store, progress, false);
    }

    /// @param weighing whether to sum up what the blocks take on the disk
    Marker(Store store, Progress progress, boolean weighing) {
        this.store = store;
        this.progress = progress;
        this.weighing = weighing;
    }

    /// What the blocks take on the disk, each a part of its frame.
    long bytes() {
        return (long) bytes;
    }

    void mark(Collection<Cid> roots) throws IOException {
        var open = new ArrayDeque<Cid>(roots);
        for (var cid = open.poll(); cid != null; cid = open.poll()) {
            if (reached.add(BlockKey.of(cid))) {
                weigh(BlockKey.of(cid));
                if (++count % 1000 == 0) {
                    progress.check();
                    progress.step("blocks in use", count, 0);
                }
            }
            // The same bytes may be reached as a node and as mere bytes.
            if (!cid.is(Codec.RAW) && !expanded.contains(cid)) {
                var bytes = read(cid);
                if (bytes.isPresent()) {
                    expanded.add(cid);
                    expand(new Block(cid, bytes.get()), open);
                } else {
                    lacking = true;
                }
            }
        }
    }

    boolean isMarked(Bytes key) {
        return reached.contains(key);
    }

    /// Whether something may be unmarked because what leads to it is missing or damaged.
    boolean isLacking() {
        return lacking;
    }

    private void weigh(Bytes key) throws IOException {
        if (weighing) {
            store.index()
                    .locate(key)
                    .ifPresent(at ->
                            bytes += (double) at.frame().length() * at.length() / at.frame().raw());
        }
    }

    /// Blocks that were reached and cannot be read.
    Set<Cid> damaged() {
        return damaged;
    }

    private Optional<Bytes> read(Cid cid) throws IOException {
        try {
            return store.block(cid);
        } catch (FormatException | EOFException | NoSuchFileException _) {
            damaged.add(cid.toV1());
            return Optional.empty();
        }
    }

    private void expand(Block block, ArrayDeque<Cid> open) {
        try {
            // In front, so that neighbours in the packs are visited one after the other.
            for (NamedLink link : Codecs.links(block).reversed()) {
                open.push(link.cid());
            }
        } catch (FormatException _) {
            // Kept as it is; what it should have led to cannot be known.
            lacking = true;
        }
    }
}

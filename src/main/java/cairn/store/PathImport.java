package cairn.store;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.nix.ContentAddress;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Brings store paths into a store, references before referrers, and commits several at once.
///
/// The NAR of each path is synthesised from the blocks that were stored and must have the promised
/// size and hash; a content address is recorded only if the content has it. What is not committed
/// when the import closes was never there. Belongs to one thread.
public final class PathImport implements AutoCloseable {
    /// More than any path has, and little enough to be read to its end: a few blocks that are
    /// shared again and again, or a few bytes that unpack to zeros, could promise 2^63.
    private static final long MAX_NAR = 1L << 40;

    private final Store store;
    private final StoreWriter writer;
    private final InstantSource clock;
    private final Progress progress;
    private final Map<StorePath, StoredPath> pending = new HashMap<>();
    private final List<StoredPath> order = new ArrayList<>();
    private long pendingBytes;
    private long blocks;
    private long bytes;

    /// @param progress asked between blocks whether to stop
    public PathImport(Store store, InstantSource clock, Progress progress) throws IOException {
        this.store = store;
        this.writer = store.writer();
        this.clock = clock;
        this.progress = progress;
    }

    /// Imports one path, which is visible after [#commit()].
    ///
    /// A path that is here already is not read; what the info says beside the content is added.
    ///
    /// @throws FormatException if the content is not what the info promises, or a path of this name
    ///   is here with other content
    /// @throws IOException also if references are missing; names them
    public StoredPath add(PathInfo info, NarSource content) throws IOException {
        var known = find(info.path());
        if (known.isPresent()) {
            return again(known.get(), info);
        }
        if (info.narSize() > MAX_NAR) {
            throw new FormatException(
                    "nar",
                    0,
                    "%s is said to have %d bytes, and no path has more than %d"
                            .formatted(info.path(), info.narSize(), MAX_NAR));
        }
        List<Cid> references = references(info);
        var tree = new TreeImport(this::put, info.narSize());
        content.writeTo(tree);
        var imported = tree.finish();
        if (imported.narSize() != info.narSize() || !imported.narHash().equals(info.narHash())) {
            throw new FormatException(
                    "nar",
                    0,
                    "%s has %d bytes and hash %s, not %d and %s as promised"
                            .formatted(
                                    info.path(),
                                    imported.narSize(),
                                    imported.narHash(),
                                    info.narSize(),
                                    info.narHash()));
        }
        Cid root = imported.tree().cid();
        var believed = withCa(info, believedCa(info, new TreeNar(writer, root)));
        var node =
                new PathNode(
                                info.path(),
                                info.narHash(),
                                info.narSize(),
                                root,
                                references,
                                info.refersToItself())
                        .toBlock();
        put(node);
        var stored = new StoredPath(believed, node.cid(), root, clock.instant());
        pending.put(info.path(), stored);
        order.add(stored);
        pendingBytes += info.narSize();
        return stored;
    }

    /// The bytes of NARs that were added since the last commit.
    public long pendingBytes() {
        return pendingBytes;
    }

    /// How many blocks were put, those that were here before included.
    public long blocks() {
        return blocks;
    }

    /// The bytes of those blocks.
    public long bytes() {
        return bytes;
    }

    /// How many of them were not here before.
    public long newBlocks() {
        return writer.newBlocks();
    }

    /// The bytes of those.
    public long newBytes() {
        return writer.newBytes();
    }

    /// Makes everything that was added visible, in one step.
    public void commit() throws IOException {
        commit(List.of());
    }

    /// Makes everything that was added visible, and these pins with it.
    public void commit(List<Pin> pins) throws IOException {
        if (order.isEmpty() && pins.isEmpty()) {
            return;
        }
        writer.commit(transaction -> {
            for (StoredPath path : order) {
                transaction.register(path);
            }
            for (Pin pin : pins) {
                transaction.pin(pin);
            }
            return order.size();
        });
        pending.clear();
        order.clear();
        pendingBytes = 0;
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private void put(Block block) throws IOException {
        progress.check();
        blocks++;
        bytes += block.bytes().length();
        writer.put(block);
    }

    private Optional<StoredPath> find(StorePath path) throws IOException {
        var fresh = pending.get(path);
        return fresh != null ? Optional.of(fresh) : store.catalog().path(path);
    }

    private StoredPath again(StoredPath known, PathInfo info) throws IOException {
        if (!known.info().narHash().equals(info.narHash())) {
            throw new FileAlreadyExistsException(
                    info.path().toString(),
                    null,
                    "is here with other content: its NAR hash is %s, not %s"
                            .formatted(known.info().narHash(), info.narHash()));
        }
        boolean learns =
                !known.info().signatures().containsAll(info.signatures())
                        || (known.info().deriver().isEmpty() && info.deriver().isPresent())
                        || (known.info().ca().isEmpty() && info.ca().isPresent());
        if (learns && !pending.containsKey(info.path())) {
            order.add(
                    new StoredPath(
                            withCa(info, believedCa(info, new TreeNar(writer, known.tree()))),
                            known.cid(),
                            known.tree(),
                            known.registeredAt()));
        }
        return known;
    }

    /// The PathNodes of the references, in the order of their store paths.
    private List<Cid> references(PathInfo info) throws IOException {
        var found = new TreeMap<StorePath, Cid>();
        var missing = new ArrayList<String>();
        for (StorePath reference : info.dependencies()) {
            find(reference)
                    .ifPresentOrElse(
                            path -> found.put(reference, path.cid()),
                            () -> missing.add(reference.toString()));
        }
        if (!missing.isEmpty()) {
            throw new IOException(
                    "%s refers to paths that are not here: %s. Import these first, or its closure."
                            .formatted(info.path(), String.join(", ", missing)));
        }
        return List.copyOf(found.values());
    }

    /// The content address that a path claims, if its content has it; one in a form that we do not
    /// know is not believed.
    private static Optional<String> believedCa(PathInfo info, NarSource content)
            throws IOException {
        if (info.ca().isEmpty()) {
            return Optional.empty();
        }
        ContentAddress ca;
        try {
            ca = ContentAddress.parse(info.ca().get());
        } catch (FormatException _) {
            return Optional.empty();
        }
        // The NAR's hash was checked; without a reference to itself it is the address as well.
        boolean isNarHash =
                ca.method() == ContentAddress.Method.RECURSIVE
                        && ca.hash().equals(info.narHash())
                        && !info.refersToItself();
        if (isNarHash
                ? !ca.names(info.path(), info.references())
                : !ca.holds(info.path(), info.references(), content)) {
            throw new FormatException(
                    "content address", 0, "%s is not what %s claims".formatted(info.path(), ca));
        }
        return info.ca();
    }

    private static PathInfo withCa(PathInfo info, Optional<String> ca) {
        return new PathInfo(
                info.path(),
                info.narHash(),
                info.narSize(),
                info.references(),
                info.deriver(),
                info.signatures(),
                ca);
    }
}

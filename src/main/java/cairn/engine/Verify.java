package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.BlockSource;
import cairn.nix.ContentAddress;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathNode;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.store.TreeNar;
import cairn.trust.TrustedKeys;
import cairn.unixfs.MissingBlockException;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Checks store paths: that every block of them is there and hashes to its name, that they make up
/// the NAR they are said to, and who vouches for that.
final class Verify {
    private final TrustedKeys keys;
    private final boolean deep;
    private final Progress progress;

    /// @param deep whether contents are read
    Verify(TrustedKeys keys, boolean deep, Progress progress) {
        this.keys = keys;
        this.deep = deep;
        this.progress = progress;
    }

    /// Finds out how one path stands.
    @FunctionalInterface
    interface Question {
        Check ask(StorePath path) throws IOException;
    }

    /// Checks paths one after the other, and tells how far it is.
    ///
    /// @return how many
    long each(Collection<StorePath> paths, Question question, Consumer<Check> onChecked)
            throws IOException {
        long done = 0;
        for (StorePath path : paths) {
            progress.step(path.name(), done++, paths.size());
            onChecked.accept(question.ask(path));
        }
        return done;
    }

    /// Checks a path of the local engine, which has recomputed each content address that it knows.
    Check path(Store store, StorePath path) throws IOException {
        progress.check();
        var stored = store.catalog().path(path);
        if (stored.isEmpty()) {
            return missing(path, "it is not in the store");
        }
        var info = stored.get().info();
        boolean addressed = info.ca().isPresent();
        if (!deep) {
            return Check.unread(info, keys, addressed);
        }
        try {
            node(store, stored.get());
            return content(info, new TreeNar(new Checked(store), stored.get().tree()), addressed);
        } catch (MissingBlockException e) {
            return failed(info, Check.Content.MISSING, "block %s is missing".formatted(e.cid()));
        } catch (FormatException e) {
            return failed(info, Check.Content.DAMAGED, String.valueOf(e.getMessage()));
        }
    }

    /// Checks a path of another store, whose content address is a claim.
    Check path(PathStore store, StorePath path) throws IOException {
        progress.check();
        var info = store.info(path);
        if (info.isEmpty()) {
            return missing(path, "it is not in " + store.uri());
        }
        if (!deep) {
            return Check.unread(info.get(), keys, false);
        }
        try {
            NarSource content = store.nar(path);
            return content(info.get(), content, isAddressed(info.get(), content));
        } catch (NoSuchFileException e) {
            return failed(info.get(), Check.Content.MISSING, String.valueOf(e.getMessage()));
        } catch (FormatException e) {
            return failed(info.get(), Check.Content.DAMAGED, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isAddressed(PathInfo info, NarSource content) throws IOException {
        return info.ca().isPresent()
                && ContentAddress.parse(info.ca().get())
                        .holds(info.path(), info.references(), content);
    }

    private Check content(PathInfo info, NarSource content, boolean addressed) throws IOException {
        var digest = HashFunction.sha256();
        var nar = new NarWriter(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        content.writeTo(new WatchedTree(nar, progress, _ -> {}));
        var hash = NixHash.sha256(Bytes.wrap(digest.digest()));
        long size = nar.position();
        if (hash.equals(info.narHash()) && size == info.narSize()) {
            return Check.unread(info, keys, addressed).with(Check.Content.INTACT);
        }
        return failed(
                info,
                Check.Content.DAMAGED,
                "its NAR has %d bytes and hash %s, not %d and %s"
                        .formatted(size, hash, info.narSize(), info.narHash()));
    }

    private Check failed(PathInfo info, Check.Content content, String reason) {
        var said = Check.unread(info, keys, false);
        return new Check(info.path(), content, said.trust(), said.keys(), reason);
    }

    private static void node(Store store, StoredPath stored) throws IOException {
        Bytes block =
                new Checked(store)
                        .block(stored.cid())
                        .orElseThrow(() -> new MissingBlockException(stored.cid()));
        if (!PathNode.decode(block).equals(indexed(store, stored))) {
            throw new FormatException(
                    "nix.path/1",
                    0,
                    "%s says something else than the index".formatted(stored.cid()));
        }
    }

    /// The node of a path as the index has it.
    static PathNode indexed(Store store, StoredPath stored) throws IOException {
        var info = stored.info();
        var references = new ArrayList<Cid>();
        for (StorePath reference : info.dependencies()) {
            store.catalog().path(reference).map(StoredPath::cid).ifPresent(references::add);
        }
        return new PathNode(
                info.path(),
                info.narHash(),
                info.narSize(),
                stored.tree(),
                references,
                info.refersToItself());
    }

    private static Check missing(StorePath path, String reason) {
        return new Check(path, Check.Content.MISSING, Check.Trust.UNSIGNED, List.of(), reason);
    }

    /// Blocks that are hashed each time they are read.
    record Checked(BlockSource blocks) implements BlockSource {
        @Override
        public Optional<Bytes> block(Cid cid) throws IOException {
            var bytes = read(cid);
            if (bytes.isPresent() && cid.hash().isVerifiable() && !cid.matches(bytes.get())) {
                throw new FormatException(
                        "block", 0, "the bytes of %s do not match it".formatted(cid));
            }
            return bytes;
        }

        private Optional<Bytes> read(Cid cid) throws IOException {
            try {
                return blocks.block(cid);
            } catch (FormatException e) {
                throw new FormatException(e.format(), e.offset(), cid + ": " + e.problem());
            } catch (EOFException | NoSuchFileException e) {
                // A pack is shorter than it was, or gone.
                throw new FormatException("pack", 0, "%s: %s".formatted(cid, e.getMessage()));
            }
        }
    }
}

package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.ipld.BlockSource;
import cairn.nix.NarListing;
import cairn.nix.NarSink;
import cairn.nix.NarSource;
import cairn.store.TreeNar;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Files to look into. Places in it are told by the names that lead there from its root.
sealed interface Tree {
    /// What is at a place, if anything.
    ///
    /// @param whole whether to list what lies deeper than the entries of a directory
    Optional<NarListing> list(List<Bytes> place, boolean whole) throws IOException;

    /// Copies the contents of the file at a place; if there is none, nothing is written.
    ///
    /// @return whether there is a file
    boolean contents(List<Bytes> place, OutputStream out) throws IOException;

    /// The whole tree.
    NarSource archive();

    /// A tree made of blocks, of which only those on the way are read.
    record OfBlocks(BlockSource blocks, Cid root) implements Tree {
        @Override
        public Optional<NarListing> list(List<Bytes> place, boolean whole) throws IOException {
            var found = find(place);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    whole
                            ? NarListing.of(new TreeNar(blocks, found.get().cid()))
                            : shallow(found.get()));
        }

        @Override
        public boolean contents(List<Bytes> place, OutputStream out) throws IOException {
            var found = find(place);
            if (found.isPresent() && found.get() instanceof UnixFsNode.RegularFile file) {
                try (InputStream in = new UnixFsReader(blocks.streaming()).contents(file)) {
                    in.transferTo(out);
                }
                return true;
            }
            return false;
        }

        @Override
        public NarSource archive() {
            return new TreeNar(blocks, root);
        }

        private Optional<UnixFsNode> find(List<Bytes> place) throws IOException {
            var reader = new UnixFsReader(blocks);
            UnixFsNode node = reader.node(root);
            for (Bytes name : place) {
                if (!(node instanceof UnixFsNode.Directory directory)) {
                    return Optional.empty();
                }
                Optional<DirectoryEntry> entry = reader.entry(directory, name);
                if (entry.isEmpty()) {
                    return Optional.empty();
                }
                node = reader.node(entry.get().cid());
            }
            return Optional.of(node);
        }

        private NarListing shallow(UnixFsNode node) throws IOException {
            var entries = new TreeMap<Bytes, NarListing>();
            if (node instanceof UnixFsNode.Directory directory) {
                var reader = new UnixFsReader(blocks);
                for (DirectoryEntry entry : reader.entries(directory)) {
                    entries.put(entry.name(), listing(reader.node(entry.cid())));
                }
                return new NarListing.Directory(entries);
            }
            return listing(node);
        }

        private static NarListing listing(UnixFsNode node) {
            if (node instanceof UnixFsNode.RegularFile file) {
                return new NarListing.Regular(file.size(), file.executable(), 0);
            }
            return node instanceof UnixFsNode.Symlink link
                    ? new NarListing.Symlink(link.target())
                    : new NarListing.Directory(new TreeMap<>());
        }
    }

    /// A tree that is told from front to back, each time anew.
    record OfArchive(NarSource archive) implements Tree {
        @Override
        public Optional<NarListing> list(List<Bytes> place, boolean whole) throws IOException {
            NarListing node = NarListing.of(archive);
            for (Bytes name : place) {
                if (!(node instanceof NarListing.Directory(var entries))
                        || !entries.containsKey(name)) {
                    return Optional.empty();
                }
                node = entries.get(name);
            }
            return Optional.of(node);
        }

        @Override
        public boolean contents(List<Bytes> place, OutputStream out) throws IOException {
            var picker = new Picker(place, out);
            archive.writeTo(picker);
            return picker.found;
        }
    }

    /// Copies one file of what it is told.
    final class Picker implements NarSink {
        private final List<Bytes> wanted;
        private final OutputStream out;
        private final List<Bytes> place = new ArrayList<>();
        private boolean found;

        private Picker(List<Bytes> wanted, OutputStream out) {
            this.wanted = wanted;
            this.out = out;
        }

        @Override
        public void directory() {
            place.add(Bytes.EMPTY);
        }

        @Override
        public void entry(Bytes name) {
            place.set(place.size() - 1, name);
        }

        @Override
        public void endDirectory() {
            place.removeLast();
        }

        @Override
        public void regular(boolean executable, long size, InputStream contents)
                throws IOException {
            if (place.equals(wanted)) {
                contents.transferTo(out);
                found = true;
            }
        }

        @Override
        public void symlink(Bytes target) {}
    }
}

package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation;
import cairn.nix.DerivationHasher;
import cairn.nix.NarSink;
import cairn.nix.StorePath;
import cairn.store.PathStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads the derivations of a store, each once. Belongs to one thread.
final class Derivations implements DerivationHasher.Lookup {
    private static final int MAX_SIZE = 16 << 20;

    private final PathStore store;
    private final Map<StorePath, Optional<Derivation>> known = new HashMap<>();

    Derivations(PathStore store) {
        this.store = store;
    }

    /// The derivation that a path holds, or empty if the path is not there.
    @Override
    public Optional<Derivation> derivation(StorePath path) throws IOException {
        var found = known.get(path);
        if (found == null) {
            found = read(path);
            known.put(path, found);
        }
        return found;
    }

    /// Derivations with all that they need, as far as these are there; each behind those that it
    /// needs.
    SequencedMap<StorePath, Derivation> closure(Collection<StorePath> roots) throws IOException {
        var closure = new LinkedHashMap<StorePath, Derivation>();
        var entered = new HashSet<StorePath>();
        var open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            StorePath path = open.element();
            var derivation = derivation(path);
            if (derivation.isEmpty() || closure.containsKey(path)) {
                open.remove();
            } else if (entered.add(path)) {
                derivation.get().inputDerivations().keySet().forEach(open::push);
            } else {
                open.remove();
                closure.put(path, derivation.get());
            }
        }
        return closure;
    }

    private Optional<Derivation> read(StorePath path) throws IOException {
        if (!store.has(path)) {
            return Optional.empty();
        }
        var file = new OneFile();
        try {
            store.nar(path).writeTo(file);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
        try {
            return Optional.of(Derivation.decode(file.content));
        } catch (FormatException e) {
            throw new FormatException(e.format(), e.offset(), path + ": " + e.problem());
        }
    }

    private static final class OneFile implements NarSink {
        private Bytes content = Bytes.EMPTY;

        @Override
        public void regular(boolean executable, long size, InputStream contents)
                throws IOException {
            if (size > MAX_SIZE) {
                throw no();
            }
            content = Bytes.wrap(contents.readNBytes((int) size));
        }

        @Override
        public void directory() throws IOException {
            throw no();
        }

        @Override
        public void entry(Bytes name) throws IOException {
            throw no();
        }

        @Override
        public void endDirectory() throws IOException {
            throw no();
        }

        @Override
        public void symlink(Bytes target) throws IOException {
            throw no();
        }

        private static FormatException no() {
            return new FormatException("derivation", 0, "not a file of at most 16 MiB");
        }
    }
}

package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.CborWriter;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.store.DagStore;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoreWriter;
import cairn.store.StoredPath;
import cairn.store.TreeImport;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes damaged paths whole again: fetches the blocks of them that are damaged or missing from
/// other stores, one after the other until nothing is lacking.
///
/// A block is believed because it hashes to its name; so it does not matter who gives it. Each
/// healing is an event of the topic `heal`.
///
/// ```ipldsch
/// type Healing struct {             # dag-cbor
///   path String
///   blocks [Link]                   # those that were replaced
///   from String                     # the URIs of the stores that had them
/// }
/// ```
final class Heal {
    static final String TOPIC = "heal";

    private final Store store;
    private final InstantSource clock;
    private final List<PathStore> others;
    private final Progress progress;

    Heal(Store store, InstantSource clock, List<PathStore> others, Progress progress) {
        this.store = store;
        this.clock = clock;
        this.others = others;
        this.progress = progress;
    }

    /// What became of a path.
    ///
    /// @param blocks how many were replaced
    /// @param from the stores that had them
    /// @param lacking those that nobody had
    /// @param trouble what the stores said that could not help
    record Healed(int blocks, Set<String> from, List<Cid> lacking, List<String> trouble) {
        /// In words, for whoever asked.
        String sentence() {
            String done =
                    blocks == 0
                            ? ""
                            : "%d %s came from %s"
                                    .formatted(
                                            blocks,
                                            blocks == 1 ? "block" : "blocks",
                                            from.isEmpty()
                                                    ? "the index"
                                                    : String.join(" and ", from));
            String left =
                    lacking.isEmpty()
                            ? ""
                            : "nobody has block %s%s"
                                    .formatted(
                                            lacking.getFirst(),
                                            lacking.size() == 1
                                                    ? ""
                                                    : " and %d others"
                                                            .formatted(lacking.size() - 1));
            var all = new ArrayList<>(List.of(done, left));
            all.addAll(trouble);
            all.removeIf(String::isEmpty);
            return String.join("; ", all);
        }
    }

    /// Heals one path.
    Healed path(StoredPath stored) throws IOException {
        try (var writer = store.writer()) {
            var healing = new Healing(stored, writer);
            healing.node();
            var trouble = new ArrayList<String>();
            List<Cid> lacking = healing.lacking(_ -> Optional.empty());
            var from = new LinkedHashSet<String>();
            for (PathStore other : others) {
                if (lacking.isEmpty()) {
                    break;
                }
                int before = healing.replaced.size();
                try {
                    healing.from(other);
                } catch (IOException e) {
                    progress.check();
                    trouble.add(other.uri() + ": " + e.getMessage());
                }
                if (healing.replaced.size() > before) {
                    from.add(other.uri());
                }
                lacking = healing.lacking(_ -> Optional.empty());
            }
            healing.commit(from);
            return new Healed(healing.replaced.size(), from, lacking, trouble);
        }
    }

    private final class Healing {
        private final StoredPath stored;
        private final StoreWriter writer;
        private final BlockSource here;
        private final Set<Cid> replaced = new LinkedHashSet<>();

        Healing(StoredPath stored, StoreWriter writer) {
            this.stored = stored;
            this.writer = writer;
            here = new Verify.Checked(writer);
        }

        /// The PathNode follows from the index.
        void node() throws IOException {
            Block node = Verify.indexed(store, stored).toBlock();
            if (node.cid().equals(stored.cid()) && sound(node.cid()).isEmpty()) {
                replace(node);
            }
        }

        /// Walks the tree, taking what is not here from another source, and returns what that does
        /// not have either.
        List<Cid> lacking(BlockSource other) throws IOException {
            var lacking = new ArrayList<Cid>();
            BlockSource both =
                    cid -> {
                        progress.check();
                        var bytes = sound(cid);
                        return bytes.isPresent() ? bytes : given(cid, other);
                    };
            var walk = new DagWalk(both, List.of(stored.tree()));
            for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
                if (visit.get() instanceof Visit.Missing(var cid)) {
                    lacking.add(cid);
                }
            }
            return lacking;
        }

        void from(PathStore other) throws IOException {
            if (other instanceof DagStore dag) {
                var _ = lacking(dag);
                return;
            }
            var tree = new TreeImport(this::replaceUnlessSound, stored.info().narSize());
            other.nar(stored.info().path()).writeTo(tree);
            Cid root = tree.finish().tree().cid();
            if (!root.equals(stored.tree())) {
                throw new FormatException(
                        "nar", 0, "what it has as %s is not it".formatted(stored.info().path()));
            }
        }

        void commit(Set<String> from) throws IOException {
            if (replaced.isEmpty()) {
                return;
            }
            Bytes event =
                    new CborWriter()
                            .fields(3)
                            .field("from")
                            .text(String.join(" ", from))
                            .field("path")
                            .text(stored.info().path().toString())
                            .field("blocks")
                            .links(List.copyOf(replaced))
                            .toBytes();
            long _ = writer.commit(transaction -> transaction.event(TOPIC, clock.instant(), event));
        }

        /// A block that is here and undamaged.
        private Optional<Bytes> sound(Cid cid) throws IOException {
            try {
                return here.block(cid);
            } catch (FormatException _) {
                return Optional.empty();
            }
        }

        private Optional<Bytes> given(Cid cid, BlockSource other) throws IOException {
            var bytes = other.block(cid);
            if (bytes.isPresent() && cid.matches(bytes.get())) {
                replace(new Block(cid, bytes.get()));
                return bytes;
            }
            return Optional.empty();
        }

        private void replaceUnlessSound(Block block) throws IOException {
            progress.check();
            if (sound(block.cid()).isEmpty()) {
                replace(block);
            }
        }

        private void replace(Block block) throws IOException {
            writer.replace(block);
            replaced.add(block.cid());
        }
    }
}

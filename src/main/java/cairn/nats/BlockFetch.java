package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.Codecs;
import cairn.ipld.NamedLink;
import cairn.store.Store;
import cairn.store.StoreWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// The blocks of a tree for one thread that goes through it from the front: what comes next is
/// asked for before it is needed, many at once, and what the local store has is taken from there.
///
/// A block that links to others is followed by these.
final class BlockFetch implements BlockSource {
    /// How many requests are under way; of usual blocks some MiB.
    private static final int WINDOW = 48;

    /// How many blocks that came are kept for when they are needed again.
    private static final int KEPT = 64;

    /// Of more siblings than this the last are found when they are needed.
    private static final int MAX_AHEAD = 1 << 20;

    private final BlockSource others;
    private final BlockSource here;
    private final Known known;

    /// What is to be asked for, the next one first.
    private final Deque<Cid> ahead = new ArrayDeque<>();

    /// What was needed out of turn, and need not be asked for when its turn comes.
    private final Set<Cid> skipped = new HashSet<>();

    private final Map<Cid, CompletableFuture<Optional<Bytes>>> coming = new LinkedHashMap<>();
    private final Map<Cid, Bytes> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Cid, Bytes> eldest) {
                    return size() > KEPT;
                }
            };

    /// @param others is asked for several at once, and checks what it has
    BlockFetch(BlockSource others, Store local) {
        this(others, local.inOrder(), local::has);
    }

    /// @param brought has what came so far, which may not be committed
    BlockFetch(BlockSource others, Store local, StoreWriter brought) {
        this(others, either(local.inOrder(), brought), brought::has);
    }

    private BlockFetch(BlockSource others, BlockSource here, Known known) {
        this.others = others;
        this.here = here;
        this.known = known;
    }

    /// Tells whether a block need not be asked for.
    @FunctionalInterface
    private interface Known {
        boolean has(Cid cid) throws IOException;
    }

    private static BlockSource either(BlockSource first, BlockSource second) {
        return cid -> {
            var found = first.block(cid);
            return found.isPresent() ? found : second.block(cid);
        };
    }

    /// Refuses bytes that are not those of a block.
    static void check(Cid cid, Bytes bytes, String uri) throws FormatException {
        if (!cid.hash().isVerifiable()) {
            throw new FormatException(
                    "block", 0, "%s cannot be verified here, so it is not taken".formatted(cid));
        }
        if (!cid.matches(bytes)) {
            throw new FormatException(
                    "block", 0, "what %s gives as %s does not match it".formatted(uri, cid));
        }
    }

    @Override
    public Optional<Bytes> block(Cid cid) throws IOException {
        var again = kept.get(cid);
        if (again != null) {
            return Optional.of(again);
        }
        if (cid.equals(ahead.peek())) {
            ahead.pop();
        } else if (!coming.containsKey(cid)) {
            skipped.add(cid);
        }
        var found = coming.containsKey(cid) ? Optional.<Bytes>empty() : here.block(cid);
        if (found.isPresent()) {
            follow(cid, found.get());
            return found;
        }
        var request = coming.remove(cid);
        if (request == null) {
            request = request(cid);
        }
        fill();
        var bytes = Bus.await(request);
        if (bytes.isPresent()) {
            kept.put(cid, bytes.get());
            follow(cid, bytes.get());
        }
        return bytes;
    }

    /// What a block links to is needed next.
    private void follow(Cid cid, Bytes bytes) throws IOException {
        if (cid.is(Codec.RAW)) {
            return;
        }
        List<Cid> links = Codecs.links(new Block(cid, bytes)).stream().map(NamedLink::cid).toList();
        for (int i = links.size() - 1; i >= 0 && ahead.size() < MAX_AHEAD; i--) {
            ahead.push(links.get(i));
        }
        fill();
    }

    private void fill() throws IOException {
        while (coming.size() < WINDOW && !ahead.isEmpty()) {
            Cid next = ahead.pop();
            if (!skipped.remove(next)
                    && !coming.containsKey(next)
                    && !kept.containsKey(next)
                    && !known.has(next)) {
                coming.put(next, request(next));
            }
        }
    }

    private CompletableFuture<Optional<Bytes>> request(Cid cid) {
        var request = new CompletableFuture<Optional<Bytes>>();
        var _ =
                Thread.startVirtualThread(() -> {
                    try {
                        request.complete(others.block(cid));
                    } catch (IOException | RuntimeException e) {
                        request.completeExceptionally(e);
                    }
                });
        return request;
    }
}

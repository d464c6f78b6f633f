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
import io.nats.client.impl.Headers;
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
/// asked for before it is needed, and what the local store has is taken from there.
///
/// A block that links to others is followed by these. Each is hashed before it is believed.
final class BlockFetch implements BlockSource {
    /// How many requests are under way; of usual blocks some MiB.
    private static final int WINDOW = 48;

    /// How many blocks that came are kept for when they are needed again.
    private static final int KEPT = 64;

    /// Of more siblings than this the last are found when they are needed.
    private static final int MAX_AHEAD = 1 << 20;

    private final Bus bus;
    private final Subjects subjects;
    private final Store local;
    private final BlockSource here;
    private final String uri;

    /// What is to be asked for, the next one first.
    private final Deque<Cid> ahead = new ArrayDeque<>();

    /// What was needed out of turn, and need not be asked for when its turn comes.
    private final Set<Cid> skipped = new HashSet<>();

    private final Map<Cid, CompletableFuture<Bytes>> coming = new LinkedHashMap<>();
    private final Map<Cid, Bytes> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Cid, Bytes> eldest) {
                    return size() > KEPT;
                }
            };

    BlockFetch(Bus bus, Subjects subjects, Store local, String uri) {
        this.bus = bus;
        this.subjects = subjects;
        this.local = local;
        this.uri = uri;
        here = local.inOrder();
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
        var known = coming.containsKey(cid) ? Optional.<Bytes>empty() : here.block(cid);
        if (known.isPresent()) {
            follow(cid, known.get());
            return known;
        }
        var request = coming.remove(cid);
        if (request == null) {
            request = request(cid);
        }
        fill();
        var bytes = arrived(request);
        if (bytes.isPresent()) {
            kept.put(cid, bytes.get());
            follow(cid, bytes.get());
        }
        return bytes;
    }

    private Optional<Bytes> arrived(CompletableFuture<Bytes> request) throws IOException {
        try {
            return Optional.of(Bus.await(request));
        } catch (Requests.AnsweredException e) {
            if (e.refusal().kind() == Wire.Problem.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e.refusal().exception();
        }
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
                    && !local.has(next)) {
                coming.put(next, request(next));
            }
        }
    }

    private CompletableFuture<Bytes> request(Cid cid) {
        return bus.send(subjects.get(cid), Headers::new, Bytes.EMPTY, Bus.PATIENCE)
                .thenCompose(bytes -> {
                    try {
                        check(cid, bytes, uri);
                        return CompletableFuture.completedFuture(bytes);
                    } catch (FormatException e) {
                        return CompletableFuture.failedFuture(e);
                    }
                });
    }
}

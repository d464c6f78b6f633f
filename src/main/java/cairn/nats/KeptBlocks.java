package cairn.nats;

import cairn.cid.Cid;
import cairn.engine.Engine;
import cairn.store.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What the stream of a domain keeps, beside what is here. Found by going through the headers of
/// its messages once, in little memory however many there are.
///
/// @param stream its name
/// @param replicas on how many servers each message is kept
/// @param blocks how many there are
/// @param bytes of these
/// @param missing how many of them are not here
/// @param missingBytes of these
/// @param paths how many PathNodes are among the blocks of which somebody says what they are
public record KeptBlocks(
        String stream,
        int replicas,
        long blocks,
        long bytes,
        long missing,
        long missingBytes,
        long paths) {
    /// So many are looked up together.
    private static final int BATCH = 4096;

    /// Compares the stream of a domain with what is here.
    ///
    /// @param uri `nats+ipld://host:port[/domain]`
    /// @param each is told each block of the stream that is not here
    /// @throws java.nio.file.NoSuchFileException if there is no stream
    public static KeptBlocks compare(
            String uri, Engine engine, Progress progress, Consumer<Cid> each) throws IOException {
        try (var store = NatsStore.open(uri, engine)) {
            return store.keptBlocks(new Counting(engine, progress, each));
        }
    }

    /// Belongs to one thread.
    static final class Counting {
        private final Engine engine;
        private final Progress progress;
        private final Consumer<Cid> each;
        private final Map<Cid, Integer> batch = new HashMap<>();
        private final List<Cid> order = new ArrayList<>();
        private long blocks;
        private long bytes;
        private long missing;
        private long missingBytes;
        private long paths;

        private Counting(Engine engine, Progress progress, Consumer<Cid> each) {
            this.engine = engine;
            this.progress = progress;
            this.each = each;
        }

        boolean add(BlockStream.Header header) throws IOException {
            progress.check();
            blocks++;
            bytes += header.size();
            paths += header.claim().isPresent() ? 1 : 0;
            batch.put(header.cid(), header.size());
            order.add(header.cid());
            if (order.size() == BATCH) {
                flush();
            }
            return true;
        }

        private void flush() throws IOException {
            for (Cid cid : engine.store().missing(order)) {
                missing++;
                missingBytes += batch.getOrDefault(cid, 0);
                each.accept(cid);
            }
            batch.clear();
            order.clear();
        }

        KeptBlocks finish(String stream, int replicas) throws IOException {
            flush();
            return new KeptBlocks(stream, replicas, blocks, bytes, missing, missingBytes, paths);
        }
    }
}

package cairn.gateway;

import cairn.engine.CacheServer.Request;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The last requests, and all that are on their way. Safe for use by several threads.
final class Feed {
    private static final int KEPT = 256;

    private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong count = new AtomicLong();

    /// Those that are longer on their way than so many others.
    private final Set<Entry> lasting = ConcurrentHashMap.newKeySet();

    /// A request, told by the one thread that answers it; how many bytes passed, others see with
    /// some delay.
    static final class Entry {
        private final long number;
        private final SocketAddress client;
        private final String method;
        private final String target;
        private final long millis = System.currentTimeMillis();
        private final long began = System.nanoTime();
        private long bytes;
        private volatile int status;

        /// Written last.
        private volatile long took = -1;

        private Entry(long number, SocketAddress client, String method, String target) {
            this.number = number;
            this.client = client;
            this.method = method;
            this.target = target;
        }

        void answers(int with) {
            status = with;
        }

        void passed(long more) {
            bytes += more;
        }

        /// Ends it, and returns how many nanoseconds it took.
        long end(int with) {
            status = with;
            took = System.nanoTime() - began;
            return took;
        }

        private boolean hasEnded() {
            return took >= 0;
        }

        private boolean hasEndedFor(Duration length) {
            return hasEnded() && System.nanoTime() - began - took >= length.toNanos();
        }

        private Request shown() {
            long nanoseconds = took;
            return new Request(
                    number,
                    Instant.ofEpochMilli(millis),
                    client instanceof InetSocketAddress inet ? inet.getHostString() : "",
                    method,
                    target,
                    status,
                    bytes,
                    Duration.ofNanos(nanoseconds < 0 ? System.nanoTime() - began : nanoseconds),
                    nanoseconds >= 0);
        }
    }

    Entry begin(SocketAddress client, String method, String target) {
        long number = count.incrementAndGet();
        var entry = new Entry(number, client, method, target);
        var old = entries.getAndSet((int) (number % KEPT), entry);
        if (old != null && !old.hasEnded()) {
            lasting.removeIf(Entry::hasEnded);
            lasting.add(old);
        }
        return entry;
    }

    /// Tells whether nobody has asked for anything, or is being answered, for so long.
    boolean isQuiet(Duration length) {
        return entries().allMatch(entry -> entry.hasEndedFor(length));
    }

    private Stream<Entry> entries() {
        lasting.removeIf(Entry::hasEnded);
        return Stream.concat(
                IntStream.range(0, KEPT).mapToObj(entries::get).filter(Objects::nonNull),
                lasting.stream());
    }

    /// The newest first.
    List<Request> list() {
        return entries()
                .map(Entry::shown)
                .sorted(Comparator.comparingLong(Request::number).reversed())
                .toList();
    }
}

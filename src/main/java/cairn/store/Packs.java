package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.store.FrameHeader.Encoding;
import cairn.store.FrameHeader.Kind;
import cairn.store.Index.FrameLocation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Reads frames out of pack files, and keeps the last ones decoded. Safe for use by several
/// threads.
///
/// Files are read on threads of its own, because to interrupt a thread that reads one closes it for
/// all others. When frames are asked for in the order in which they lie in a pack, the next ones
/// are decoded ahead.
final class Packs implements AutoCloseable {
    /// How much is kept decoded; fewer MiB where most is read only once, because memory that is
    /// used again is faster than fresh one.
    private static final long CACHED_BYTES = Long.getLong("cairn.decoded", 24) << 20;

    /// How many frames are decoded before they are asked for.
    private static final int AHEAD = 6;

    /// How many frames the index is asked for at once.
    private static final int KNOWN_AHEAD = 32;

    private static final int MAX_KNOWN = 1024;

    private final Home home;
    private final Index index;
    private final FrameCodec codec;
    private final ExecutorService threads;
    private final ExecutorService readers =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("pack-reader").factory());
    private final Map<Long, FileChannel> channels = new HashMap<>();
    private final LinkedHashMap<Place, Cached> cache = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Place, Cached> byEnd = new HashMap<>();

    /// The frames that follow others, by where those end.
    private final Map<Place, FrameLocation> following = new HashMap<>();

    private final ConcurrentLinkedQueue<byte[]> buffers = new ConcurrentLinkedQueue<>();
    private long cachedBytes;

    Packs(Home home, Index index, FrameCodec codec, ExecutorService threads) {
        this.home = home;
        this.index = index;
        this.codec = codec;
        this.threads = threads;
    }

    private record Place(long pack, long offset) {
        // What records are given is made at run time, by which the short commands would wait.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place place && pack == place.pack && offset == place.offset;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(31 * pack + offset);
        }
    }

    private static final class Cached {
        private final FrameLocation location;
        private final FutureTask<Frame> frame;
        private volatile boolean begun;
        private boolean asked;

        Cached(FrameLocation location, FutureTask<Frame> frame) {
            this.location = location;
            this.frame = frame;
        }

        void decode() {
            begun = true;
            frame.run();
        }
    }

    static String fileName(String pack) {
        return pack + ".pack";
    }

    Path file(String pack) {
        return home.packs().resolve(fileName(pack));
    }

    /// A decoded frame.
    ///
    /// @throws NoSuchFileException if the pack is gone: look in the index again
    /// @throws java.nio.channels.ClosedChannelException likewise
    /// @throws FormatException if the frame is damaged
    Frame frame(FrameLocation location) throws IOException {
        Cached cached;
        boolean first;
        boolean sequential;
        synchronized (cache) {
            cached = cached(location);
            first = !cached.asked;
            cached.asked = true;
            sequential = byEnd.containsKey(new Place(location.pack(), location.offset()));
        }
        if (!cached.begun) {
            readers.execute(cached::decode);
        }
        if (first && sequential) {
            readAhead(location);
        }
        try {
            return await(cached.frame);
        } catch (IOException e) {
            synchronized (cache) {
                remove(cached);
            }
            throw e;
        }
    }

    /// Forgets an open file, so that it is opened anew.
    void forget(long pack) throws IOException {
        FileChannel channel;
        synchronized (channels) {
            channel = channels.remove(pack);
        }
        if (channel != null) {
            channel.close();
        }
    }

    /// Reads and decodes a frame, past the cache.
    Frame load(FrameLocation location) throws IOException {
        return read(() -> decode(location));
    }

    private Frame decode(FrameLocation location) throws IOException {
        Bytes base =
                location.base() == 0 ? Bytes.EMPTY : frame(index.frame(location.base())).payload();
        var pooled = buffers.poll();
        byte[] buffer =
                pooled != null && pooled.length >= location.length()
                        ? pooled
                        : new byte[location.length()];
        try {
            read(channel(location.pack()), location.offset(), buffer, location.length());
            var header =
                    FrameHeader.decode(
                            Bytes.wrap(buffer, 0, Math.min(FrameHeader.LENGTH, location.length())),
                            location.offset());
            if (header.length() != location.length()
                    || header.kind() != Kind.BLOCKS
                    || (header.encoding() == Encoding.DELTA) == base.isEmpty()) {
                throw new FormatException(
                        "pack", location.offset(), "not the frame that the index names");
            }
            FrameCodec.check(header, buffer, location.offset());
            return Frame.of(
                    FrameCodec.list(header, buffer),
                    codec.payload(header, buffer, base, location.offset()),
                    location.offset());
        } finally {
            buffers.add(buffer);
        }
    }

    /// A frame as it stands in its pack, unchecked.
    Bytes bytes(FrameLocation location) throws IOException {
        return read(() -> {
            byte[] bytes = new byte[location.length()];
            read(channel(location.pack()), location.offset(), bytes, bytes.length);
            return Bytes.wrap(bytes);
        });
    }

    /// Reads just so many bytes from a position.
    static void read(FileChannel channel, long position, byte[] target, int length)
            throws IOException {
        var buffer = ByteBuffer.wrap(target, 0, length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the pack ends inside a frame");
            }
        }
    }

    private FileChannel channel(long pack) throws IOException {
        synchronized (channels) {
            var open = channels.get(pack);
            if (open != null && open.isOpen()) {
                return open;
            }
        }
        String name =
                index.packName(pack).orElseThrow(() -> new NoSuchFileException("pack " + pack));
        var opened = FileChannel.open(file(name), StandardOpenOption.READ);
        synchronized (channels) {
            var other = channels.put(pack, opened);
            if (other != null && other.isOpen()) {
                // Another thread was faster; nobody uses ours yet.
                channels.put(pack, other);
                opened.close();
                return other;
            }
        }
        forgetDeleted();
        return opened;
    }

    /// Closes the files that another process has deleted, so that the disk gets their room back.
    private void forgetDeleted() throws IOException {
        List<Long> open;
        synchronized (channels) {
            open = List.copyOf(channels.keySet());
        }
        for (long pack : open) {
            if (index.packName(pack).isEmpty()) {
                forget(pack);
            }
        }
    }

    private void readAhead(FrameLocation from) throws IOException {
        var at = from;
        for (int i = 0; i < AHEAD; i++) {
            var next = next(at);
            if (next.isEmpty()) {
                return;
            }
            at = next.get();
            boolean isNew;
            Cached cached;
            synchronized (cache) {
                isNew = !cache.containsKey(new Place(at.pack(), at.offset()));
                cached = cached(at);
            }
            if (isNew) {
                threads.execute(cached::decode);
            }
        }
    }

    /// The frame that lies behind another. What once followed is remembered, and may be gone.
    private Optional<FrameLocation> next(FrameLocation at) throws IOException {
        synchronized (cache) {
            var known = following.get(new Place(at.pack(), at.end()));
            if (known != null) {
                return Optional.of(known);
            }
        }
        var found = index.framesFrom(at.pack(), at.end(), KNOWN_AHEAD);
        synchronized (cache) {
            if (following.size() > MAX_KNOWN) {
                following.clear();
            }
            var before = at;
            for (var each : found) {
                following.put(new Place(before.pack(), before.end()), each);
                before = each;
            }
        }
        return found.stream().findFirst();
    }

    private <T> T read(Callable<T> reading) throws IOException {
        var task = new FutureTask<>(reading);
        readers.execute(task);
        return await(task);
    }

    private static <T> T await(FutureTask<T> task) throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static InterruptedIOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        var interrupted = new InterruptedIOException("interrupted while reading a pack");
        interrupted.initCause(cause);
        return interrupted;
    }

    /// The index names a block that is not in the frame.
    static FormatException misplaced(FrameLocation location) {
        return new FormatException(
                "pack",
                location.offset(),
                "the frame does not hold the block that the index names");
    }

    private Cached cached(FrameLocation location) {
        var found = cache.get(new Place(location.pack(), location.offset()));
        if (found != null) {
            return found;
        }
        var cached = new Cached(location, new FutureTask<>(() -> decode(location)));
        add(cached);
        return cached;
    }

    private void add(Cached cached) {
        var location = cached.location;
        cache.put(new Place(location.pack(), location.offset()), cached);
        byEnd.put(new Place(location.pack(), location.end()), cached);
        cachedBytes += location.raw();
        for (Iterator<Cached> oldest = cache.values().iterator();
                cachedBytes > CACHED_BYTES && oldest.hasNext(); ) {
            var old = oldest.next();
            if (old == cached) {
                return;
            }
            oldest.remove();
            byEnd.remove(new Place(old.location.pack(), old.location.end()));
            cachedBytes -= old.location.raw();
        }
    }

    private void remove(Cached cached) {
        var location = cached.location;
        if (cache.remove(new Place(location.pack(), location.offset()), cached)) {
            byEnd.remove(new Place(location.pack(), location.end()));
            cachedBytes -= location.raw();
        }
    }

    @Override
    public void close() throws IOException {
        readers.close();
        synchronized (channels) {
            for (FileChannel channel : channels.values()) {
                channel.close();
            }
            channels.clear();
        }
    }
}

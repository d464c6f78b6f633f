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
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Reads frames out of pack files, and keeps the last ones decoded. Safe for use by several
/// threads.
///
/// Files are read on threads of its own, because to interrupt a thread that reads one closes it for
/// all others. When frames are asked for in the order in which they lie in a pack, the next ones
/// are decoded ahead.
final class Packs implements AutoCloseable {
    /// How much is kept decoded.
    private static final long CACHED_BYTES = 24 << 20;

    /// How many frames are decoded before they are asked for.
    private static final int AHEAD = 6;

    /// How many frames the index is asked for at once.
    private static final int KNOWN_AHEAD = 32;

    private static final int MAX_KNOWN = 1024;

    /// Frames are of many lengths; their memory is of few, to serve the next one.
    private static final int GRAIN = 1 << 16;

    /// How many pieces of memory stay for the next ones after many were read at once.
    private static final int MAX_FREE = 16;

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

    /// Memory for frames as they stand in their packs, and decoded, that nobody uses now. To use it
    /// again saves clearing and collecting it, and the processor still has it at hand.
    private final Queue<byte[]> buffers = new ConcurrentLinkedQueue<>();

    private final Queue<byte[]> payloads = new ConcurrentLinkedQueue<>();

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

    /// Its variables but `begun` are read and written by whoever holds the cache.
    private final class Cached {
        private final FrameLocation location;
        private final FutureTask<Frame> frame;
        private volatile boolean begun;
        private boolean asked;
        private boolean listed;

        /// Whether somebody may hold on to its bytes for ever.
        private boolean kept;

        private int borrowers;
        private byte[] memory = {};

        Cached(FrameLocation location) {
            this.location = location;
            frame = new FutureTask<>(() -> Packs.this.decode(location, this::memory));
        }

        void decode() {
            begun = true;
            frame.run();
        }

        private byte[] memory(int length) {
            var taken = take(payloads, (length + GRAIN - 1) / GRAIN * GRAIN);
            synchronized (cache) {
                memory = taken;
            }
            return taken;
        }

        private void free() {
            if (!listed && !kept && borrowers == 0 && frame.state() == Future.State.SUCCESS) {
                release(payloads, memory);
            }
        }
    }

    /// A frame whose bytes hold until it is given back.
    final class Lent {
        private final Cached cached;
        private final Frame frame;

        private Lent(Cached cached, Frame frame) {
            this.cached = cached;
            this.frame = frame;
        }

        Frame frame() {
            return frame;
        }

        /// Once at most; what is never given back is left to the garbage collector.
        void giveBack() {
            synchronized (cache) {
                cached.borrowers--;
                cached.free();
            }
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
        return use(location, false).frame;
    }

    /// A decoded frame for a short time: its memory is used again.
    ///
    /// @throws IOException as [#frame(FrameLocation)] does
    Lent lend(FrameLocation location) throws IOException {
        return use(location, true);
    }

    private Lent use(FrameLocation location, boolean shortly) throws IOException {
        Cached cached;
        boolean first;
        boolean sequential;
        synchronized (cache) {
            cached = cached(location);
            if (shortly) {
                cached.borrowers++;
            } else {
                cached.kept = true;
            }
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
            return new Lent(cached, await(cached.frame));
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
        return read(() -> decode(location, byte[]::new));
    }

    private Frame decode(FrameLocation location, IntFunction<byte[]> memory) throws IOException {
        if (location.base() == 0) {
            return decode(location, Bytes.EMPTY, memory);
        }
        var base = lend(index.frame(location.base()));
        try {
            return decode(location, base.frame().payload(), memory);
        } finally {
            base.giveBack();
        }
    }

    /// @param memory gives what the payload is decoded into, at least of the length it is asked for
    private Frame decode(FrameLocation location, Bytes base, IntFunction<byte[]> memory)
            throws IOException {
        byte[] buffer = take(buffers, location.length());
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
                    codec.payload(
                            header, buffer, base, memory.apply(header.raw()), location.offset()),
                    location.offset());
        } finally {
            release(buffers, buffer);
        }
    }

    /// An array of at least a length, used before where one is free.
    private static byte[] take(Queue<byte[]> free, int length) {
        var used = free.poll();
        return used != null && used.length >= length ? used : new byte[length];
    }

    private static void release(Queue<byte[]> free, byte[] memory) {
        if (free.size() < MAX_FREE) {
            free.add(memory);
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
        var cached = new Cached(location);
        add(cached);
        return cached;
    }

    private void add(Cached cached) {
        var location = cached.location;
        cached.listed = true;
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
            old.listed = false;
            old.free();
        }
    }

    private void remove(Cached cached) {
        var location = cached.location;
        if (cache.remove(new Place(location.pack(), location.offset()), cached)) {
            byEnd.remove(new Place(location.pack(), location.end()));
            cachedBytes -= location.raw();
            cached.listed = false;
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

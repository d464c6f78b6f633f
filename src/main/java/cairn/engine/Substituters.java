package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.ContentAddress;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Other stores that have what is not here. They are asked one after the other, those of the
/// smallest priority first.
///
/// What a store says is believed if a trusted key has signed it, or if the path is named after its
/// content; that it has this content shows when it comes in. A store that fails is not asked again
/// for a while, which grows if it goes on failing; a path that none had is not asked for again for
/// a while. Safe for use by several threads.
public final class Substituters implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Substituters.class.getName());
    private static final Pattern PRIORITY = Pattern.compile("[?&]priority=([0-9]{1,6})(?=&|$)");
    private static final int DEFAULT_PRIORITY = 50;
    private static final int REMEMBERED = 1 << 14;
    private static final Duration FIRST_REST = Duration.ofSeconds(15);
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);
    private static final Duration KNOWN_FOR = Duration.ofSeconds(60);

    private final Engine engine;
    private final TrustedKeys trusted;
    private final InstantSource clock;
    private final List<Upstream> upstreams;

    /// What was said of paths lately, by their hashes.
    private final Map<String, Answer> answers = remembering();

    /// What was found and not fetched yet, by the hash of the archive.
    private final Map<NixHash, Offer> offers = remembering();

    private final Map<StorePath, FutureTask<Void>> fetching = new ConcurrentHashMap<>();

    /// @param info what the first store that has the path says of it; empty if none has it
    private record Answer(Optional<PathInfo> info, Instant at) {}

    private record Offer(Upstream upstream, PathInfo info) {}

    private Substituters(Engine engine, TrustedKeys trusted, List<Upstream> upstreams) {
        this.engine = engine;
        this.trusted = trusted;
        this.upstreams = upstreams;
        clock = engine.clock();
    }

    /// Opens the stores of these URIs; nothing is asked of them yet.
    public static Substituters open(Engine engine, List<String> uris, TrustedKeys trusted)
            throws IOException {
        var upstreams = new ArrayList<Upstream>();
        for (String uri : uris) {
            var match = PRIORITY.matcher(uri);
            int priority = match.find() ? Integer.parseInt(match.group(1)) : DEFAULT_PRIORITY;
            upstreams.add(new Upstream(engine.open(uri), priority));
        }
        upstreams.sort(Comparator.comparingInt(upstream -> upstream.priority));
        return new Substituters(engine, trusted, upstreams);
    }

    /// How a store does.
    ///
    /// @param restsUntil it is not asked before that
    public record Health(String uri, int priority, long asked, long failed, Instant restsUntil) {}

    /// How the stores do, in the order in which they are asked.
    public List<Health> health() {
        return upstreams.stream().map(Upstream::health).toList();
    }

    /// What is said of the path with these 32 characters by the first store that has it and is
    /// believed.
    public Optional<PathInfo> info(String hash) {
        if (upstreams.isEmpty()) {
            return Optional.empty();
        }
        var known = answers.get(hash);
        if (known != null && known.at.plus(KNOWN_FOR).isAfter(clock.instant())) {
            return known.info;
        }
        boolean all = true;
        for (Upstream upstream : upstreams) {
            if (upstream.isResting(clock.instant())) {
                all = false;
                continue;
            }
            try {
                var found = upstream.info(hash);
                upstream.works();
                if (found.isPresent() && isBelieved(found.get())) {
                    offers.put(found.get().narHash(), new Offer(upstream, found.get()));
                    answers.put(hash, new Answer(found, clock.instant()));
                    return found;
                }
            } catch (IOException | UncheckedIOException e) {
                all = false;
                upstream.fails(clock.instant(), e);
            }
        }
        if (all) {
            answers.put(hash, new Answer(Optional.empty(), clock.instant()));
        }
        return Optional.empty();
    }

    /// Brings in the path that was found to have this archive, with its closure. Whoever asks for
    /// the same meanwhile waits for it.
    ///
    /// @return whether it is here now
    public boolean fetch(NixHash narHash) throws IOException {
        var offer = offers.get(narHash);
        if (offer == null) {
            return false;
        }
        StorePath path = offer.info.path();
        var task =
                new FutureTask<Void>(() -> {
                    Copy.Summary _ =
                            engine.copyIn(
                                    new Believed(offer.upstream.store),
                                    List.of(path),
                                    false,
                                    Progress.NONE);
                    return null;
                });
        var running = fetching.putIfAbsent(path, task);
        try {
            if (running == null) {
                task.run();
                offers.remove(narHash);
                answers.remove(path.hash());
            }
            var _ = (running == null ? task : running).get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                if (!(cause instanceof FormatException) && running == null) {
                    offer.upstream.fails(clock.instant(), cause);
                }
                throw new IOException(
                        "%s did not come from %s: %s"
                                .formatted(path, offer.upstream.store.uri(), cause.getMessage()),
                        cause);
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + path + " came", e);
        } finally {
            fetching.remove(path, task);
        }
    }

    @Override
    public void close() throws IOException {
        for (Upstream upstream : upstreams) {
            upstream.store.close();
        }
    }

    private boolean isBelieved(PathInfo info) {
        if (!trusted.vouchers(info.fingerprint(), info.signatures()).isEmpty()) {
            return true;
        }
        try {
            return info.ca().isPresent()
                    && ContentAddress.parse(info.ca().get()).names(info.path(), info.references());
        } catch (FormatException _) {
            return false;
        }
    }

    private static <K, V> Map<K, V> remembering() {
        return Collections.synchronizedMap(
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                        return size() > REMEMBERED;
                    }
                });
    }

    /// A store and how it does.
    private static final class Upstream {
        private final PathStore store;
        private final int priority;
        private long asked;
        private long failed;
        private Instant restsUntil = Instant.EPOCH;
        private Duration rest = FIRST_REST;

        Upstream(PathStore store, int priority) {
            this.store = store;
            this.priority = priority;
        }

        Optional<PathInfo> info(String hash) throws IOException {
            synchronized (this) {
                asked++;
            }
            var path = store.find(hash);
            return path.isPresent() ? store.info(path.get()) : Optional.empty();
        }

        synchronized boolean isResting(Instant now) {
            return now.isBefore(restsUntil);
        }

        synchronized void works() {
            rest = FIRST_REST;
        }

        synchronized void fails(Instant now, Exception cause) {
            failed++;
            if (isResting(now)) {
                return;
            }
            restsUntil = now.plus(rest);
            LOG.log(
                    Level.WARNING,
                    "{0} is not asked for {1}: {2}",
                    store.uri(),
                    rest,
                    cause.getMessage());
            Duration longer = rest.multipliedBy(2);
            rest = longer.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : longer;
        }

        synchronized Health health() {
            return new Health(store.uri(), priority, asked, failed, restsUntil);
        }
    }

    /// A store that has only what is believed.
    private final class Believed implements PathStore {
        private final PathStore store;

        Believed(PathStore store) {
            this.store = store;
        }

        @Override
        public String uri() {
            return store.uri();
        }

        /// What is here need not be vouched for once more.
        @Override
        public Optional<PathInfo> info(StorePath path) throws IOException {
            var here = engine.local().info(path);
            if (here.isPresent()) {
                return here;
            }
            var info = store.info(path);
            if (info.isPresent() && !isBelieved(info.get())) {
                throw new NoSuchFileException(
                        path.toString(), null, "is not signed by a trusted key in " + uri());
            }
            return info;
        }

        @Override
        public Optional<StorePath> find(String hash) throws IOException {
            return store.find(hash);
        }

        @Override
        public Stream<StorePath> paths() throws IOException {
            return store.paths();
        }

        @Override
        public NarSource nar(StorePath path) throws IOException {
            return store.nar(path);
        }

        @Override
        public void put(PathInfo info, NarSource content) throws IOException {
            throw new IOException(uri() + " is only read");
        }

        @Override
        public Optional<Bytes> realisation(String id) throws IOException {
            return store.realisation(id);
        }

        @Override
        public Optional<Bytes> log(StorePath derivation) throws IOException {
            return store.log(derivation);
        }

        @Override
        public void close() {}
    }
}

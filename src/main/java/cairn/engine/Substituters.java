package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.BusyException;
import cairn.nix.NixHash;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.Progress;
import cairn.store.TreeImport;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.io.Serial;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Other stores that have what is not here. They are asked one after the other, those of the
/// smallest priority first.
///
/// What a store says is believed if a trusted key has signed it, or if the path is named after its
/// content; that it has this content shows when it comes in. A path comes in once for all who ask
/// for it meanwhile, and is read by them while it comes; should a store fail midway, another one
/// that has the same goes on. A store that fails is not asked again for a while, which grows if it
/// goes on failing; what none had is not asked for again for a while. Safe for use by several
/// threads.
public final class Substituters implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Substituters.class.getName());
    private static final Pattern PRIORITY = Pattern.compile("[?&]priority=([0-9]{1,6})(?=&|$)");
    private static final int DEFAULT_PRIORITY = 50;
    private static final int REMEMBERED = 1 << 15;

    /// How many archives come in at once, of which each takes some 4 MiB of memory.
    private static final int AT_ONCE = 16;

    private static final Duration KNOWN_FOR = Duration.ofSeconds(60);
    private static final Duration SHUNNED_FOR = Duration.ofMinutes(10);

    private final Engine engine;
    private final TrustedKeys trusted;
    private final InstantSource clock;
    private final List<Upstream> upstreams;

    /// What was said of paths lately, by their hashes.
    private final Map<String, Answer> answers = remembering();

    /// Which stores gave something else than they promised.
    private final Map<Broken, Instant> broken = remembering();

    /// What was found and not fetched yet, by the hash of the archive.
    private final Map<NixHash, Offer> offers = remembering();

    /// What none had, be it a realisation or a log.
    private final Map<String, Instant> unknown = remembering();

    private final Map<String, FutureTask<Answer>> asking = new ConcurrentHashMap<>();

    /// What is coming in. Guarded by itself.
    private final Map<StorePath, Incoming> coming = new HashMap<>();

    private final ExecutorService fetchers =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fetch-", 0).factory());
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final LongAdder fetched = new LongAdder();
    private volatile boolean offline;
    private volatile boolean closing;

    /// @param offer of the first store that has the path and is believed; empty if none is
    /// @param stranger of the first store that has the path and is not believed
    private record Answer(Optional<Offer> offer, Optional<Offer> stranger, Instant at) {
        static Answer none(Instant at) {
            return new Answer(Optional.empty(), Optional.empty(), at);
        }
    }

    private record Offer(Upstream upstream, PathInfo info) {}

    /// A promise that was not kept.
    private record Broken(String hash, Upstream upstream) {}

    /// Thrown when a store did not give a path, through no fault of ours.
    private static final class NotGivenException extends IOException {
        @Serial private static final long serialVersionUID = 1;

        NotGivenException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private Substituters(Engine engine, TrustedKeys trusted, List<Upstream> upstreams) {
        this.engine = engine;
        this.trusted = trusted;
        this.upstreams = upstreams;
        clock = engine.clock();
    }

    /// Opens the stores of these URIs; nothing is asked of them yet. One whose server cannot be
    /// reached now is opened when it is asked.
    public static Substituters open(Engine engine, List<String> uris, TrustedKeys trusted)
            throws IOException {
        var upstreams = new ArrayList<Upstream>();
        for (String uri : uris) {
            var match = PRIORITY.matcher(uri);
            int priority = match.find() ? Integer.parseInt(match.group(1)) : DEFAULT_PRIORITY;
            upstreams.add(Upstream.open(uri, () -> engine.open(uri), priority, engine.clock()));
        }
        upstreams.sort(Comparator.comparingInt(Upstream::priority));
        return new Substituters(engine, trusted, upstreams);
    }

    /// Whether a store is asked.
    public enum State {
        /// Nothing was asked of it yet.
        UNTRIED,
        WORKING,
        /// It failed lately, and is left alone for a while.
        RESTING,
        /// No store is asked.
        OFFLINE
    }

    /// How a store does.
    ///
    /// @param asked how many questions it was asked
    /// @param found to how many of those it had an answer
    /// @param failed how often it did not answer as it should
    /// @param restsUntil it is not asked before that
    /// @param trouble why it failed the last time; empty if it works since
    public record Health(
            String uri,
            int priority,
            State state,
            long asked,
            long found,
            long failed,
            Instant restsUntil,
            String trouble) {}

    /// A store that has a path.
    ///
    /// @param believed whether a trusted key signed it, or the path is named after its content
    public record Holder(String uri, PathInfo info, boolean believed) {}

    /// How the stores do, in the order in which they are asked.
    public List<Health> health() {
        return upstreams.stream().map(upstream -> upstream.health(offline)).toList();
    }

    public boolean isOffline() {
        return offline;
    }

    /// Asks no store from now on, or asks them again.
    public void setOffline(boolean offline) {
        this.offline = offline;
    }

    /// How many paths came in.
    public long fetched() {
        return fetched.sum();
    }

    /// What is said of the path with these 32 characters by the first store that has it and is
    /// believed.
    public Optional<PathInfo> info(String hash) {
        return offer(hash).map(Offer::info);
    }

    /// The first store that has the path with these 32 characters and is believed; if none is, the
    /// first that has it at all.
    public Optional<Holder> holder(String hash) {
        var answer = answer(hash);
        boolean believed = answer.offer.isPresent();
        return (believed ? answer.offer : answer.stranger)
                .map(offer -> new Holder(offer.upstream.uri(), offer.info, believed));
    }

    /// Reads the archive of a path that was [found][#info] at any time, which comes in meanwhile.
    ///
    /// @return empty if nothing of that hash was found, or the path has come in by now
    public Optional<Incoming.Reader> read(NixHash narHash) throws IOException {
        if (asksNobody()) {
            return Optional.empty();
        }
        var offer = offers.get(narHash);
        if (offer == null) {
            // Clients remember what they were told for longer than this does.
            var path = engine.catalog().offered(narHash);
            var again = path.isPresent() ? offer(path.get()) : Optional.<Offer>empty();
            offer = again.filter(found -> found.info.narHash().equals(narHash)).orElse(null);
        }
        return offer == null ? Optional.empty() : Optional.of(fetch(offer));
    }

    /// Brings in the path with these 32 characters, with its closure, and waits for that.
    ///
    /// @return whether it is here now
    public boolean bring(String hash) throws IOException {
        if (engine.catalog().path(hash).isPresent()) {
            return true;
        }
        var offer = offer(hash);
        if (offer.isEmpty()) {
            return false;
        }
        try (var reader = fetch(offer.get())) {
            reader.awaitStored();
            return true;
        }
    }

    /// What became of an output of a derivation, according to somebody whom a trusted key vouches
    /// for. Others are not believed: Nix would take anything.
    public Optional<Realisation> realisation(String folder, Realisation.Id id) {
        return first(
                id.toString(),
                store -> {
                    var json = store.realisation(id.toString());
                    if (json.isEmpty()) {
                        return Optional.empty();
                    }
                    var found = Realisation.decode(folder, json.get());
                    boolean believed =
                            found.id().equals(id)
                                    && !trusted.vouchers(found.fingerprint(), found.signatures())
                                            .isEmpty();
                    return believed ? Optional.of(found) : Optional.empty();
                });
    }

    /// The log of a build, which nobody can vouch for.
    public Optional<Bytes> log(StorePath derivation) {
        return first(derivation.toString(), store -> store.log(derivation));
    }

    /// Asks for nothing any more, and has everyone fail who waits for something.
    void giveUp() {
        synchronized (coming) {
            closing = true;
        }
        upstreams.forEach(Upstream::giveUp);
    }

    /// Ends what comes in; what has not come is as if it had never been asked for.
    @Override
    public void close() throws IOException {
        giveUp();
        fetchers.close();
        IOException failure = null;
        for (Upstream upstream : upstreams) {
            try {
                upstream.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private <T> Optional<T> first(String what, Upstream.Question<T> question) {
        var since = unknown.get(what);
        if (asksNobody() || since != null && since.plus(KNOWN_FOR).isAfter(clock.instant())) {
            return Optional.empty();
        }
        boolean sure = true;
        for (Upstream upstream : upstreams) {
            var said = upstream.ask(question);
            if (said.answer().isPresent()) {
                return said.answer();
            }
            sure &= said.sure();
        }
        if (sure) {
            unknown.put(what, clock.instant());
        }
        return Optional.empty();
    }

    private boolean asksNobody() {
        return upstreams.isEmpty() || offline || closing;
    }

    private Optional<Offer> offer(String hash) {
        return answer(hash).offer;
    }

    private Answer answer(String hash) {
        if (asksNobody()) {
            return Answer.none(clock.instant());
        }
        var known = answers.get(hash);
        if (known != null && known.at.plus(KNOWN_FOR).isAfter(clock.instant())) {
            return known;
        }
        var task = new FutureTask<>(() -> look(hash));
        var running = asking.putIfAbsent(hash, task);
        try {
            if (running == null) {
                task.run();
                return task.get();
            }
            return running.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Answer.none(clock.instant());
        } finally {
            asking.remove(hash, task);
        }
    }

    private Answer look(String hash) {
        boolean sure = true;
        var stranger = Optional.<Offer>empty();
        for (Upstream upstream : upstreams) {
            var since = broken.get(new Broken(hash, upstream));
            if (since != null && since.plus(SHUNNED_FOR).isAfter(clock.instant())) {
                continue;
            }
            var said = upstream.ask(store -> store.info(hash));
            var offer = said.answer().map(info -> new Offer(upstream, info));
            if (offer.isPresent() && isBelieved(offer.get().info)) {
                offers.put(offer.get().info.narHash(), offer.get());
                note(offer.get());
                var found = new Answer(offer, stranger, clock.instant());
                answers.put(hash, found);
                return found;
            }
            stranger = stranger.or(() -> offer);
            sure &= said.sure();
        }
        var found = new Answer(Optional.empty(), stranger, clock.instant());
        if (sure) {
            answers.put(hash, found);
        }
        return found;
    }

    private void note(Offer offer) {
        try {
            engine.store().noteOffer(offer.info.narHash(), offer.info.path().hash());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "a restart forgets what was found elsewhere", e);
        }
    }

    /// Joins whoever fetches a path, or begins to.
    private Incoming.Reader fetch(Offer offer) throws IOException {
        StorePath path = offer.info.path();
        synchronized (coming) {
            if (closing) {
                throw stopped();
            }
            var running = coming.get(path);
            var joined = running == null ? null : running.join();
            if (joined != null) {
                return joined;
            }
            var incoming = Incoming.begin(offer.info, engine.store().home().folder());
            var reader = incoming.join();
            if (reader == null) {
                throw new IllegalStateException("it has just begun");
            }
            coming.put(path, incoming);
            fetchers.execute(() -> fetch(incoming, offer));
            return reader;
        }
    }

    private void fetch(Incoming incoming, Offer first) {
        IOException failure = new IOException("an error in Cairn ended the fetch");
        try {
            bring(incoming, first);
            failure = null;
        } catch (CancellationException _) {
            failure = stopped();
        } catch (IOException e) {
            failure = e;
        } finally {
            // Whatever it was: those who read wait for the end.
            end(incoming, first, failure);
        }
    }

    private void end(Incoming incoming, Offer first, @Nullable IOException failure) {
        StorePath path = first.info.path();
        offers.remove(first.info.narHash());
        answers.remove(path.hash());
        synchronized (coming) {
            coming.remove(path, incoming);
        }
        try {
            incoming.end(failure);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "what came could not be let go of", e);
        }
    }

    /// Stores a path, from one store after the other until it has come.
    private void bring(Incoming incoming, Offer first) throws IOException {
        Offer offer = first;
        while (true) {
            try (var paths = new PathImport(engine.store(), clock, Progress.until(() -> closing))) {
                bring(incoming, offer, paths);
                return;
            } catch (NotGivenException | FormatException e) {
                if (closing) {
                    throw stopped();
                }
                var next = another(offer, e);
                if (next.isEmpty()
                        || !next.get().info.narHash().equals(incoming.info().narHash())) {
                    throw new IOException(
                            "%s did not come from %s: %s"
                                    .formatted(
                                            offer.info.path(),
                                            offer.upstream.uri(),
                                            e.getMessage()),
                            e);
                }
                offer = next.get();
            }
        }
    }

    private void bring(Incoming incoming, Offer offer, PathImport paths) throws IOException {
        var info = offer.info;
        var imported = given(incoming, offer, paths);
        paths.check(info, imported);
        if (isLacking(info)) {
            // Whoever reads need not wait for what he may have.
            incoming.check();
            bringNeeds(info);
        }
        paths.add(info, imported);
        paths.commit();
        fetched.increment();
        incoming.check();
    }

    private TreeImport.Imported given(Incoming incoming, Offer offer, PathImport paths)
            throws IOException {
        var info = offer.info;
        places.acquireUninterruptibly();
        try {
            if (closing) {
                throw stopped();
            }
            return paths.tree(
                    offer.upstream.store().nar(info.path()), info.narSize(), incoming.sink());
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) {
            boolean ours = paths.hasFailed() || incoming.hasFailed() || e instanceof BusyException;
            throw ours ? e : new NotGivenException(e);
        } finally {
            places.release();
        }
    }

    private static IOException stopped() {
        return new IOException("no other store is asked any more: this node is being stopped");
    }

    private boolean isLacking(PathInfo info) throws IOException {
        for (StorePath path : info.dependencies()) {
            if (!isHere(path)) {
                return true;
            }
        }
        return false;
    }

    /// Who else has a path that did not come from one.
    private Optional<Offer> another(Offer offer, IOException cause) {
        String hash = offer.info.path().hash();
        if (cause instanceof FormatException) {
            offer.upstream.blunders(cause);
            broken.put(new Broken(hash, offer.upstream), clock.instant());
        } else {
            offer.upstream.fails(cause);
        }
        answers.remove(hash);
        return offer(hash);
    }

    /// Brings in what a path refers to with its closure, references first.
    private void bringNeeds(PathInfo info) throws IOException {
        var needs = Copy.closure(this::lacking, "any substituter", info.dependencies());
        if (needs.stream().anyMatch(need -> need.path().equals(info.path()))) {
            throw new FormatException(
                    "narinfo",
                    0,
                    "%s and what it needs refer to each other".formatted(info.path()));
        }
        for (PathInfo need : needs) {
            boolean _ = bring(need.path().hash());
        }
    }

    private boolean isHere(StorePath path) throws IOException {
        return engine.catalog().path(path).isPresent();
    }

    /// What is known of a path; of one that is here, not what it refers to, which is here too.
    private Optional<PathInfo> lacking(StorePath path) throws IOException {
        var here = engine.catalog().path(path);
        return here.isPresent()
                ? here.map(stored -> stored.info().withoutReferences())
                : info(path.hash()).filter(info -> info.path().equals(path));
    }

    private boolean isBelieved(PathInfo info) {
        return info.isNamedAfterContent()
                || !trusted.vouchers(info.fingerprint(), info.signatures()).isEmpty();
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
}

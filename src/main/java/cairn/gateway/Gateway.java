package cairn.gateway;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.CacheServer;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Packer;
import cairn.engine.Realisations;
import cairn.engine.RefusedException;
import cairn.engine.RefusedException.Reason;
import cairn.engine.Space;
import cairn.engine.Substituters;
import cairn.engine.Uploads;
import cairn.nix.BusyException;
import cairn.nix.NarInfo;
import cairn.nix.NarListing;
import cairn.nix.NixHash;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.MissingReferenceException;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.store.TreeNar;
import cairn.unixfs.MissingBlockException;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.DirectHandler.TransportRequest;
import io.helidon.http.DirectHandler.TransportResponse;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Serves the engine over HTTP, each request on a virtual thread of its own.
///
/// ```
/// /nix-cache-info  /<hash>.narinfo  /<hash>.ls  /nar/<narHash>.nar        a binary cache
/// /realisations/<id>.doi  /log/<drv>
/// /serve/<hash>/<path…>                                                  a file inside a path
/// /ipfs/<cid>?format=raw|car                                             blocks
/// /metrics
/// ```
///
/// Archives are told under the hash of what they hold, so that there is one for each tree. They are
/// made of the blocks while they are sent.
public final class Gateway implements CacheServer {
    private static final Logger LOG = System.getLogger(Gateway.class.getName());

    /// Kept so that it stays as it is set: what the server says of itself is not for people.
    private static final java.util.logging.Logger SERVER_LOG =
            java.util.logging.Logger.getLogger("io.helidon");

    static {
        SERVER_LOG.setLevel(java.util.logging.Level.OFF);
    }

    private static final Pattern NARINFO = Pattern.compile("/([0-9a-z]{32})\\.narinfo");
    private static final Pattern LISTING = Pattern.compile("/([0-9a-z]{32})\\.ls");
    private static final Pattern NAR = Pattern.compile("/nar/([0-9a-z]{52})\\.nar");
    private static final Pattern ARCHIVE =
            Pattern.compile("/nar/([0-9a-zA-Z]{1,128}\\.nar(?:\\.[a-z0-9]{1,4})?)");
    private static final Pattern REALISATION = Pattern.compile("/realisations/(.{1,300})\\.doi");
    private static final List<String> NO_ROOM =
            List.of("disk is full", "No space left", "File too large", "quota exceeded");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration GLANCE = Duration.ofMillis(10);
    private static final int MAX_LISTING = 64 << 20;
    private static final int MAX_REALISATION = 1 << 20;
    private static final int MAX_INFO = 64 << 10;
    private static final long MAX_LOG = 256 << 20;
    private static final Header INFO_TYPE = Exchange.type("text/x-nix-cache-info");
    private static final Header NARINFO_TYPE = Exchange.type("text/x-nix-narinfo");
    private static final Header JSON = Exchange.type("application/json");
    private static final Header METRICS_TYPE =
            Exchange.type("text/plain; version=0.0.4; charset=utf-8");
    private static final Header RETRY_AFTER =
            HeaderValues.createCached(HeaderNames.RETRY_AFTER, "10");
    private static final Header LOGIN =
            HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"cairn\"");

    private final Settings settings;
    private final Store store;
    private final Door door;
    private final Metrics metrics;
    private final Feed feed;
    private final Patience patience;
    private final Duration grace;
    private final NarInfos narInfos;
    private final Realisations realisations;
    private final Uploads uploads;
    private final Space space;
    private final Substituters substituters;
    private final Packer packer;
    private final Files files;
    private final Ipfs ipfs;
    private final WebServer server;
    private volatile boolean stopping;

    private Gateway(
            Engine engine,
            Settings settings,
            Substituters substituters,
            Uploads uploads,
            Space space,
            Patience patience,
            Duration grace,
            Feed feed,
            Packer packer)
            throws IOException {
        this.settings = settings;
        this.substituters = substituters;
        this.uploads = uploads;
        this.space = space;
        this.patience = patience;
        this.grace = grace;
        this.feed = feed;
        this.packer = packer;
        store = engine.store();
        metrics = new Metrics(engine.demand());
        door = new Door(settings);
        narInfos = new NarInfos(store.catalog(), settings, space);
        realisations = new Realisations(store, settings.trusted());
        files = new Files(store, space, settings.folder());
        ipfs = new Ipfs(store, space);
        server = server(settings);
    }

    /// Starts to listen; close the result to stop. The engine stays open.
    ///
    /// @throws IOException also if the address cannot be had
    public static Gateway start(Engine engine, Settings settings) throws IOException {
        return start(engine, settings, PATIENCE, GRACE);
    }

    /// The same with another patience for clients that make it wait, and another for those that are
    /// being answered when it stops.
    static Gateway start(Engine engine, Settings settings, Duration length, Duration grace)
            throws IOException {
        if (settings.writable() && store(engine).isReadOnly()) {
            throw new IOException(store(engine).home().folder() + " can only be read");
        }
        var substituters = Substituters.open(engine, settings.substituters(), settings.trusted());
        substituters.setOffline(settings.offline());
        var uploads =
                Uploads.start(
                        engine.store(),
                        engine.clock(),
                        settings.trusted(),
                        settings.limits(),
                        settings.storeLimit() == Configuration.UNLIMITED);
        var space = Space.start(engine, settings.storeLimit());
        var patience = Patience.start(length);
        var feed = new Feed();
        var packer = Packer.start(engine.store(), () -> feed.isQuiet(QUIET));
        try {
            var gateway =
                    new Gateway(
                            engine,
                            settings,
                            substituters,
                            uploads,
                            space,
                            patience,
                            grace,
                            feed,
                            packer);
            gateway.server.start();
            if (!gateway.server.isRunning()) {
                throw new BindException(
                        "somebody else has it, or this machine has no such address");
            }
            return gateway;
        } catch (IOException | RuntimeException e) {
            packer.close();
            patience.close();
            space.close();
            uploads.close();
            substituters.close();
            throw e instanceof IOException io && !(e instanceof BindException)
                    ? io
                    : new IOException(
                            "cannot listen on %s:%d: %s"
                                    .formatted(
                                            settings.listen().getHostString(),
                                            settings.listen().getPort(),
                                            e.getMessage()),
                            e);
        }
    }

    private static Store store(Engine engine) {
        return engine.store();
    }

    @Override
    public URI address() {
        String host = settings.listen().getHostString();
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                settings.certificate().isPresent() ? "https" : "http",
                                host.contains(":") ? "[" + host + "]" : host,
                                server.port()));
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Traffic traffic() {
        return metrics.traffic(substituters.fetched());
    }

    @Override
    public List<Substituters.Health> upstreams() {
        return substituters.health();
    }

    @Override
    public List<Request> requests() {
        return feed.list();
    }

    @Override
    public boolean isOffline() {
        return substituters.isOffline();
    }

    @Override
    public void setOffline(boolean offline) {
        substituters.setOffline(offline);
    }

    @Override
    public void close() {
        stopping = true;
        awaitAnswers();
        server.stop();
        packer.close();
        patience.close();
        space.close();
        uploads.close();
        try {
            substituters.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "a substituter could not be closed", e);
        }
    }

    /// Waits for those who are being answered, but not long. The server itself would wait for those
    /// who have not asked for anything, too.
    private void awaitAnswers() {
        try {
            long end = System.nanoTime() + grace.toNanos();
            while (!feed.isQuiet(Duration.ZERO) && System.nanoTime() < end) {
                Thread.sleep(GLANCE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private WebServer server(Settings settings) throws IOException {
        InetSocketAddress listen = settings.listen();
        var builder =
                WebServer.builder()
                        .address(listen.getAddress())
                        .port(listen.getPort())
                        .shutdownHook(false)
                        .writeBufferSize(0)
                        // Of several, a connection would be none of them until it says something,
                        // and would never be idle.
                        .protocolsDiscoverServices(false)
                        .addConnectionSelector(new OldClients(protocol()))
                        .idleConnectionTimeout(patience.length().multipliedBy(4))
                        .idleConnectionPeriod(patience.length())
                        .shutdownGracePeriod(Duration.ZERO)
                        .errorHandling(ErrorHandling.builder().includeEntity(true).build())
                        .directHandlers(
                                DirectHandlers.builder()
                                        .addHandler(EventType.BAD_REQUEST, Gateway::malformed)
                                        .build())
                        .contentEncoding(PackedBodies.context())
                        .routing(routing -> routing.any(this::handle));
        if (settings.certificate().isPresent()) {
            builder.tls(PemFiles.tls(settings.certificate().get()));
        }
        return builder.build();
    }

    /// Says what is wrong with what the server could not read.
    private static TransportResponse malformed(
            TransportRequest request,
            EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        boolean says = !message.contains("see server log");
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(Exchange.TEXT)
                .entity((says ? message : "this is no request of HTTP/1.1") + "\n")
                .build();
    }

    /// Leaves out what is looked at here anyway, or never comes from strangers: a narinfo takes
    /// longer to be checked thrice than to be found.
    @SuppressWarnings("removal") // until then, it costs a twentieth of the time of a narinfo
    private Http1Config protocol() {
        return Http1Config.builder()
                .addReceiveListener(patience)
                .validateRequestHostHeader(false)
                .validateResponseHeaders(false)
                .validatePath(false)
                .build();
    }

    private void handle(ServerRequest request, ServerResponse response) {
        var exchange = new Exchange(request, response, metrics, patience, feed);
        var route = Route.of(exchange.path());
        try {
            answer(route, exchange);
        } finally {
            metrics.answered(route, exchange.status(), exchange.end());
        }
        exchange.hangUp();
    }

    private void answer(Route route, Exchange exchange) {
        try {
            try {
                if (isWelcome(exchange)) {
                    dispatch(route, exchange);
                }
            } catch (IOException e) {
                if (exchange.hasBegun()) {
                    LOG.log(Level.INFO, "{0} was cut short: {1}", exchange.path(), e.getMessage());
                    throw new CloseConnectionException("cut short", e);
                }
                fail(exchange, e);
            }
        } catch (IOException e) {
            throw new CloseConnectionException("the client is gone", e);
        }
    }

    private boolean isWelcome(Exchange exchange) throws IOException {
        if (stopping) {
            exchange.with(HeaderValues.CONNECTION_CLOSE)
                    .turnAway(503, "this node is being stopped");
            return false;
        }
        String host = exchange.header(HeaderNames.HOST);
        boolean nameless = host.isEmpty() && exchange.isOld();
        if (!nameless && !door.isOurs(host)) {
            exchange.turnAway(403, "this server is not called " + shown(host));
            return false;
        }
        String origin = exchange.header(HeaderNames.ORIGIN);
        if (!origin.isEmpty() && !Door.isOwnPage(origin, host)) {
            exchange.turnAway(403, "a page of " + shown(origin) + " may not ask this");
            return false;
        }
        return true;
    }

    private void dispatch(Route route, Exchange exchange) throws IOException {
        if (exchange.isRead()) {
            read(route, exchange);
        } else if (!exchange.isWrite()) {
            exchange.with(HeaderNames.ALLOW, "GET, HEAD, PUT")
                    .turnAway(405, "only GET, HEAD and PUT are understood");
        } else if (!settings.writable()) {
            exchange.turnAway(
                    403, "this cache can only be read; cairn node --writable takes paths");
        } else if (settings.writers().isEmpty()) {
            write(route, exchange, false);
        } else {
            var writer = door.writer(exchange.header(HeaderNames.AUTHORIZATION));
            if (writer.isEmpty()) {
                exchange.with(LOGIN)
                        .turnAway(401, "writing needs a token, as the password in a netrc file");
                return;
            }
            write(route, exchange, writer.get().mayRealise());
        }
    }

    private void read(Route route, Exchange exchange) throws IOException {
        switch (route) {
            case NARINFO -> narInfo(exchange);
            case NAR -> nar(exchange);
            case CACHE_INFO -> exchange.answer(200, INFO_TYPE, cacheInfo());
            case LISTING -> listing(exchange);
            case REALISATION -> realisation(exchange);
            case LOG -> log(exchange);
            case SERVE -> files.serve(exchange);
            case IPFS -> ipfs.serve(exchange);
            case METRICS ->
                    exchange.answer(
                            200,
                            METRICS_TYPE,
                            metrics.text(
                                            store.catalog().count(""),
                                            uploads.waiting(),
                                            substituters.fetched())
                                    .getBytes(StandardCharsets.UTF_8));
            case UNKNOWN -> exchange.say(404, "there is nothing of this name");
        }
    }

    private void write(Route route, Exchange exchange, boolean mayRealise) throws IOException {
        switch (route) {
            case NARINFO -> putNarInfo(exchange);
            case NAR -> putArchive(exchange);
            case CACHE_INFO -> putCacheInfo(exchange);
            case LISTING -> putListing(exchange);
            case REALISATION -> putRealisation(exchange, mayRealise);
            case LOG -> putLog(exchange);
            case SERVE, IPFS, METRICS, UNKNOWN -> exchange.turnAway(403, "nothing can be put here");
        }
    }

    private void narInfo(Exchange exchange) throws IOException {
        String path = exchange.path();
        var found =
                path.length() == "/".length() + StorePath.HASH_LENGTH + ".narinfo".length()
                        ? narInfos.of(path.substring(1, 1 + StorePath.HASH_LENGTH))
                        : Optional.<NarInfos.Rendered>empty();
        metrics.looked(found.isPresent());
        space.asked(found.isPresent());
        if (found.isEmpty()) {
            found = elsewhere(path);
        }
        if (found.isEmpty()) {
            exchange.say(404, "this path is not here");
            return;
        }
        exchange.with(found.get().tagHeader());
        if (exchange.isKnown(found.get().tag())) {
            exchange.done(304);
        } else {
            exchange.answer(Status.OK_200, NARINFO_TYPE, found.get().bytes());
        }
    }

    private Optional<NarInfos.Rendered> elsewhere(String path) {
        var match = NARINFO.matcher(path);
        return match.matches()
                ? substituters
                        .info(match.group(1))
                        .filter(info -> info.path().folder().equals(settings.folder()))
                        .map(narInfos::render)
                : Optional.empty();
    }

    private void nar(Exchange exchange) throws IOException {
        var match = NAR.matcher(exchange.path());
        var found = match.matches() ? byNar(match.group(1)) : Optional.<StoredPath>empty();
        if (found.isEmpty() && match.matches() && !exchange.isHead()) {
            if (passedOn(exchange, match.group(1))) {
                return;
            }
            found = byNar(match.group(1));
        }
        if (found.isPresent()) {
            var path = found.get();
            try (var _ = space.use(path)) {
                if (store.has(path.cid())) {
                    exchange.serve(Entity.nar(store.inOrder(), path.tree(), path.info().narSize()));
                    return;
                }
            }
        }
        var waiting = ARCHIVE.matcher(exchange.path());
        if (exchange.isHead() && waiting.matches() && uploads.isWaiting(waiting.group(1))) {
            exchange.done(200);
            return;
        }
        exchange.say(404, "this archive is not here");
    }

    private Optional<StoredPath> byNar(String hash) throws IOException {
        var narHash = narHash(hash);
        return narHash.isPresent()
                ? store.catalog().withNar(narHash.get()).stream().findFirst()
                : Optional.empty();
    }

    /// Passes an archive on that comes in meanwhile, or says why it does not come.
    ///
    /// @return false if none comes
    private boolean passedOn(Exchange exchange, String hash) throws IOException {
        var narHash = narHash(hash);
        if (narHash.isEmpty()) {
            return false;
        }
        var incoming = substituters.read(narHash.get());
        if (incoming.isEmpty()) {
            return false;
        }
        try (var reader = incoming.get()) {
            reader.await();
            exchange.serve(Entity.incoming(reader));
        } catch (IOException e) {
            if (exchange.hasBegun()) {
                throw e;
            }
            notGiven(exchange, e);
        } finally {
            space.grown();
        }
        return true;
    }

    /// A path that is here, or is now because another store had it.
    private Optional<StoredPath> brought(Exchange exchange, String hash) throws IOException {
        var found = store.catalog().path(hash);
        if (found.isPresent()) {
            return found;
        }
        try {
            return substituters.bring(hash) ? store.catalog().path(hash) : Optional.empty();
        } catch (IOException e) {
            notGiven(exchange, e);
            return Optional.empty();
        }
    }

    private static void notGiven(Exchange exchange, IOException e) {
        exchange.takeBack();
        boolean busy = e.getCause() instanceof BusyException;
        if (busy) {
            exchange.with(RETRY_AFTER);
        }
        exchange.say(busy ? 503 : isFull(e) ? 507 : 502, String.valueOf(e.getMessage()));
    }

    private static Optional<NixHash> narHash(String text) {
        try {
            return Optional.of(NixHash.parse(NixHash.Algorithm.SHA256, text));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private byte[] cacheInfo() {
        return """
        StoreDir: %s
        WantMassQuery: 1
        Priority: %d
        """
                .formatted(settings.folder(), settings.priority())
                .getBytes(StandardCharsets.UTF_8);
    }

    private void listing(Exchange exchange) throws IOException {
        var match = LISTING.matcher(exchange.path());
        var found =
                match.matches() ? brought(exchange, match.group(1)) : Optional.<StoredPath>empty();
        if (found.isEmpty()) {
            if (!exchange.hasBegun()) {
                exchange.say(404, "this path is not here");
            }
            return;
        }
        String tag = '"' + found.get().tree().toString() + "-ls\"";
        exchange.with(HeaderNames.ETAG, tag);
        if (exchange.isKnown(tag)) {
            exchange.done(304);
            return;
        }
        try (var _ = space.use(found.get())) {
            Bytes listing = NarListing.of(new TreeNar(store, found.get().tree())).encode();
            exchange.answer(200, JSON, listing.toByteArray());
        }
    }

    private void realisation(Exchange exchange) throws IOException {
        var id = realisationId(exchange);
        var found = id.isPresent() ? believed(id.get()) : Optional.<Realisation>empty();
        if (found.isPresent()) {
            exchange.answer(200, JSON, found.get().encode().toByteArray());
        } else {
            exchange.say(404, "nobody who is believed has said what became of this output");
        }
    }

    private Optional<Realisation> believed(Realisation.Id id) throws IOException {
        var here = realisations.believed(settings.folder(), id);
        if (here.isPresent()) {
            return here;
        }
        var found = substituters.realisation(settings.folder(), id);
        if (found.isPresent() && !store.isReadOnly()) {
            boolean _ = realisations.put(found.get(), false);
        }
        return found;
    }

    private Optional<Realisation.Id> realisationId(Exchange exchange) {
        var match = REALISATION.matcher(UrlPath.text(exchange.path()).orElse(""));
        try {
            return match.matches()
                    ? Optional.of(Realisation.Id.parse(match.group(1)))
                    : Optional.empty();
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private void log(Exchange exchange) throws IOException {
        var derivation = derivation(exchange);
        var cid =
                derivation.isPresent()
                        ? store.catalog().log(derivation.get())
                        : Optional.<cairn.cid.Cid>empty();
        if (cid.isPresent()
                && new UnixFsReader(store).node(cid.get()) instanceof UnixFsNode.RegularFile text) {
            exchange.with(Files.NO_GUESSING)
                    .serve(Entity.file("text/plain; charset=utf-8", store.inOrder(), text));
            return;
        }
        var elsewhere =
                derivation.isPresent()
                        ? substituters.log(derivation.get())
                        : Optional.<Bytes>empty();
        if (elsewhere.isPresent()) {
            exchange.with(Files.NO_GUESSING)
                    .serve(Entity.of("text/plain; charset=utf-8", elsewhere.get()));
            return;
        }
        exchange.say(404, "there is no log of this");
    }

    private Optional<StorePath> derivation(Exchange exchange) {
        String base = UrlPath.text(exchange.path()).orElse("/log/").substring("/log/".length());
        try {
            return Optional.of(StorePath.parse(settings.folder(), base));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private void putNarInfo(Exchange exchange) throws IOException {
        var match = NARINFO.matcher(exchange.path());
        if (!match.matches()) {
            exchange.turnAway(400, "a narinfo is named by 32 characters");
            return;
        }
        var info = decoded(exchange, NarInfo.MAX_BYTES, NarInfo::decode);
        if (!info.path().hash().equals(match.group(1))) {
            throw new RefusedException(
                    Reason.WRONG, "%s tells of %s".formatted(match.group(1), info.path()));
        }
        if (!info.path().folder().equals(settings.folder())) {
            throw new RefusedException(
                    Reason.WRONG,
                    "%s is not of the store %s".formatted(info.path(), settings.folder()));
        }
        var _ = uploads.register(info);
        narInfos.refresh();
        space.grown();
        exchange.done(201);
    }

    /// Reads what a stranger wrote. All that is malformed behind this is of our own.
    private static <T> T decoded(Exchange exchange, int limit, Decoder<T> decoder)
            throws IOException {
        try (var body = exchange.body(limit)) {
            return decoder.decode(Bytes.wrap(body.readAllBytes()));
        } catch (FormatException e) {
            throw new RefusedException(e);
        }
    }

    @FunctionalInterface
    private interface Decoder<T> {
        T decode(Bytes bytes) throws FormatException;
    }

    private void putArchive(Exchange exchange) throws IOException {
        var match = ARCHIVE.matcher(exchange.path());
        if (!match.matches()) {
            exchange.turnAway(400, "an archive is named by a hash and .nar, .nar.xz and the like");
            return;
        }
        if (exchange.isEncoded()) {
            exchange.turnAway(415, "an archive comes as its name tells, without Content-Encoding");
            return;
        }
        try (var body = exchange.body(settings.limits().narBytes())) {
            uploads.archive(match.group(1), body);
        }
        exchange.done(201);
    }

    private void putCacheInfo(Exchange exchange) throws IOException {
        String text = decoded(exchange, MAX_INFO, Bytes::toUtf8);
        if (text.lines().noneMatch(line -> line.equals("StoreDir: " + settings.folder()))) {
            throw new RefusedException(
                    Reason.WRONG, "this cache is of the store " + settings.folder());
        }
        exchange.done(201);
    }

    /// Read and let go of: listings are made of the trees when they are asked for.
    private void putListing(Exchange exchange) throws IOException {
        if (!LISTING.matcher(exchange.path()).matches()) {
            exchange.turnAway(400, "a listing is named by 32 characters");
            return;
        }
        try (var body = exchange.body(MAX_LISTING)) {
            long _ = body.transferTo(OutputStream.nullOutputStream());
        } catch (FormatException e) {
            throw new RefusedException(e);
        }
        exchange.done(201);
    }

    private void putRealisation(Exchange exchange, boolean mayRealise) throws IOException {
        var id = realisationId(exchange);
        if (id.isEmpty()) {
            exchange.turnAway(400, "a realisation is named sha256:<hash>!<output>.doi");
            return;
        }
        var realisation =
                decoded(
                        exchange,
                        MAX_REALISATION,
                        bytes -> Realisation.decode(settings.folder(), bytes));
        if (!realisation.id().equals(id.get())) {
            throw new RefusedException(
                    Reason.WRONG, "%s tells of %s".formatted(id.get(), realisation.id()));
        }
        if (realisations.put(realisation, mayRealise)) {
            exchange.done(201);
        } else {
            // Nix would try again and again if this were no success.
            exchange.say(200, "kept as a claim, and not served: nobody who is believed says so");
        }
    }

    private void putLog(Exchange exchange) throws IOException {
        var derivation = derivation(exchange);
        if (derivation.isEmpty() || !derivation.get().isDerivation()) {
            exchange.turnAway(400, "a log is named by its derivation");
            return;
        }
        try (var body = exchange.body(MAX_LOG)) {
            uploads.log(derivation.get(), body);
        }
        exchange.done(201);
    }

    private void fail(Exchange exchange, IOException e) throws IOException {
        int status =
                switch (e) {
                    case RefusedException refused ->
                            switch (refused.reason()) {
                                case WRONG -> 400;
                                case FORBIDDEN -> 403;
                                case CONFLICT -> 409;
                                case TOO_LARGE -> 413;
                                case TOO_SLOW -> 408;
                            };
                    case FileAlreadyExistsException _, MissingReferenceException _ -> 409;
                    case BusyException _ -> 503;
                    default -> isFull(e) ? 507 : 500;
                };
        if (status >= 500) {
            LOG.log(Level.ERROR, exchange.path(), e);
        }
        exchange.takeBack();
        if (status == 503) {
            exchange.with(RETRY_AFTER);
        }
        exchange.turnAway(status, words(e));
    }

    /// What others sent was looked at by those who took it, so that what is damaged now is ours.
    private static String words(IOException e) {
        String message = String.valueOf(e.getMessage());
        boolean damaged = e instanceof FormatException || e instanceof MissingBlockException;
        return damaged ? "the store of this node is damaged: " + message : message;
    }

    /// Tells whether no more can be written here, be it for a limit on files or users.
    static boolean isFull(IOException e) {
        String message = String.valueOf(e.getMessage());
        return NO_ROOM.stream().anyMatch(message::contains);
    }

    private static String shown(String text) {
        return text.substring(0, Math.min(text.length(), 80)).replaceAll("[^ -~]", "?");
    }
}

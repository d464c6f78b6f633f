package cairn.nats;

import cairn.cid.Bytes;
import cairn.engine.Configuration;
import cairn.engine.RefusedException;
import cairn.engine.UnreachableException;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.NKey;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// A connection to a NATS server, which comes back by itself when it is lost. Safe for use by
/// several threads.
final class Bus implements AutoCloseable {
    /// Longer than a server may pause.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Duration RECONNECT = Duration.ofMillis(250);
    private static final long RECONNECT_BUFFER = 64 << 20;

    /// `Permissions Violation for Publish to "subject"`, or for a subscription.
    private static final Pattern VIOLATION =
            Pattern.compile(
                    "(?i).*permissions violation for (publish|subscription) to \"([^\"]+)\".*");

    private final String server;
    private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
    private final Set<Refused> refused = ConcurrentHashMap.newKeySet();

    /// Where the client library tells what happened.
    private final ExecutorService events =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("nats-events").factory());

    private volatile State state = new State.Connecting();
    private volatile boolean givenUp;
    private volatile @Nullable Requests requests;
    private volatile @Nullable Connection connection;

    private Bus(String server) {
        this.server = server;
    }

    /// What the server did not let this client do.
    ///
    /// @param publishing or else subscribing
    record Refused(boolean publishing, String subject) {}

    /// How a connection is doing.
    sealed interface State {
        record Connecting() implements State {}

        /// It is there.
        ///
        /// @param server the one of a cluster that it leads to
        record Connected(String server) implements State {}

        record Reconnecting(String why) implements State {}

        /// The server does not want this client.
        record Refused(String why) implements State {}

        record Closed() implements State {}
    }

    /// Connects, and waits until that is done.
    ///
    /// @param name what the server calls the client
    /// @throws RefusedException if the server does not want it
    /// @throws UnreachableException if there is no server now
    static Bus connect(String server, Configuration.Nats settings, String name) throws IOException {
        var bus = new Bus(server);
        boolean connected = false;
        try {
            bus.connect(bus.configured(settings, name));
            connected = true;
            return bus;
        } finally {
            if (!connected) {
                bus.close();
            }
        }
    }

    private void connect(Options options) throws IOException {
        try {
            var made = Nats.connect(options);
            connection = made;
            requests = Requests.over(made, server);
            made.flush(CONNECTING);
            become(new State.Connected(String.valueOf(made.getConnectedUrl())));
        } catch (AuthenticationException e) {
            throw unwanted(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to " + server);
        } catch (TimeoutException | IllegalArgumentException e) {
            throw unusable(e);
        } catch (IOException e) {
            throw new UnreachableException(
                    "%s cannot be reached: %s".formatted(server, e.getMessage()), e);
        }
    }

    private Options configured(Configuration.Nats settings, String name) throws IOException {
        try {
            return options(settings, name);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS to %s: %s".formatted(server, e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    private IOException unusable(Exception e) {
        return new IOException("%s cannot be used: %s".formatted(server, e.getMessage()), e);
    }

    private RefusedException unwanted(AuthenticationException e) {
        String why =
                "%s does not let this client in (%s): who it is stands in nats.creds, nats.nkey or nats.user"
                        .formatted(server, String.valueOf(e.getMessage()).strip());
        become(new State.Refused(why));
        return new RefusedException(RefusedException.Reason.FORBIDDEN, why);
    }

    private Options options(Configuration.Nats settings, String name)
            throws IOException, GeneralSecurityException {
        var options =
                new Options.Builder()
                        .server(server)
                        .connectionName(name)
                        .connectionTimeout(CONNECTING)
                        .maxReconnects(-1)
                        .reconnectWait(RECONNECT)
                        .reconnectBufferSize(RECONNECT_BUFFER)
                        .inboxPrefix(
                                settings.inbox().endsWith(".")
                                        ? settings.inbox()
                                        : settings.inbox() + ".")
                        .callbackExecutor(events)
                        .errorListener(new Errors())
                        .connectionListener(new Events());
        if (settings.tlsCa().isPresent()) {
            options.sslContext(trusting(settings.tlsCa().get()));
        }
        if (settings.creds().isPresent()) {
            options.authHandler(Nats.credentials(settings.creds().get().toString()));
        } else if (settings.nkey().isPresent()) {
            char[] seed = Files.readString(settings.nkey().get()).strip().toCharArray();
            options.authHandler(Nats.staticCredentials(null, NKey.fromSeed(seed).getSeed()));
        } else if (settings.user().isPresent()) {
            var password = settings.passwordFile();
            options.userInfo(
                    settings.user().get().toCharArray(),
                    password.isPresent()
                            ? Files.readString(password.get()).strip().toCharArray()
                            : new char[0]);
        }
        return options.build();
    }

    static SSLContext trusting(Path authorities) throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance(KeyStore.getDefaultType());
        keys.load(null, null);
        try (InputStream in = Files.newInputStream(authorities)) {
            int number = 0;
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                keys.setCertificateEntry("ca" + number++, certificate);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    String server() {
        return server;
    }

    Connection connection() {
        return Objects.requireNonNull(connection);
    }

    State state() {
        return state;
    }

    /// Tells the state now and whenever it changes, on any thread.
    void onState(Consumer<State> listener) {
        listeners.add(listener);
        listener.accept(state);
    }

    /// What the server did not let this client do so far.
    Set<Refused> refused() {
        return Set.copyOf(refused);
    }

    /// Returns when the server has heard all that was said before, and what it thinks of that is
    /// known.
    void settle() throws IOException {
        try {
            connection().flush(PATIENCE);
            var _ = events.submit(() -> {}).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + server);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(server + " does not answer", e);
        }
    }

    /// Waits until a connection that was lost is back.
    ///
    /// @throws UnreachableException if that takes longer, or nobody waits any more
    void awaitConnection(Duration patience) throws UnreachableException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (connection().getStatus() != Connection.Status.CONNECTED) {
            if (givenUp || System.nanoTime() > deadline) {
                throw new UnreachableException(server + " cannot be reached now", null);
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }

    /// The longest payload that goes in one message.
    int limit() {
        return Parts.limit(connection().getMaxPayload());
    }

    /// Asks without waiting, see [Requests#send].
    CompletableFuture<Bytes> send(
            String subject, Supplier<Headers> headers, Bytes payload, Duration patience) {
        return send(subject, headers, payload, Requests.Manner.PATIENT, patience)
                .thenApply(Requests.Reply::payload);
    }

    /// Asks somebody who may be gone, see [Requests#send].
    CompletableFuture<Bytes> sendPromptly(String subject, Bytes payload, Duration patience) {
        return sendPromptly(subject, Headers::new, payload, patience);
    }

    CompletableFuture<Bytes> sendPromptly(
            String subject, Supplier<Headers> headers, Bytes payload, Duration patience) {
        return send(subject, headers, payload, Requests.Manner.PROMPT, patience)
                .thenApply(Requests.Reply::payload);
    }

    /// How many requests are not answered yet.
    int underWay() {
        return Objects.requireNonNull(requests).underWay();
    }

    /// The same of which the headers of the reply matter.
    CompletableFuture<Requests.Reply> send(
            String subject,
            Supplier<Headers> headers,
            Bytes payload,
            Requests.Manner manner,
            Duration patience) {
        return Objects.requireNonNull(requests).send(subject, headers, payload, manner, patience);
    }

    /// Asks and waits.
    ///
    /// @throws Requests.AnsweredException if it is not to be had
    Bytes ask(String subject, Supplier<Headers> headers, Bytes payload, Duration patience)
            throws IOException {
        return await(send(subject, headers, payload, patience));
    }

    Bytes ask(String subject, Bytes payload) throws IOException {
        return ask(subject, Headers::new, payload, PATIENCE);
    }

    static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a reply");
        } catch (ExecutionException e) {
            throw thrown(e);
        }
    }

    /// Waits for so long; empty if it is not there then.
    static <T> Optional<T> await(CompletableFuture<T> future, long nanos) throws IOException {
        try {
            return Optional.of(future.get(nanos, TimeUnit.NANOSECONDS));
        } catch (TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a reply");
        } catch (ExecutionException e) {
            throw thrown(e);
        }
    }

    private static IOException thrown(Throwable e) {
        return switch (e.getCause()) {
            case CompletionException wrapped -> thrown(wrapped);
            case IOException io -> io;
            case null, default -> new IOException(e);
        };
    }

    /// Fails everything that waits.
    void giveUp() {
        givenUp = true;
        Objects.requireNonNull(requests)
                .failAll(new IOException(server + ": nobody waits any more"));
    }

    @Override
    public void close() {
        givenUp = true;
        become(new State.Closed());
        var asked = requests;
        if (asked != null) {
            asked.close();
        }
        var made = connection;
        try {
            if (made != null) {
                made.close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        events.shutdown();
    }

    private void become(State next) {
        state = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    private final class Errors implements ErrorListener {
        @Override
        public void errorOccurred(Connection connection, String error) {
            var match = VIOLATION.matcher(error);
            if (!match.matches()) {
                if (error.toLowerCase(Locale.ROOT).contains("authorization")) {
                    become(new State.Refused(error));
                }
                return;
            }
            String subject = match.group(2);
            boolean publishing = match.group(1).equalsIgnoreCase("publish");
            refused.add(new Refused(publishing, subject));
            var asked = requests;
            if (asked == null) {
                return;
            }
            if (publishing) {
                asked.refused(subject);
            } else {
                asked.deaf(subject);
            }
        }

        @Override
        public void exceptionOccurred(Connection connection, Exception e) {
            // The connection comes back, or its listener hears why not.
        }
    }

    private final class Events implements ConnectionListener {
        @Override
        @SuppressWarnings("deprecation") // there is no other that has to be implemented
        public void connectionEvent(Connection connection, ConnectionListener.Events event) {
            switch (event) {
                case DISCONNECTED ->
                        become(
                                new State.Reconnecting(
                                        Objects.requireNonNullElse(connection.getLastError(), "")));
                case RESUBSCRIBED -> {
                    become(new State.Connected(String.valueOf(connection.getConnectedUrl())));
                    var asked = requests;
                    if (asked != null) {
                        asked.again();
                    }
                }
                case CONNECTED, RECONNECTED, CLOSED, DISCOVERED_SERVERS, LAME_DUCK -> {}
            }
        }
    }
}

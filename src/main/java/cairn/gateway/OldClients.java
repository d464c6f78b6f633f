package cairn.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Takes connections of those who speak HTTP/1.0, too, as proxies do by default and probes that ask
/// whether somebody is alive. The server knows 1.1 alone, so the first request of a connection is
/// told it in that, as one that came through us, and is the last one.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9112#appendix-C.2.2">Keep-alive connections</a>
final class OldClients implements ServerConnectionSelector {
    /// What such a request has.
    static final Header VIA = HeaderValues.createCached(HeaderNames.VIA, "1.0 cairn");

    private static final String OLD = " HTTP/1.0\r\n";
    private static final String TRANSLATED =
            " HTTP/1.1\r\nConnection: close\r\nVia: %s\r\n".formatted(VIA.get());
    private static final int MAX_LINE = 1 << 13;

    /// What the beginning of a request looks like, as far as it has come.
    private static final Pattern REQUEST =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+( .*)?", Pattern.DOTALL);

    /// What the server refuses as it should be refused; other junk it takes for its own mistake.
    private static final byte[] JUNK = {'\r', '\n'};

    private final Http1ConnectionSelector current;

    OldClients(Http1Config config) {
        current = Http1ConnectionSelector.builder().config(config).build();
    }

    @Override
    public int bytesToIdentifyConnection() {
        return current.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return current.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return current.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return current.connection(new Translated(context));
    }

    /// A connection of which the first line may be another.
    private static final class Translated implements ConnectionContext {
        private final ConnectionContext context;
        private final DataReader reader = DataReader.create(this::read);
        private boolean begun;

        Translated(ConnectionContext context) {
            this.context = context;
        }

        private byte @Nullable [] read() {
            if (begun) {
                return receive();
            }
            begun = true;
            var received = new ByteArrayOutputStream();
            for (byte[] more = receive(); more != null; more = receive()) {
                received.writeBytes(more);
                String text = received.toString(US_ASCII);
                if (!REQUEST.matcher(text).matches()) {
                    return JUNK.clone();
                }
                int end = text.indexOf('\n') + 1;
                if (text.startsWith(OLD, end - OLD.length())) {
                    return translated(received.toByteArray(), end - OLD.length(), end);
                }
                if (end > 0 || text.length() > MAX_LINE) {
                    break;
                }
            }
            return received.size() == 0 ? null : received.toByteArray();
        }

        private static byte[] translated(byte[] text, int from, int to) {
            var out = new ByteArrayOutputStream();
            out.write(text, 0, from);
            out.writeBytes(TRANSLATED.getBytes(US_ASCII));
            out.write(text, to, text.length - to);
            return out.toByteArray();
        }

        private byte @Nullable [] receive() {
            try {
                return context.serverSocket().get();
            } catch (UncheckedIOException e) {
                throw new ServerConnectionException("nothing more comes", e);
            }
        }

        @Override
        public DataReader dataReader() {
            return reader;
        }

        @Override
        public ListenerContext listenerContext() {
            return context.listenerContext();
        }

        @Override
        public ExecutorService executor() {
            return context.executor();
        }

        @Override
        public DataWriter dataWriter() {
            return context.dataWriter();
        }

        @Override
        public Router router() {
            return context.router();
        }

        @Override
        public Optional<ProxyProtocolData> proxyProtocolData() {
            return context.proxyProtocolData();
        }

        @Override
        public HelidonSocket serverSocket() {
            return context.serverSocket();
        }

        @Override
        public PeerInfo remotePeer() {
            return context.remotePeer();
        }

        @Override
        public PeerInfo localPeer() {
            return context.localPeer();
        }

        @Override
        public boolean isSecure() {
            return context.isSecure();
        }

        @Override
        public String socketId() {
            return context.socketId();
        }

        @Override
        public String childSocketId() {
            return context.childSocketId();
        }
    }
}

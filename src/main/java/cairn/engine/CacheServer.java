package cairn.engine;

import cairn.cid.FormatException;
import cairn.nix.StorePath;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// Lets Nix use the engine as its binary cache, over HTTP, until it is closed.
///
/// All that is asked of it here is answered at once, from memory, and on any thread.
public interface CacheServer extends AutoCloseable {
    /// Where it is reached.
    URI address();

    Settings settings();

    Traffic traffic();

    /// The stores that are asked for what is not here, in the order in which they are asked.
    List<Substituters.Health> upstreams();

    /// The last requests, the newest first, those that are still being answered among them; some
    /// hundreds at most.
    List<Request> requests();

    boolean isOffline();

    /// From now on, asks no other store or asks them again. What is missing here is missing at
    /// once.
    void setOffline(boolean offline);

    /// Ends what is being answered, and returns when nothing is.
    @Override
    void close();

    /// The lines of `nix.conf` with which a client uses this cache, in the order
    /// `extra-substituters`, `extra-trusted-public-keys`; and `netrc-file` if writing takes a
    /// token.
    default List<String> nixConf() {
        var keys = new ArrayList<String>();
        settings().key().ifPresent(own -> keys.add(own.publicKey().toString()));
        settings().trusted().keys().forEach(each -> keys.add(each.toString()));
        var lines = new ArrayList<String>();
        lines.add("extra-substituters = " + address());
        lines.add(
                "extra-trusted-public-keys = "
                        + (keys.isEmpty()
                                ? "<those of whoever signed the paths>"
                                : String.join(" ", keys)));
        if (!settings().writers().isEmpty()) {
            lines.add("netrc-file = /etc/nix/netrc");
        }
        return lines;
    }

    /// The line of that netrc file, with a place left for the token.
    default Optional<String> netrc() {
        return settings().writers().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "machine %s login cairn password <token>".formatted(address().getHost()));
    }

    /// Starts a server of one kind; whoever wires the program knows which.
    @FunctionalInterface
    interface Starter {
        /// Starts to listen. The engine stays open when the server is closed.
        ///
        /// @throws IOException also if the address cannot be had
        CacheServer start(Engine engine, Settings settings) throws IOException;
    }

    /// What was asked since the start.
    ///
    /// @param hits how many of the paths that were asked for are here
    /// @param misses how many were not, whether or not another store had them
    /// @param fetched how many paths came in from other stores
    /// @param bytesOut of the bodies of answers
    /// @param bytesIn of uploads
    record Traffic(
            long requests, long hits, long misses, long fetched, long bytesOut, long bytesIn) {
        /// How many of the paths that were asked for are here, from 0 to 1; empty if none was asked
        /// for.
        public OptionalDouble hitRate() {
            return hits + misses == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of((double) hits / (hits + misses));
        }
    }

    /// A request, and how far it is.
    ///
    /// @param number counts from 1 since the start, so that it tells requests from each other
    /// @param client his address, without the port
    /// @param target what he asks for, as it was sent
    /// @param status of the answer; 0 while there is none
    /// @param bytes of the body of the answer so far, or of the upload
    /// @param took until now if it is still being answered
    record Request(
            long number,
            Instant at,
            String client,
            String method,
            String target,
            int status,
            long bytes,
            Duration took,
            boolean ended) {}

    /// How a server is to be run.
    ///
    /// @param listen where; port 0 is a free one
    /// @param hosts the names by which it may be called, beside addresses and `localhost`
    /// @param writers who may write; without any, everyone may if it is writable
    /// @param certificate for HTTPS
    /// @param trusted whose signatures are believed
    /// @param key signs what one of the trusted keys has signed
    /// @param substituters URIs of stores that are asked for what is not here
    /// @param offline whether they are not asked until [#setOffline] says so
    /// @param storeLimit from how many bytes of the store on the paths go that nobody asked for the
    ///   longest, see [Configuration#storeLimit()]
    /// @param priority as Nix sorts its substituters, the smallest first
    record Settings(
            InetSocketAddress listen,
            Set<String> hosts,
            boolean writable,
            List<Writer> writers,
            Optional<Certificate> certificate,
            TrustedKeys trusted,
            Optional<SecretKey> key,
            List<String> substituters,
            boolean offline,
            long storeLimit,
            int priority,
            Uploads.Limits limits) {

        /// Only for this machine, and only for reading.
        public static Settings reading(int port) {
            return new Settings(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    Set.of(),
                    false,
                    List.of(),
                    Optional.empty(),
                    TrustedKeys.NONE,
                    Optional.empty(),
                    List.of(),
                    false,
                    Configuration.UNLIMITED,
                    30,
                    Uploads.Limits.DEFAULT);
        }

        /// As a configuration says; reads the files that it names.
        ///
        /// @throws FormatException if one of them is malformed, or what is set does not go together
        public static Settings of(Configuration configuration) throws IOException {
            var gateway = configuration.gateway();
            if (gateway.tlsCert().isPresent() != gateway.tlsKey().isPresent()) {
                throw new FormatException("gateway", 0, "tls-cert and tls-key go together");
            }
            if (gateway.writable()
                    && gateway.tokenFile().isEmpty()
                    && !gateway.listen().getAddress().isLoopbackAddress()) {
                throw new FormatException("gateway", 0, "who lets others write needs a token-file");
            }
            return new Settings(
                    gateway.listen(),
                    Set.copyOf(gateway.hosts()),
                    gateway.writable(),
                    gateway.tokenFile().isPresent()
                            ? writers(gateway.tokenFile().get())
                            : List.of(),
                    gateway.tlsCert().isPresent()
                            ? Optional.of(
                                    new Certificate(
                                            gateway.tlsCert().get(),
                                            gateway.tlsKey().orElseThrow()))
                            : Optional.empty(),
                    configuration.trustedKeys(),
                    gateway.secretKeyFile().isPresent()
                            ? Optional.of(
                                    SecretKey.parse(
                                            Files.readString(gateway.secretKeyFile().get())
                                                    .strip()))
                            : Optional.empty(),
                    configuration.substituters(),
                    configuration.offline(),
                    configuration.storeLimit(),
                    gateway.priority(),
                    Uploads.Limits.DEFAULT);
        }

        public Settings {
            hosts = Set.copyOf(hosts);
            writers = List.copyOf(writers);
            substituters = List.copyOf(substituters);
        }

        /// The folder whose paths are served.
        public String folder() {
            return StorePath.NIX_STORE;
        }

        private static List<Writer> writers(Path file) throws IOException {
            var writers = new ArrayList<Writer>();
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split("\\s+", -1);
                if (words[0].isEmpty() || words[0].startsWith("#")) {
                    continue;
                }
                boolean realise = words.length == 2 && words[1].equals("realise");
                if (words.length > 1 && !realise) {
                    throw new FormatException(
                            "token file",
                            0,
                            file + ": behind a token stands nothing, or 'realise'");
                }
                writers.add(new Writer(words[0], realise));
            }
            if (writers.isEmpty()) {
                throw new FormatException("token file", 0, file + " has no token");
            }
            return writers;
        }
    }

    /// Somebody who may write.
    ///
    /// @param token what he sends, as password or as bearer
    /// @param mayRealise whether his word on what a derivation's output became is believed
    record Writer(String token, boolean mayRealise) {}

    /// PEM files of a certificate with those that vouch for it, and of its private key.
    record Certificate(Path chain, Path key) {}
}

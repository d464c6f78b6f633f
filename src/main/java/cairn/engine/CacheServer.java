package cairn.engine;

import cairn.nix.StorePath;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Lets Nix use the engine as its binary cache, over HTTP, until it is closed.
public interface CacheServer extends AutoCloseable {
    /// Where it is reached.
    URI address();

    Traffic traffic();

    /// Ends what is being answered, and returns when nothing is.
    @Override
    void close();

    /// What was asked since the start.
    ///
    /// @param hits how many of the paths that were asked for are here
    /// @param bytesOut of the bodies of answers
    /// @param bytesIn of uploads
    record Traffic(long requests, long hits, long misses, long bytesOut, long bytesIn) {}

    /// How a server is to be run.
    ///
    /// @param listen where; port 0 is a free one
    /// @param hosts the names by which it may be called, beside addresses and `localhost`
    /// @param writers who may write; without any, everyone may if it is writable
    /// @param certificate for HTTPS
    /// @param trusted whose signatures are believed
    /// @param key signs what one of the trusted keys has signed
    /// @param substituters URIs of stores that are asked for what is not here
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
                    30,
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
    }

    /// Somebody who may write.
    ///
    /// @param token what he sends, as password or as bearer
    /// @param mayRealise whether his word on what a derivation's output became is believed
    record Writer(String token, boolean mayRealise) {}

    /// PEM files of a certificate with those that vouch for it, and of its private key.
    record Certificate(Path chain, Path key) {}
}

package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.engine.RefusedException;
import cairn.trust.PublicKey;
import cairn.trust.SecretKey;
import cairn.trust.Signature;
import io.nats.client.impl.Headers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Signs requests that change something, since a server does not tell who asks.
///
/// ```
/// Cairn-Key: name ":" base64             ; the public key, as Nix writes it
/// Cairn-Time: milliseconds since 1970
/// Cairn-Nonce: 32 hexadecimal digits     ; never twice
/// Cairn-Signature: name ":" base64       ; Ed25519 over the lines
///
/// "cairn-request/1" LF subject LF time LF nonce LF hex(sha256(payload)) LF
/// ```
final class Signing {
    static final String KEY = "Cairn-Key";
    static final String TIME = "Cairn-Time";
    static final String NONCE = "Cairn-Nonce";
    static final String SIGNATURE = "Cairn-Signature";

    private static final int NONCE_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Signing() {}

    /// Headers for one request.
    static Headers headers(SecretKey key, String subject, Bytes payload, Instant now) {
        byte[] random = new byte[NONCE_BYTES];
        RANDOM.nextBytes(random);
        String nonce = Bytes.wrap(random).toHex();
        String time = Long.toString(now.toEpochMilli());
        return new Headers()
                .add(KEY, key.publicKey().toString())
                .add(TIME, time)
                .add(NONCE, nonce)
                .add(SIGNATURE, key.sign(message(subject, time, nonce, payload)).toString());
    }

    private static Bytes message(String subject, String time, String nonce, Bytes payload) {
        return Bytes.utf8(
                "cairn-request/1\n%s\n%s\n%s\n%s\n"
                        .formatted(
                                subject, time, nonce, HashFunction.SHA2_256.hash(payload).toHex()));
    }

    /// Tells who signed requests, each of which is believed once. Safe for use by several threads.
    static final class Verifier {
        private static final Duration TOLERANCE = Duration.ofMinutes(2);

        private final InstantSource clock;
        private final Set<String> seen = new HashSet<>();
        private final Queue<Seen> order = new ArrayDeque<>();

        private record Seen(Instant at, String nonce) {}

        Verifier(InstantSource clock) {
            this.clock = clock;
        }

        /// The key that signed a request, or empty if it is not signed.
        ///
        /// @throws RefusedException if a signature is there, and wrong or used before
        Optional<PublicKey> signer(@Nullable Headers headers, String subject, Bytes payload)
                throws FormatException, RefusedException {
            String text = headers == null ? null : headers.getLast(SIGNATURE);
            if (headers == null || text == null) {
                return Optional.empty();
            }
            String time = present(headers, TIME);
            String nonce = present(headers, NONCE);
            var key = PublicKey.parse(present(headers, KEY));
            if (!key.verifies(message(subject, time, nonce, payload), Signature.parse(text))) {
                throw refused("the signature is not that of " + key.name());
            }
            if (!time.matches("[0-9]{1,15}")) {
                throw new FormatException("request", 0, TIME + " is no number");
            }
            Instant now = clock.instant();
            if (Duration.between(Instant.ofEpochMilli(Long.parseLong(time)), now)
                            .abs()
                            .compareTo(TOLERANCE)
                    > 0) {
                throw refused(
                        "the request was signed at %s, and here it is %s: set the clocks"
                                .formatted(Instant.ofEpochMilli(Long.parseLong(time)), now));
            }
            if (!isFirst(key + nonce, now)) {
                throw refused("the request was heard before");
            }
            return Optional.of(key);
        }

        private synchronized boolean isFirst(String nonce, Instant now) {
            Instant forgotten = now.minus(TOLERANCE.multipliedBy(2));
            for (var oldest = order.peek();
                    oldest != null && oldest.at.isBefore(forgotten);
                    oldest = order.peek()) {
                seen.remove(order.remove().nonce);
            }
            if (!seen.add(nonce)) {
                return false;
            }
            order.add(new Seen(now, nonce));
            return true;
        }

        private static String present(Headers headers, String name) throws FormatException {
            String value = headers.getLast(name);
            if (value == null) {
                throw new FormatException("request", 0, "is signed and has no " + name);
            }
            return value;
        }

        private static RefusedException refused(String why) {
            return new RefusedException(RefusedException.Reason.FORBIDDEN, why);
        }
    }
}

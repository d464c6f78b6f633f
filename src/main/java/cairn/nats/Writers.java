package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.Configuration;
import cairn.engine.RefusedException;
import cairn.trust.PublicKey;
import io.nats.client.impl.Headers;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose changes a node takes. Safe for use by several threads.
final class Writers {
    private final String node;
    private final Set<String> keys;
    private final Signing.Verifier signatures;

    /// @param node what the node calls itself
    Writers(String node, Configuration.Nats settings, InstantSource clock) {
        this.node = node;
        keys = Set.copyOf(settings.writers());
        signatures = new Signing.Verifier(clock);
    }

    /// Tells who asks for a change, or empty if nobody signed it.
    ///
    /// @throws RefusedException if a signature is there, and wrong or used before
    Optional<PublicKey> signer(@Nullable Headers headers, String subject, Bytes payload)
            throws FormatException, RefusedException {
        return signatures.signer(headers, subject, payload);
    }

    /// Lets somebody change something.
    ///
    /// @throws RefusedException if he may not
    PublicKey admit(Optional<PublicKey> asking) throws RefusedException {
        PublicKey signer =
                asking.orElseThrow(() ->
                        forbidden("what changes this node has to be signed by one of its writers"));
        String written = signer.toString();
        if (!keys.contains(written) && !keys.contains(Configuration.Nats.ANYBODY)) {
            throw forbidden(
                    "node %s takes nothing from %s; it would if nats.writers had that key"
                            .formatted(node, written));
        }
        return signer;
    }

    private static RefusedException forbidden(String why) {
        return new RefusedException(RefusedException.Reason.FORBIDDEN, why);
    }
}

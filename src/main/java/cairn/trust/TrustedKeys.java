package cairn.trust;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The public keys whose signatures are believed. Immutable.
public final class TrustedKeys {
    public static final TrustedKeys NONE = new TrustedKeys(List.of());

    /// By name; a name may stand for several keys, as while one replaces another.
    private final Map<String, List<PublicKey>> keys = new HashMap<>();

    private final List<PublicKey> all;

    public TrustedKeys(Collection<PublicKey> trusted) {
        all = List.copyOf(new LinkedHashSet<>(trusted));
        for (PublicKey key : all) {
            keys.computeIfAbsent(key.name(), _ -> new ArrayList<>()).add(key);
        }
    }

    /// Parses keys as Nix writes them.
    public static TrustedKeys parse(Collection<String> texts) throws FormatException {
        var trusted = new ArrayList<PublicKey>();
        for (String text : texts) {
            trusted.add(PublicKey.parse(text));
        }
        return new TrustedKeys(trusted);
    }

    /// The keys, each once.
    public List<PublicKey> keys() {
        return all;
    }

    /// All keys that vouch for a message, each once, in the order of the signatures.
    ///
    /// @param message a fingerprint
    /// @param signatures as a stranger wrote them; what is no signature vouches for nothing
    public List<PublicKey> vouchers(String message, Collection<String> signatures) {
        var found = new LinkedHashSet<PublicKey>();
        Bytes bytes = Bytes.utf8(message);
        for (String text : signatures) {
            var signature = parsed(text);
            if (signature.isEmpty()) {
                continue;
            }
            for (PublicKey key : keys.getOrDefault(signature.get().keyName(), List.of())) {
                if (!found.contains(key) && key.verifies(bytes, signature.get())) {
                    found.add(key);
                }
            }
        }
        return List.copyOf(found);
    }

    private static Optional<Signature> parsed(String text) {
        try {
            return Optional.of(Signature.parse(text));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}

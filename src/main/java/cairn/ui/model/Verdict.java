package cairn.ui.model;

import cairn.store.PathInfo;
import cairn.trust.PublicKey;
import cairn.trust.TrustedKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// How far a path is trusted, and why.
///
/// @param reason one sentence
public record Verdict(TrustMark mark, String reason, List<Signed> signatures) {
    /// One signature of a path, and what it is worth.
    ///
    /// @param key the name of the key that is said to have made it
    /// @param text the whole signature
    public record Signed(String key, TrustMark mark, String reason, String text) {}

    public Verdict {
        signatures = List.copyOf(signatures);
    }

    /// Judges a path by the keys that are trusted.
    ///
    /// Its content address is believed, since the index keeps none that was not computed again.
    static Verdict of(PathInfo info, TrustedKeys trusted) {
        String fingerprint = info.fingerprint();
        var signatures = new ArrayList<Signed>();
        for (String text : info.signatures()) {
            signatures.add(signed(fingerprint, text, trusted));
        }
        var vouching = names(signatures, TrustMark.TRUSTED);
        if (!vouching.isEmpty()) {
            return new Verdict(
                    TrustMark.TRUSTED, Words.text("trust.signed-by", vouching), signatures);
        }
        if (info.ca().isPresent()) {
            return new Verdict(TrustMark.TRUSTED, Words.text("trust.content"), signatures);
        }
        if (signatures.isEmpty()) {
            return new Verdict(TrustMark.UNSIGNED, Words.text("trust.nobody"), signatures);
        }
        var broken = names(signatures, TrustMark.DAMAGED);
        return new Verdict(
                TrustMark.UNTRUSTED,
                broken.isEmpty()
                        ? Words.text("trust.strangers", names(signatures, TrustMark.UNTRUSTED))
                        : Words.text("trust.broken", broken),
                signatures);
    }

    /// The same path after a check has found its content damaged.
    Verdict damaged(String reason) {
        return new Verdict(TrustMark.DAMAGED, Words.text("trust.damaged", reason), signatures);
    }

    private static Signed signed(String fingerprint, String text, TrustedKeys trusted) {
        String name = text.substring(0, Math.max(0, text.indexOf(':')));
        if (!trusted.vouchers(fingerprint, List.of(text)).isEmpty()) {
            return new Signed(name, TrustMark.TRUSTED, Words.text("trust.verifies"), text);
        }
        Optional<PublicKey> named =
                trusted.keys().stream().filter(key -> key.name().equals(name)).findFirst();
        return named.isEmpty()
                ? new Signed(name, TrustMark.UNTRUSTED, Words.text("trust.stranger"), text)
                : new Signed(name, TrustMark.DAMAGED, Words.text("trust.forged"), text);
    }

    private static String names(List<Signed> signatures, TrustMark mark) {
        return signatures.stream()
                .filter(signed -> signed.mark == mark)
                .map(Signed::key)
                .distinct()
                .collect(Collectors.joining(", "));
    }
}

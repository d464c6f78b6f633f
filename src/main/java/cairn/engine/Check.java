package cairn.engine;

import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.trust.PublicKey;
import cairn.trust.TrustedKeys;
import java.util.ArrayList;
import java.util.List;

/// What checking one store path found.
///
/// @param keys the trusted keys that vouch for it
/// @param reason why it is so, in words; empty where nothing is wrong
public record Check(
        StorePath path, Content content, Trust trust, List<PublicKey> keys, String reason) {
    /// Whether the bytes are those that were promised.
    public enum Content {
        INTACT,
        DAMAGED,
        MISSING,
        UNCHECKED
    }

    /// Whether somebody who is believed vouches for them.
    public enum Trust {
        TRUSTED,
        UNTRUSTED,
        UNSIGNED
    }

    /// Who vouches for what is said of a path whose content nobody has read.
    ///
    /// @param addressed whether its content is known to have the address that it claims
    public static Check unread(PathInfo info, TrustedKeys keys, boolean addressed) {
        var vouchers = keys.vouchers(info.fingerprint(), info.signatures());
        Trust trust;
        String reason;
        if (!vouchers.isEmpty()) {
            trust = Trust.TRUSTED;
            reason = "";
        } else if (addressed) {
            trust = Trust.TRUSTED;
            reason = "its content has the address that names it";
        } else if (info.signatures().isEmpty()) {
            trust = Trust.UNSIGNED;
            reason =
                    info.ca().isEmpty()
                            ? "nobody signed it"
                            : "nobody signed it, and nothing shows that its content has the address"
                                    + " that it claims";
        } else {
            trust = Trust.UNTRUSTED;
            reason = "no trusted key made any of its signatures";
        }
        return new Check(info.path(), Content.UNCHECKED, trust, vouchers, reason);
    }

    /// The same where the content was read.
    Check with(Content found) {
        return new Check(path, found, trust, keys, reason);
    }

    /// The same, with what was done about it and what was in the way.
    Check because(String done, List<String> inTheWay) {
        var reasons = new ArrayList<>(List.of(reason, done));
        reasons.addAll(inTheWay);
        reasons.removeIf(String::isEmpty);
        return new Check(path, content, trust, keys, String.join("; ", reasons));
    }
}

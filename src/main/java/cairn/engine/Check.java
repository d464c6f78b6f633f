package cairn.engine;

import cairn.nix.StorePath;
import cairn.trust.PublicKey;
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
}

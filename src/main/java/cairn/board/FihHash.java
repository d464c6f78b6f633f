package cairn.board;

import cairn.cid.Bytes;
import cairn.cid.HashFunction;
import java.util.List;
import java.util.stream.Collectors;

/// The ids of what nobody gave an id: SHA-256 over its fields in UTF-8, one after the other, then
/// what it is; in hexadecimal.
public final class FihHash {
    private FihHash() {}

    /// The id of a fact.
    public static String fact(String description, String creator, String origin) {
        return hash(description + creator + origin + "fact");
    }

    /// The id of an intent.
    ///
    /// @param sources the ids of facts, in any order
    public static String intent(List<String> sources, String description, String creator) {
        String sorted = sources.stream().sorted().collect(Collectors.joining());
        return hash(sorted + description + creator + "intent");
    }

    /// The id of a hint.
    public static String hint(String description, String creator) {
        return hash(description + creator + "hint");
    }

    private static String hash(String text) {
        return HashFunction.SHA2_256.hash(Bytes.utf8(text)).toHex();
    }
}

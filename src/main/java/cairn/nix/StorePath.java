package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import org.jspecify.annotations.Nullable;

/// A path of a Nix store: the store's folder, a hash of 20 bytes, and a name.
///
/// ```
/// path = folder "/" hash "-" name       ; hash: 32 characters of Nix32
/// name = 1 to 211 of a-z A-Z 0-9 + - . _ ? =, no "." or "..", neither followed by "-"
/// ```
///
/// @param folder the store's folder, such as `/nix/store`
/// @param hash the 32 characters
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/store-path.html">Store paths</a>
public record StorePath(String folder, String hash, String name) implements Comparable<StorePath> {
    public static final String NIX_STORE = "/nix/store";
    public static final int HASH_LENGTH = 32;
    private static final int HASH_BYTES = 20;
    private static final int MAX_NAME = 211;
    private static final String FORMAT = "store path";

    /// @throws IllegalArgumentException if a part is not what the grammar asks for
    public StorePath {
        try {
            checkFolder(folder);
            checkHash(hash);
            checkName(name);
        } catch (FormatException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        folder = folder.equals(NIX_STORE) ? NIX_STORE : folder; // once for all, not once for each
    }

    // What records are given is made at run time, by which the short commands would wait.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StorePath path
                && hash.equals(path.hash)
                && name.equals(path.name)
                && folder.equals(path.folder);
    }

    @Override
    public int hashCode() {
        return 31 * hash.hashCode() + name.hashCode();
    }

    /// A path of the usual store, `/nix/store`.
    public static StorePath of(Bytes hash, String name) {
        return new StorePath(NIX_STORE, NixBase32.encode(hash), name);
    }

    /// Computes a path from what it is made of.
    ///
    /// ```
    /// hash = SHA-256 of (type ":" "sha256:" base16 ":" folder ":" name), folded to 20 bytes by xor
    /// ```
    ///
    /// @param type what kind of thing the hash is of, with references where the kind has them
    static StorePath make(String folder, String type, NixHash inner, String name) {
        Bytes digest =
                HashFunction.SHA2_256.hash(
                        Bytes.utf8(String.join(":", type, inner.toBase16(), folder, name)));
        byte[] folded = new byte[HASH_BYTES];
        for (int i = 0; i < digest.length(); i++) {
            folded[i % HASH_BYTES] ^= digest.at(i);
        }
        return new StorePath(folder, NixBase32.encode(Bytes.wrap(folded)), name);
    }

    /// Parses a whole path, folder included.
    public static StorePath parse(String text) throws FormatException {
        int slash = text.lastIndexOf('/');
        if (slash < 1) {
            throw new FormatException(
                    FORMAT, 0, "'" + text + "' does not start with a store's folder");
        }
        checkFolder(text.substring(0, slash));
        return parse(text.substring(0, slash), text.substring(slash + 1));
    }

    /// Parses the bytes of a whole path.
    static StorePath parse(Bytes bytes) throws FormatException {
        return parse(
                bytes.text()
                        .orElseThrow(() ->
                                new FormatException(FORMAT, 0, "a store path that is not UTF-8")));
    }

    /// Parses the last part of a path, as narinfo files list references.
    public static StorePath parse(String folder, String base) throws FormatException {
        if (base.length() <= HASH_LENGTH || base.charAt(HASH_LENGTH) != '-') {
            throw new FormatException(FORMAT, 0, "'" + base + "' is not a hash, a dash and a name");
        }
        String hash = base.substring(0, HASH_LENGTH);
        String name = base.substring(HASH_LENGTH + 1);
        checkFolder(folder);
        checkHash(hash);
        checkName(name);
        return new StorePath(folder, hash, name);
    }

    /// Checks what stands before the hash of a path: an absolute path in its only form.
    public static void checkFolder(String folder) throws FormatException {
        if (!folder.startsWith("/")
                || folder.length() < 2
                || folder.endsWith("/")
                || folder.contains("//")
                || (folder + "/").contains("/./")
                || (folder + "/").contains("/../")
                || folder.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new FormatException(FORMAT, 0, "'" + folder + "' is not a store's folder");
        }
    }

    /// Checks a name by Nix's rules.
    public static void checkName(String name) throws FormatException {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new FormatException(
                    FORMAT, 0, "a name has 1 to " + MAX_NAME + " characters, not " + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || "+-._?=".indexOf(c) >= 0;
            if (!allowed) {
                throw new FormatException(FORMAT, i, "a name may not hold " + Character.getName(c));
            }
        }
        if (name.equals(".")
                || name.equals("..")
                || name.startsWith(".-")
                || name.startsWith("..-")) {
            throw new FormatException(FORMAT, 0, "'" + name + "' may not be a name");
        }
    }

    /// Tells whether text has the form of a path's 32 characters.
    public static boolean isHash(String text) {
        try {
            checkHash(text);
            return true;
        } catch (FormatException _) {
            return false;
        }
    }

    /// Hash, dash and name: the path without its folder.
    public String base() {
        return hash + "-" + name;
    }

    public boolean isDerivation() {
        return name.endsWith(".drv");
    }

    /// In the order of the text.
    @Override
    public int compareTo(StorePath other) {
        int order = folder.compareTo(other.folder);
        if (order == 0) {
            order = hash.compareTo(other.hash);
        }
        return order == 0 ? name.compareTo(other.name) : order;
    }

    @Override
    public String toString() {
        return folder + "/" + hash + "-" + name;
    }

    private static void checkHash(String hash) throws FormatException {
        if (hash.length() != HASH_LENGTH) {
            throw new FormatException(FORMAT, 0, "a hash has " + HASH_LENGTH + " characters");
        }
        if (NixBase32.decode(hash).length() != HASH_BYTES) {
            throw new FormatException(FORMAT, 0, "a hash has " + HASH_BYTES + " bytes");
        }
    }
}

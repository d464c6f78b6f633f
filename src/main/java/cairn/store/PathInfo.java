package cairn.store;

import cairn.cid.FormatException;
import cairn.nix.ContentAddress;
import cairn.nix.NarInfo;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.util.List;
import java.util.Optional;

/// What a store says of one of its paths. Only the path, the hash, the size and the references are
/// covered by a Nix fingerprint; the rest are claims.
///
/// @param narHash the SHA-256 of the path's NAR
/// @param narSize the size of its NAR in bytes
/// @param references in the order of their text, the path itself among them if it refers to itself
/// @param signatures `key:base64`, as Nix writes them
/// @param ca the content address that the path claims, as Nix writes it
public record PathInfo(
        StorePath path,
        NixHash narHash,
        long narSize,
        List<StorePath> references,
        Optional<StorePath> deriver,
        List<String> signatures,
        Optional<String> ca) {

    public PathInfo {
        if (narHash.algorithm() != NixHash.Algorithm.SHA256) {
            throw new IllegalArgumentException("a NAR is hashed by sha256, not " + narHash);
        }
        if (narSize < 0) {
            throw new IllegalArgumentException("negative size: " + narSize);
        }
        references = references.stream().sorted().distinct().toList();
        signatures = List.copyOf(signatures);
    }

    /// What a binary cache says.
    public static PathInfo of(NarInfo info) {
        return new PathInfo(
                info.path(),
                info.narHash(),
                info.narSize(),
                info.references(),
                info.deriver(),
                info.signatures(),
                info.ca());
    }

    /// The references to other paths.
    public List<StorePath> dependencies() {
        return references.stream().filter(reference -> !reference.equals(path)).toList();
    }

    /// The same as if it referred to nothing.
    public PathInfo withoutReferences() {
        return new PathInfo(path, narHash, narSize, List.of(), deriver, signatures, ca);
    }

    public boolean refersToItself() {
        return references.contains(path);
    }

    /// Tells whether the path is named after its content address and its references, which nobody
    /// can forge. That it has this content is another question.
    public boolean isNamedAfterContent() {
        try {
            return ca.isPresent() && ContentAddress.parse(ca.get()).names(path, references);
        } catch (FormatException _) {
            return false;
        }
    }

    /// What a signature covers: `1;path;narHash;narSize;references`.
    ///
    /// @see <a href="https://nix.dev/manual/nix/latest/protocols/binary-cache/">Binary caches</a>
    public String fingerprint() {
        return NarInfo.fingerprint(path, narHash, narSize, references);
    }

    /// Refuses an archive that is not the one that was promised.
    public void requireNar(NixHash hash, long size) throws FormatException {
        if (size != narSize || !hash.equals(narHash)) {
            throw new FormatException(
                    "nar",
                    0,
                    "%s has %d bytes and hash %s, not %d and %s as promised"
                            .formatted(path, size, hash, narSize, narHash));
        }
    }
}

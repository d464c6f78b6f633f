package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.store.PathInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;

/// The hash and the size of an archive that was made.
record NarDigest(NixHash hash, long size) {
    static NarDigest of(NarSource content) throws IOException {
        return of(content, OutputStream.nullOutputStream());
    }

    /// Writes an archive and digests it on the way.
    static NarDigest of(NarSource content, OutputStream out) throws IOException {
        var digest = HashFunction.sha256();
        var nar = new NarWriter(new DigestOutputStream(out, digest));
        content.writeTo(nar);
        return new NarDigest(NixHash.sha256(Bytes.wrap(digest.digest())), nar.position());
    }

    /// Refuses an archive that is not the one that was promised.
    void require(PathInfo info) throws FormatException {
        info.requireNar(hash, size);
    }
}

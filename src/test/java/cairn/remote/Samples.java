package cairn.remote;

import cairn.cid.Bytes;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Small paths to bring from here to there.
final class Samples {
    private Samples() {}

    static StorePath path(String digit, String name) {
        return new StorePath(StorePath.NIX_STORE, digit.repeat(32), name);
    }

    static NarSource file(String content) {
        return sink -> sink.regular(false, content.length(), Bytes.utf8(content).toInputStream());
    }

    /// A folder with one file.
    static NarSource folder(String content) {
        return sink -> {
            sink.directory();
            sink.entry(Bytes.utf8("file"));
            file(content).writeTo(sink);
            sink.endDirectory();
        };
    }

    static PathInfo info(StorePath path, NarSource content, StorePath... references)
            throws IOException {
        Bytes nar = archive(content);
        return new PathInfo(
                path,
                NixHash.sha256Of(nar),
                nar.length(),
                List.of(references),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    static Bytes archive(NarSource content) throws IOException {
        var out = new ByteArrayOutputStream();
        content.writeTo(new NarWriter(out));
        return Bytes.wrap(out.toByteArray());
    }
}

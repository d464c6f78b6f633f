package cairn.engine;

import cairn.cid.Bytes;
import cairn.nix.NarSource;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Small paths, each a file that holds its own name.
final class Samples {
    private Samples() {}

    static StorePath path(String name) {
        return StorePath.of(NixHash.sha256Of(Bytes.utf8(name)).digest().slice(0, 20), name);
    }

    static void put(PathStore store, StorePath path, StorePath... references) throws IOException {
        Bytes content = Bytes.utf8(path.name());
        NarSource source = sink -> sink.regular(false, content.length(), content.toInputStream());
        var nar = new ByteArrayOutputStream();
        source.writeTo(new NarWriter(nar));
        store.put(
                new PathInfo(
                        path,
                        NixHash.sha256Of(Bytes.wrap(nar.toByteArray())),
                        nar.size(),
                        List.of(references),
                        Optional.empty(),
                        List.of(),
                        Optional.empty()),
                source);
    }
}

package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.BuildRecord;
import cairn.ipld.Block;
import cairn.store.PathNode;
import cairn.trust.Attestation;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/// What a block is to people.
enum Kind {
    PATH,
    BUILD,
    ATTESTATION,
    DIRECTORY,
    FILE,
    SYMLINK,
    CHUNK,
    NODE,
    MISSING,
    MALFORMED,
    UNVERIFIABLE;

    static Kind of(Block block) throws IOException {
        Cid cid = block.cid();
        if (!cid.hash().isVerifiable()) {
            return UNVERIFIABLE;
        }
        if (cid.is(Codec.RAW)) {
            return CHUNK;
        }
        if (PathNode.isKind(block)) {
            return PATH;
        }
        if (BuildRecord.isKind(block)) {
            return BUILD;
        }
        if (Attestation.isKind(block)) {
            return ATTESTATION;
        }
        if (cid.is(Codec.DAG_PB)) {
            try {
                return switch (new UnixFsReader(_ -> Optional.of(block.bytes())).node(cid)) {
                    case UnixFsNode.Directory _ -> DIRECTORY;
                    case UnixFsNode.RegularFile _ -> FILE;
                    case UnixFsNode.Symlink _ -> SYMLINK;
                };
            } catch (IOException _) {
                return NODE;
            }
        }
        return NODE;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

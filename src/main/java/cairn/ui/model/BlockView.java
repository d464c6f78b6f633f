package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.DagJson;
import cairn.ipld.NamedLink;
import cairn.ipld.Node;
import java.util.List;
import java.util.Optional;

/// A block, decoded as far as it can be.
///
/// @param bytes empty if the block is not here
/// @param links in the order in which they stand in the block
/// @param label what it calls itself, such as the name of a store path, else empty
/// @param flaw why it could not be decoded, else empty
public record BlockView(
        Cid cid,
        Optional<Bytes> bytes,
        NodeKind kind,
        String label,
        List<NamedLink> links,
        String flaw) {
    public BlockView {
        links = List.copyOf(links);
    }

    public String codec() {
        return Codec.label(cid.codec());
    }

    /// Pretty dag-json, or rows of hexadecimal where there is no structure.
    Preview preview() {
        if (bytes.isEmpty()) {
            return new Preview.Missing();
        }
        try {
            if (flaw.isEmpty()) {
                Node node = Codecs.decode(new Block(cid, bytes.get()));
                if (!(node instanceof Node.Bytes)) {
                    return Preview.of(PrettyJson.of(DagJson.encode(node).toUtf8()), "");
                }
            }
        } catch (FormatException _) {
            // What dag-json cannot say is shown as bytes.
        }
        Bytes start = bytes.get().slice(0, Math.min(bytes.get().length(), Preview.LIMIT));
        return Preview.of(start, bytes.get().length());
    }
}

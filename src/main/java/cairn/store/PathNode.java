package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.CborReader;
import cairn.ipld.CborWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.util.List;

/// A store path as a block: what a Nix fingerprint covers, and the tree of its files. Its
/// identifier names the path with all that it depends on.
///
/// ```ipldsch
/// type PathNode struct {            # dag-cbor
///   kind String                     # "nix.path/1"
///   path String                     # "/nix/store/<32>-<name>"
///   narHash Bytes                   # sha2-256 of the NAR, 32 bytes
///   narSize Int
///   tree Link                       # UnixFS root
///   references [Link]               # PathNodes, in the order of their store paths, without itself
///   selfReference Bool
/// }
/// ```
public record PathNode(
        StorePath path,
        NixHash narHash,
        long narSize,
        Cid tree,
        List<Cid> references,
        boolean selfReference) {
    private static final String KIND = "nix.path/1";
    private static final int FIELDS = 7;

    public PathNode {
        references = List.copyOf(references);
    }

    /// Tells whether a block claims to be such a node, without decoding all of it.
    public static boolean isKind(Block block) {
        if (!block.cid().is(Codec.DAG_CBOR)) {
            return false;
        }
        try {
            var in = new CborReader(KIND, block.bytes());
            in.fields(FIELDS);
            in.field("kind").text(KIND);
            return true;
        } catch (FormatException _) {
            return false;
        }
    }

    public static PathNode decode(Bytes block) throws FormatException {
        var in = new CborReader(KIND, block);
        in.fields(FIELDS);
        in.field("kind").text(KIND);
        var path = StorePath.parse(in.field("path").text());
        Cid tree = in.field("tree").link();
        Bytes narHash = in.field("narHash").bytes();
        if (narHash.length() != NixHash.Algorithm.SHA256.length()) {
            throw in.malformed("narHash has %d bytes, not 32".formatted(narHash.length()));
        }
        long narSize = in.field("narSize").integer();
        if (narSize < 0) {
            throw in.malformed("narSize is negative");
        }
        List<Cid> references = in.field("references").listOf(in::link);
        boolean selfReference = in.field("selfReference").bool();
        in.expectEnd();
        return new PathNode(
                path, NixHash.sha256(narHash.compact()), narSize, tree, references, selfReference);
    }

    public Bytes encode() {
        return new CborWriter()
                .fields(FIELDS)
                .field("kind")
                .text(KIND)
                .field("path")
                .text(path.toString())
                .field("tree")
                .link(tree)
                .field("narHash")
                .bytes(narHash.digest())
                .field("narSize")
                .integer(narSize)
                .field("references")
                .links(references)
                .field("selfReference")
                .bool(selfReference)
                .toBytes();
    }

    public Block toBlock() {
        return Block.of(Codec.DAG_CBOR, encode());
    }
}

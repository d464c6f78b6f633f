package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import cairn.ipld.BlockSource;
import cairn.ipld.PbLink;
import cairn.ipld.PbNode;
import java.io.IOException;
import java.util.List;

/// A block of UnixFS, decoded. A raw block counts as a file without links.
record UnixFsBlock(Cid cid, UnixFsData data, List<PbLink> links) {
    /// Gets a block, out of its identifier where it is inline.
    static Block fetch(BlockSource source, Cid cid) throws IOException {
        if (cid.hash().code() == HashFunction.IDENTITY_CODE) {
            return new Block(cid, cid.hash().digest());
        }
        return new Block(cid, source.block(cid).orElseThrow(() -> new MissingBlockException(cid)));
    }

    static UnixFsBlock decode(Block block) throws FormatException {
        if (block.cid().is(Codec.RAW)) {
            return new UnixFsBlock(block.cid(), UnixFsData.raw(block.bytes()), List.of());
        }
        if (!block.cid().is(Codec.DAG_PB)) {
            throw malformed(block.cid(), "its codec is neither raw nor dag-pb");
        }
        var node = node(block);
        var decoded = new UnixFsBlock(block.cid(), data(block.cid(), node), node.links());
        int sizes = decoded.data.blockSizes().size();
        if (decoded.data.isFile() && sizes != decoded.links.size()) {
            throw decoded.malformed(
                    "%d block sizes for %d links".formatted(sizes, decoded.links.size()));
        }
        return decoded;
    }

    /// Decodes a dag-pb block, UnixFS or not.
    static PbNode node(Block block) throws FormatException {
        try {
            return PbNode.decode(block.bytes());
        } catch (FormatException e) {
            throw in(block.cid(), e);
        }
    }

    static Bytes encode(UnixFsData data, List<PbLink> links) {
        return new PbNode(links, data.encode()).encode();
    }

    static Subtree write(BlockSink sink, UnixFsData data, List<PbLink> links) throws IOException {
        return write(sink, encode(data, links), data.isFile() ? data.fileSize() : 0, links);
    }

    /// Writes a dag-pb block that has been encoded.
    static Subtree write(BlockSink sink, Bytes encoded, long size, List<PbLink> links)
            throws IOException {
        var block = Block.of(Codec.DAG_PB, encoded);
        sink.put(block);
        long below = links.stream().mapToLong(PbLink::tsize).sum();
        return new Subtree(block.cid(), size, encoded.length() + below);
    }

    /// An exception that says which block is to blame.
    FormatException malformed(String problem) {
        return malformed(cid, problem);
    }

    private static UnixFsData data(Cid cid, PbNode node) throws FormatException {
        try {
            return UnixFsData.decode(node.data());
        } catch (FormatException e) {
            throw in(cid, e);
        }
    }

    private static FormatException malformed(Cid cid, String problem) {
        return new FormatException(UnixFsData.FORMAT, 0, "block " + cid + ": " + problem);
    }

    private static FormatException in(Cid cid, FormatException e) {
        return new FormatException(e.format(), e.offset(), "block " + cid + ": " + e.problem());
    }
}

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
        Cid cid = block.cid();
        if (cid.is(Codec.RAW)) {
            return new UnixFsBlock(cid, UnixFsData.raw(block.bytes()), List.of());
        }
        try {
            if (!cid.is(Codec.DAG_PB)) {
                throw new FormatException(UnixFsData.FORMAT, 0, "its codec is not of UnixFS");
            }
            var node = PbNode.decode(block.bytes());
            var data = UnixFsData.decode(node.data());
            if (data.isFile() && data.blockSizes().size() != node.links().size()) {
                throw new FormatException(
                        UnixFsData.FORMAT,
                        0,
                        "%d block sizes for %d links"
                                .formatted(data.blockSizes().size(), node.links().size()));
            }
            return new UnixFsBlock(cid, data, node.links());
        } catch (FormatException e) {
            throw in(cid, e);
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

    FormatException malformed(String problem) {
        return in(cid, new FormatException(UnixFsData.FORMAT, 0, problem));
    }

    /// The same exception, saying which block is to blame.
    static FormatException in(Cid cid, FormatException e) {
        String block =
                cid.hash().code() == HashFunction.IDENTITY_CODE
                        ? "an inline block"
                        : "block " + cid;
        return new FormatException(e.format(), e.offset(), block + ": " + e.problem());
    }
}

package cairn.gateway;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Incoming;
import cairn.ipld.BlockSource;
import cairn.store.TreeNar;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.IOException;
import java.io.OutputStream;

/// Something that can be served, whole or in part.
///
/// @param tag tells it from all others, see [RFC
///   9110](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3); empty if nothing does yet
/// @param size in bytes
/// @param lasting whether it stays what it is for ever
/// @param packable whether it may be packed on its way
record Entity(
        String type, String tag, long size, boolean lasting, boolean packable, Content content) {

    private static final String NAR = "application/x-nix-nar";

    /// Writes a part of itself.
    @FunctionalInterface
    interface Content {
        void write(OutputStream out, ByteRange part) throws IOException;
    }

    static Entity of(String type, Bytes bytes) {
        return new Entity(
                type,
                Cid.of(Codec.RAW, bytes).toString(),
                bytes.length(),
                false,
                false,
                (out, part) -> bytes.slice((int) part.from(), (int) part.to()).writeTo(out));
    }

    static Entity file(String type, BlockSource blocks, UnixFsNode.RegularFile file) {
        return new Entity(
                type,
                file.block().cid().toString(),
                file.size(),
                true,
                false,
                (out, part) ->
                        new UnixFsReader(blocks.streaming())
                                .contents(file, part.from(), part.to())
                                .transferTo(out));
    }

    /// An archive that is coming in.
    static Entity incoming(Incoming.Reader reader) {
        return new Entity(
                NAR,
                "",
                reader.info().narSize(),
                true,
                true,
                (out, part) -> reader.writeTo(out, part.from(), part.to()));
    }

    /// The archive of a tree.
    static Entity nar(BlockSource blocks, Cid tree, long size) {
        return new Entity(
                NAR,
                tree.toString(),
                size,
                true,
                true,
                (out, part) -> {
                    var cut = new CutNar(out, part);
                    try {
                        new TreeNar(blocks, tree).writeTo(cut.sink());
                    } catch (CutNar.Done _) {
                        return;
                    }
                });
    }
}

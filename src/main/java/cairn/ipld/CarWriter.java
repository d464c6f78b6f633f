package cairn.ipld;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// Writes a CAR archive of version 1, each block as it comes.
///
/// The output is left open, and belongs to the caller.
///
/// @see <a href="https://ipld.io/specs/transport/car/carv1/">CARv1</a>
public final class CarWriter implements BlockSink {
    private final OutputStream out;

    private CarWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes the header, and returns what takes the blocks.
    public static CarWriter start(OutputStream out, List<Cid> roots) throws IOException {
        Bytes header =
                new CborWriter()
                        .fields(2)
                        .field("roots")
                        .links(roots)
                        .field("version")
                        .integer(1)
                        .toBytes();
        new ByteWriter().varint(header.length()).bytes(header).toBytes().writeTo(out);
        return new CarWriter(out);
    }

    /// Writes an archive of all that the roots lead to, in the order of [DagWalk], so that equal
    /// DAGs give equal archives.
    ///
    /// @return the blocks that are not in the archive because the source lacks them
    public static List<Cid> write(OutputStream out, List<Cid> roots, BlockSource source)
            throws IOException {
        var writer = start(out, roots);
        var walk = new DagWalk(source, roots);
        var missing = new ArrayList<Cid>();
        for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            switch (visit.get()) {
                case Visit.Found(var block, _) -> writer.put(block);
                case Visit.Malformed(var block, _) -> writer.put(block);
                case Visit.Missing(var cid) -> missing.add(cid);
            }
        }
        return missing;
    }

    @Override
    public void put(Block block) throws IOException {
        section(out, block);
    }

    /// Writes the section of a block.
    public static void section(OutputStream out, Block block) throws IOException {
        Bytes cid = block.cid().encode();
        new ByteWriter()
                .varint(cid.length() + block.bytes().length())
                .bytes(cid)
                .toBytes()
                .writeTo(out);
        block.bytes().writeTo(out);
    }
}

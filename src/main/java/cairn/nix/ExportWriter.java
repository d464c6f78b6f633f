package cairn.nix;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import java.io.IOException;
import java.io.OutputStream;

/// Writes paths as `nix-store --import` reads them.
///
/// @see ExportReader
public final class ExportWriter {
    private final OutputStream out;

    public ExportWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes one path. References must come before what refers to them, or Nix refuses the export.
    public void path(Exported exported, NarSource content) throws IOException {
        new ByteWriter().littleEndian(1, Long.BYTES).toBytes().writeTo(out);
        content.writeTo(new NarWriter(out));
        var trailer = new ByteWriter().littleEndian(ExportReader.MAGIC, Long.BYTES);
        data(trailer, exported.path().toString());
        trailer.littleEndian(exported.references().size(), Long.BYTES);
        exported.references().forEach(reference -> data(trailer, reference.toString()));
        data(trailer, exported.deriver().map(StorePath::toString).orElse(""));
        trailer.littleEndian(0, Long.BYTES).toBytes().writeTo(out);
    }

    /// Ends the export; the stream is flushed and stays open.
    public void end() throws IOException {
        new ByteWriter().littleEndian(0, Long.BYTES).toBytes().writeTo(out);
        out.flush();
    }

    private static void data(ByteWriter out, String text) {
        var bytes = Bytes.utf8(text);
        out.littleEndian(bytes.length(), Long.BYTES).bytes(bytes);
        out.littleEndian(0, NarTokens.padding(bytes.length()));
    }
}

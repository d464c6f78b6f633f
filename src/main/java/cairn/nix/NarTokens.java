package cairn.nix;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import java.nio.charset.StandardCharsets;

/// The runs of fixed strings between the variable parts of an archive, each string with its length
/// before it and zeros up to the next multiple of eight behind it.
final class NarTokens {
    static final Bytes START = run("nix-archive-1");
    static final Bytes DIRECTORY = run("(", "type", "directory");
    static final Bytes REGULAR = run("(", "type", "regular", "contents");
    static final Bytes EXECUTABLE = run("(", "type", "regular", "executable", "", "contents");
    static final Bytes SYMLINK = run("(", "type", "symlink", "target");
    static final Bytes ENTRY = run("entry", "(", "name");
    static final Bytes NODE = run("node");
    static final Bytes END = run(")");

    private NarTokens() {}

    /// How many zeros follow a string of this length.
    static int padding(long length) {
        return (int) -length & 7;
    }

    private static Bytes run(String... strings) {
        var out = new ByteWriter();
        for (String string : strings) {
            byte[] bytes = string.getBytes(StandardCharsets.US_ASCII);
            out.littleEndian(bytes.length, 8).bytes(Bytes.wrap(bytes));
            out.littleEndian(0, padding(bytes.length));
        }
        return out.toBytes();
    }
}

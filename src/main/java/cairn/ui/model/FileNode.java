package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.nio.charset.StandardCharsets;

/// A file, directory or symlink of a tree.
///
/// @param name empty for the root of the tree
/// @param size bytes of content; of a directory with all that is below it as it is stored
public record FileNode(Bytes name, Cid cid, Type type, long size, String target) {
    /// What a node of a tree can be.
    public enum Type {
        DIRECTORY,
        FILE,
        PROGRAM,
        SYMLINK
    }

    /// The name as text; bytes that are not UTF-8 as `\xNN`, as control characters.
    public String label() {
        String text =
                name.isUtf8()
                        ? name.toUtf8()
                        : new String(name.toByteArray(), StandardCharsets.ISO_8859_1);
        var label = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    boolean strange = Character.isISOControl(c) || !name.isUtf8() && c > '~';
                    if (strange) {
                        label.append(String.format("\\x%02x", c));
                    } else {
                        label.appendCodePoint(c);
                    }
                });
        return label.toString();
    }
}

package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.nio.charset.StandardCharsets;

/// A file, directory or symlink of a tree.
///
/// @param name empty for the root of a tree that is a directory
/// @param size bytes of content; of a directory with all that is below it as it is stored
public record FileNode(Bytes name, Cid cid, Type type, long size, String target) {
    /// What a node of a tree can be.
    public enum Type {
        DIRECTORY,
        FILE,
        PROGRAM,
        SYMLINK,

        /// Something whose block is damaged or missing.
        UNREADABLE
    }

    /// The same under another name.
    FileNode named(String newName) {
        return new FileNode(Bytes.utf8(newName), cid, type, size, target);
    }

    /// The name as text; bytes that are not UTF-8 and control characters as `\xNN`, and what would
    /// change how its neighbours look as `\x{NNNN}`.
    public String label() {
        String text =
                name.isUtf8()
                        ? name.toUtf8()
                        : new String(name.toByteArray(), StandardCharsets.ISO_8859_1);
        var label = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    if (Character.isISOControl(c) || !name.isUtf8() && c > '~') {
                        label.append(String.format("\\x%02x", c));
                    } else if (isInvisible(c)) {
                        label.append(String.format("\\x{%04x}", c));
                    } else {
                        label.appendCodePoint(c);
                    }
                });
        return label.toString();
    }

    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED ->
                    true;
            default -> false;
        };
    }
}

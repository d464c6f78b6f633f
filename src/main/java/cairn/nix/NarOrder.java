package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Follows a tree as it is told, and refuses what no archive may hold: names that are not names or
/// not strictly ascending, and directories too deep.
///
/// Calls that do not follow the grammar of [NarSink] are a mistake of the caller's, and an
/// [IllegalStateException].
final class NarOrder {
    /// Deeper than any path of 4,096 bytes can lead.
    static final int MAX_DEPTH = 2048;

    static final int MAX_TARGET = 4095;
    private static final String FORMAT = "nar";
    private static final int MAX_NAME = 255;
    private static final Bytes HERE = Bytes.utf8(".");
    private static final Bytes UP = Bytes.utf8("..");

    /// For each open directory, innermost first, the name that was told last.
    private final Deque<Bytes> last = new ArrayDeque<>();

    private boolean nodeExpected = true;

    /// Tells whether the root has ended.
    boolean isComplete() {
        return !nodeExpected && last.isEmpty();
    }

    void directory(long offset) throws FormatException {
        node();
        if (last.size() == MAX_DEPTH) {
            throw new FormatException(
                    FORMAT, offset, "directories are nested deeper than " + MAX_DEPTH);
        }
        last.push(Bytes.EMPTY);
    }

    void regular(long offset, long size) throws FormatException {
        node();
        if (size < 0) {
            throw new FormatException(
                    FORMAT,
                    offset,
                    "a file of " + Long.toUnsignedString(size) + " bytes is too large");
        }
    }

    void symlink(long offset, Bytes target) throws FormatException {
        node();
        checkTarget(FORMAT, offset, target);
    }

    void entry(long offset, Bytes name) throws FormatException {
        if (nodeExpected || last.isEmpty()) {
            throw new IllegalStateException("an entry outside a directory");
        }
        checkName(FORMAT, offset, name);
        Bytes before = last.pop();
        if (name.compareTo(before) <= 0) {
            throw new FormatException(
                    FORMAT,
                    offset,
                    "'%s' may not follow '%s'".formatted(name.toUtf8(), before.toUtf8()));
        }
        last.push(name);
        nodeExpected = true;
    }

    void endDirectory() {
        if (nodeExpected || last.isEmpty()) {
            throw new IllegalStateException("no directory can end here");
        }
        last.pop();
    }

    private void node() {
        if (!nodeExpected) {
            throw new IllegalStateException("no node can stand here");
        }
        nodeExpected = false;
    }

    static void checkName(String format, long offset, Bytes name) throws FormatException {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new FormatException(
                    format,
                    offset,
                    "a name has 1 to %d bytes, not %d".formatted(MAX_NAME, name.length()));
        }
        if (name.equals(HERE) || name.equals(UP) || holds(name, '/') || holds(name, 0)) {
            throw new FormatException(
                    format, offset, "'%s' may not be a name".formatted(name.toUtf8()));
        }
    }

    static void checkTarget(String format, long offset, Bytes target) throws FormatException {
        if (target.isEmpty() || target.length() > MAX_TARGET) {
            throw new FormatException(
                    format,
                    offset,
                    "a target has 1 to %d bytes, not %d".formatted(MAX_TARGET, target.length()));
        }
        if (holds(target, 0)) {
            throw new FormatException(format, offset, "a target may not hold a zero byte");
        }
    }

    private static boolean holds(Bytes bytes, int wanted) {
        for (int i = 0; i < bytes.length(); i++) {
            if (bytes.at(i) == wanted) {
                return true;
            }
        }
        return false;
    }
}

package cairn.nix;

import cairn.cid.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a Nix archive one entry at a time, parents before children.
///
/// The caller pulls with [#next()], which passes over the contents that were left unread, or has
/// the whole told to a sink by [#writeTo]. Memory use depends on the depth of the tree, not on the
/// size of the archive. After any exception the reader is spent.
///
/// Only canonical archives are accepted: names strictly ascending by their bytes, padding zero,
/// nothing after the end. A name has 1 to 255 bytes and is neither `.` nor `..`, nor does it hold a
/// slash or a zero; a target has 1 to 4,095 bytes; directories are nested at most 2,048 deep. Not
/// safe for use by several threads.
///
/// ```
/// archive = "nix-archive-1" node
/// node    = "(" "type" ( "regular" [ "executable" "" ] "contents" data
///                      | "symlink" "target" data
///                      | "directory" { "entry" "(" "name" data "node" node ")" } ) ")"
/// ```
///
/// Each string stands as [NarInput] says.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/nix-archive/">Nix Archive format</a>
public final class NarReader implements NarSource, AutoCloseable {
    private final NarInput in;
    private final boolean embedded;
    private final NarOrder order = new NarOrder();
    private boolean started;
    private NarInput.@Nullable Contents contents;

    public NarReader(InputStream source) {
        this(new NarInput("nar", source), false);
    }

    /// @param embedded whether the archive stands within something else, which goes on after it
    NarReader(NarInput in, boolean embedded) {
        this.in = in;
        this.embedded = embedded;
    }

    /// Moves to the next entry, or returns empty after the last.
    public Optional<NarEntry> next() throws IOException {
        if (!started) {
            started = true;
            in.expect("nix-archive-1");
            return Optional.of(node(Bytes.EMPTY));
        }
        finishContents();
        if (order.isComplete()) {
            if (!embedded) {
                in.expectEnd();
            }
            return Optional.empty();
        }
        long at = in.position();
        return switch (in.token()) {
            case "entry" -> Optional.of(entry());
            case ")" -> {
                order.endDirectory();
                endEntry();
                yield Optional.of(new NarEntry.End());
            }
            case String other -> throw in.unexpected(at, "expected 'entry' or ')'", other);
        };
    }

    /// The contents of the current entry, which must be a [NarEntry.Regular].
    ///
    /// The stream ends with the file and is valid until the next call of [#next()].
    public InputStream contents() {
        if (contents == null) {
            throw new IllegalStateException("the current entry is not a regular file");
        }
        return contents;
    }

    /// Where the next byte stands in the archive: after a [NarEntry.Regular], its first byte.
    public long position() {
        return in.position();
    }

    /// Tells what has not been pulled yet: the whole archive, unless [#next()] was called.
    @Override
    public void writeTo(NarSink sink) throws IOException {
        for (var entry = next(); entry.isPresent(); entry = next()) {
            switch (entry.get()) {
                case NarEntry.Directory(var name) -> {
                    tell(name, sink);
                    sink.directory();
                }
                case NarEntry.Regular(var name, var executable, var size) -> {
                    tell(name, sink);
                    sink.regular(executable, size, contents());
                }
                case NarEntry.Symlink(var name, var target) -> {
                    tell(name, sink);
                    sink.symlink(target);
                }
                case NarEntry.End() -> sink.endDirectory();
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (!embedded) {
            in.close();
        }
    }

    private static void tell(Bytes name, NarSink sink) throws IOException {
        if (!name.isEmpty()) {
            sink.entry(name);
        }
    }

    private NarEntry entry() throws IOException {
        in.expect("(");
        in.expect("name");
        long at = in.position();
        Bytes name = in.data(NarOrder.MAX_TARGET);
        order.entry(at, name);
        in.expect("node");
        return node(name);
    }

    private NarEntry node(Bytes name) throws IOException {
        long at = in.position();
        in.expect("(");
        in.expect("type");
        long typeAt = in.position();
        return switch (in.token()) {
            case "directory" -> {
                order.directory(at);
                yield new NarEntry.Directory(name);
            }
            case "regular" -> regular(name);
            case "symlink" -> symlink(name);
            case String other -> throw in.unexpected(typeAt, "expected a type of node", other);
        };
    }

    private NarEntry regular(Bytes name) throws IOException {
        long at = in.position();
        String token = in.token();
        boolean executable = token.equals("executable");
        if (executable) {
            in.expect("");
            at = in.position();
            token = in.token();
        }
        if (!token.equals("contents")) {
            throw in.unexpected(at, "expected 'contents'", token);
        }
        at = in.position();
        long size = in.number();
        order.regular(at, size);
        contents = in.contents(size);
        return new NarEntry.Regular(name, executable, size);
    }

    private NarEntry symlink(Bytes name) throws IOException {
        in.expect("target");
        long at = in.position();
        Bytes target = in.data(NarOrder.MAX_TARGET);
        order.symlink(at, target);
        in.expect(")");
        endEntry();
        return new NarEntry.Symlink(name, target);
    }

    private void finishContents() throws IOException {
        if (contents != null) {
            contents.finish();
            contents = null;
            in.expect(")");
            endEntry();
        }
    }

    /// Closes the entry that a node stands in; the root stands in none.
    private void endEntry() throws IOException {
        if (!order.isComplete()) {
            in.expect(")");
        }
    }
}

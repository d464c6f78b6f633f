package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what `nix-store --export` writes: paths one after the other, each with its archive first.
///
/// ```
/// export = { path } number(0)
/// path   = number(1) archive number("NIXE") path:data references deriver:data end
/// references = count:number { path:data }
/// end    = number(0) | number(1) signature:data          ; the latter is old, and passed over
/// ```
///
/// After any exception the reader is spent. Not safe for use by several threads.
///
/// @see <a href="https://nix.dev/manual/nix/latest/command-ref/nix-store/export.html">nix-store
///   --export</a>
public final class ExportReader implements AutoCloseable {
    static final long MAGIC = 0x4558494e;
    private static final String FORMAT = "export";
    private static final int MAX_TEXT = 4096;
    private static final int MAX_REFERENCES = 1 << 16;

    private final NarInput in;
    private @Nullable NarReader archive;

    public ExportReader(InputStream source) {
        in = new NarInput(FORMAT, source);
    }

    /// Moves to the next path and returns its archive, or returns empty after the last.
    ///
    /// The archive is read where it stands, and is valid until [#exported()] or the next call.
    public Optional<NarReader> next() throws IOException {
        if (archive != null) {
            exported();
        }
        long at = in.position();
        long more = in.number();
        if (more == 1) {
            var begun = new NarReader(in, true);
            archive = begun;
            return Optional.of(begun);
        }
        if (more != 0) {
            throw new FormatException(FORMAT, at, "expected a path or the end");
        }
        in.expectEnd();
        return Optional.empty();
    }

    /// What is said of the current path; passes over what was left unread of its archive.
    ///
    /// Call it once for each path, or not at all.
    public Exported exported() throws IOException {
        var nar = archive;
        if (nar == null) {
            throw new IllegalStateException("no archive has been begun");
        }
        archive = null;
        while (nar.next().isPresent()) {
            // Nothing of it is wanted.
        }
        long at = in.position();
        if (in.number() != MAGIC) {
            throw new FormatException(FORMAT, at, "expected 'NIXE' after an archive");
        }
        StorePath path = path();
        at = in.position();
        long count = in.number();
        if (count < 0 || count > MAX_REFERENCES) {
            throw new FormatException(
                    FORMAT, at, Long.toUnsignedString(count) + " references are too many");
        }
        var references = new ArrayList<StorePath>();
        for (long i = 0; i < count; i++) {
            references.add(path());
        }
        Optional<StorePath> deriver = pathOrNone();
        at = in.position();
        long signed = in.number();
        if (signed == 1) {
            in.data(MAX_TEXT);
        } else if (signed != 0) {
            throw new FormatException(FORMAT, at, "expected the end of a path");
        }
        return new Exported(path, references, deriver);
    }

    private StorePath path() throws IOException {
        long at = in.position();
        return pathOrNone()
                .orElseThrow(() -> new FormatException(FORMAT, at, "expected a store path"));
    }

    private Optional<StorePath> pathOrNone() throws IOException {
        long at = in.position();
        Bytes text = in.data(MAX_TEXT);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(StorePath.parse(text));
        } catch (FormatException e) {
            throw new FormatException(FORMAT, at, e.problem());
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

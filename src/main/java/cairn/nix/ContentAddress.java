package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.NixHash.Algorithm;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Optional;

/// The hash of a path's content, from which its name follows, as the field `ca` has it.
///
/// ```
/// ca = "text:" hash                     ; a file that Nix wrote, which may have references
///    | "fixed:" hash                    ; the bytes of one file
///    | "fixed:r:" hash                  ; the NAR, see [HashModulo]
/// ```
///
/// @see <a href="https://nix.dev/manual/nix/latest/store/store-object/content-address.html">Content
///   addresses of store objects</a>
public record ContentAddress(Method method, NixHash hash) {
    /// How failures name it.
    public static final String FORMAT = "content address";

    /// What is hashed.
    public enum Method {
        TEXT("text:"),
        FLAT(""),
        RECURSIVE("r:");

        private final String prefix;

        Method(String prefix) {
            this.prefix = prefix;
        }

        /// How derivations write the method before an algorithm's name.
        String prefix() {
            return prefix;
        }
    }

    public ContentAddress {
        if (method == Method.TEXT && hash.algorithm() != Algorithm.SHA256) {
            throw new IllegalArgumentException("text is hashed by sha256, not by " + hash);
        }
    }

    public static ContentAddress parse(String text) throws FormatException {
        if (text.startsWith("text:")) {
            return parse(Method.TEXT, text.substring("text:".length()));
        }
        if (text.startsWith("fixed:r:")) {
            return parse(Method.RECURSIVE, text.substring("fixed:r:".length()));
        }
        if (text.startsWith("fixed:")) {
            return parse(Method.FLAT, text.substring("fixed:".length()));
        }
        throw new FormatException(FORMAT, 0, "neither 'text:' nor 'fixed:'");
    }

    /// Hashes a content; empty if the method wants one plain file and there is something else.
    ///
    /// @param ownHash the 32 characters by which the content refers to itself
    public static Optional<ContentAddress> of(
            Method method, Algorithm algorithm, String ownHash, NarSource content)
            throws IOException {
        var hash = new HashModulo(algorithm, ownHash);
        if (method == Method.RECURSIVE) {
            content.writeTo(new NarWriter(hash));
        } else {
            var file = new PlainFile(hash);
            content.writeTo(file);
            if (!file.found()) {
                return Optional.empty();
            }
        }
        return Optional.of(new ContentAddress(method, hash.finish()));
    }

    /// The path that content of this address has.
    ///
    /// @param references to other paths
    /// @throws FormatException if content of this kind cannot have such references or such a name
    public StorePath path(
            String folder, String name, Collection<StorePath> references, boolean selfReference)
            throws FormatException {
        StorePath.checkName(name);
        var type = new StringBuilder(method == Method.TEXT ? "text" : "source");
        references.stream().sorted().forEach(reference -> type.append(':').append(reference));
        if (selfReference) {
            type.append(":self");
        }
        if (method == Method.TEXT ? !selfReference : isSource()) {
            return StorePath.make(folder, type.toString(), hash, name);
        }
        if (selfReference || !references.isEmpty()) {
            throw new FormatException(FORMAT, 0, "such content has no references: " + this);
        }
        var inner = "fixed:out:" + method.prefix + hash.toBase16() + ":";
        return StorePath.make(folder, "output:out", NixHash.sha256Of(Bytes.utf8(inner)), name);
    }

    /// Tells whether a path is named as this address and these references ask for. What the path
    /// holds is another question: [#holds].
    ///
    /// @param references with the path itself among them if it refers to itself
    public boolean names(StorePath path, Collection<StorePath> references) {
        var others = references.stream().filter(reference -> !reference.equals(path)).toList();
        try {
            return path.equals(path(path.folder(), path.name(), others, references.contains(path)));
        } catch (FormatException _) {
            return false;
        }
    }

    /// Tells whether a path is named as this address asks for and its content has this hash.
    public boolean holds(StorePath path, Collection<StorePath> references, NarSource content)
            throws IOException {
        return names(path, references)
                && of(method, hash.algorithm(), path.hash(), content)
                        .filter(this::equals)
                        .isPresent();
    }

    /// As derivations write it: `r:sha256`.
    String methodAlgorithm() {
        return method.prefix + hash.algorithm();
    }

    @Override
    public String toString() {
        return (method == Method.TEXT ? "" : "fixed:") + method.prefix + hash;
    }

    private boolean isSource() {
        return method == Method.RECURSIVE && hash.algorithm() == Algorithm.SHA256;
    }

    private static ContentAddress parse(Method method, String text) throws FormatException {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new FormatException(FORMAT, 0, "no algorithm is named");
        }
        var algorithm = Algorithm.named(text.substring(0, colon));
        if (method == Method.TEXT && algorithm != Algorithm.SHA256) {
            throw new FormatException(FORMAT, 0, "text is hashed by sha256, not by " + algorithm);
        }
        return new ContentAddress(method, NixHash.parse(algorithm, text.substring(colon + 1)));
    }

    /// Passes on the bytes of a tree that is one file, not executable.
    private static final class PlainFile implements NarSink {
        private final OutputStream out;
        private boolean inside;
        private boolean found;

        PlainFile(OutputStream out) {
            this.out = out;
        }

        boolean found() {
            return found;
        }

        @Override
        public void directory() {
            inside = true;
        }

        @Override
        public void entry(Bytes name) {}

        @Override
        public void endDirectory() {}

        @Override
        public void regular(boolean executable, long size, InputStream contents)
                throws IOException {
            found = !inside && !executable;
            contents.transferTo(out);
        }

        @Override
        public void symlink(Bytes target) {}
    }
}

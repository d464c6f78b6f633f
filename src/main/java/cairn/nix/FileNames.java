package cairn.nix;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Turns the names of files and the targets of links into bytes and back, losing nothing.
///
/// The text of a [Path] is decoded by the locale: under `C` all that is not ASCII is lost in it,
/// and under UTF-8 what is not UTF-8. The path itself keeps the bytes that the system gave it, and
/// shows them in its URI, and a path made from a URI has just the bytes of that URI. So all that is
/// not ASCII goes by way of URIs.
///
/// A path made from text or a URI loses slashes that change nothing, as in `a//b` or `a/`. Links
/// with such targets are made by the system's own call.
public final class FileNames {
    private static final Path ROOT = Path.of("/");

    private FileNames() {}

    /// The bytes of a name or a target, as the system gave it.
    static Bytes bytes(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return Bytes.utf8(text);
        }
        String escaped = ROOT.resolve(path).toUri().getRawPath();
        // A URI may say by a slash that a directory has this path.
        int end = escaped.length() - (escaped.endsWith("/") && !text.endsWith("/") ? 1 : 0);
        var bytes = new ByteWriter(end);
        for (int i = path.isAbsolute() ? 0 : 1; i < end; i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                bytes.u8(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.u8(c);
            }
        }
        return bytes.toBytes();
    }

    /// The path that a text names. What is not UTF-8 is [escaped][Bytes#toEscaped()] in it.
    ///
    /// @throws InvalidPathException if a file cannot have this name
    public static Path path(String text) {
        Bytes name = text.indexOf(0) < 0 ? Bytes.EMPTY : Bytes.ofEscaped(text).orElse(Bytes.EMPTY);
        if (name.isEmpty() || name.toUtf8().indexOf(0) >= 0) {
            return Path.of(text);
        }
        Path absolute = path(name);
        return text.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
    }

    /// The path of a file in a folder. The name must be one that an archive may hold.
    static Path resolve(Path folder, Bytes name) {
        String text = name.toUtf8();
        if (isAscii(text)) {
            return folder.resolve(text);
        }
        return folder.resolve(path(name).getFileName());
    }

    /// The path of these bytes in the root.
    private static Path path(Bytes name) {
        var escaped = new StringBuilder("file:///");
        for (int i = 0; i < name.length(); i++) {
            escaped.append("%%%02x".formatted(name.at(i) & 0xff));
        }
        return Path.of(URI.create(escaped.toString()));
    }

    static void createSymbolicLink(Path link, Bytes target) throws IOException {
        String text = target.toUtf8();
        if (isAscii(text) && Path.of(text).toString().equals(text)) {
            Files.createSymbolicLink(link, Path.of(text));
            return;
        }
        if (Posix.symlink(target, bytes(link.toAbsolutePath())) != 0) {
            String reason =
                    Files.exists(link, LinkOption.NOFOLLOW_LINKS)
                            ? "something is there already"
                            : "the system refuses the link";
            throw new FileSystemException(link.toString(), null, reason);
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /// Loaded only where it is needed, for it takes a while.
    private static final class Posix {
        @SuppressWarnings("restricted") // there is no other way to say the bytes of a target
        private static final MethodHandle SYMLINK =
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker().defaultLookup().findOrThrow("symlink"),
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.ADDRESS));

        static int symlink(Bytes target, Bytes link) {
            try (var arena = Arena.ofConfined()) {
                return (int) SYMLINK.invokeExact(text(arena, target), text(arena, link));
            } catch (Throwable e) {
                throw new IllegalStateException("symlink cannot be called", e);
            }
        }

        private static MemorySegment text(Arena arena, Bytes bytes) {
            return arena.allocateFrom(
                    ValueLayout.JAVA_BYTE, bytes.concat(Bytes.wrap((byte) 0)).toByteArray());
        }
    }
}

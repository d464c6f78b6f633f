package cairn.unixfs;

import cairn.cid.Cid;
import cairn.cid.HashFunction;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Trees as lines of text, in the manner of `ipfs.mjs`.
final class Listing {
    static final Path FIXTURES = Path.of("src/test/resources/cairn/unixfs");

    private Listing() {}

    static List<String> of(UnixFsReader reader, Cid root) throws IOException {
        var lines = new ArrayList<String>();
        list(reader, root, "", lines);
        return lines.stream().sorted().toList();
    }

    private static void list(UnixFsReader reader, Cid cid, String path, List<String> lines)
            throws IOException {
        switch (reader.node(cid)) {
            case UnixFsNode.Directory directory -> {
                lines.add("d " + path);
                for (DirectoryEntry entry : reader.entries(directory)) {
                    list(reader, entry.cid(), path + "/" + entry.name().toUtf8(), lines);
                }
            }
            case UnixFsNode.RegularFile file -> {
                var sha256 = HashFunction.sha256();
                reader.contents(file)
                        .transferTo(
                                new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
                lines.add(
                        "%s %s %d %s"
                                .formatted(
                                        file.executable() ? "x" : "f",
                                        path,
                                        file.size(),
                                        HexFormat.of().formatHex(sha256.digest())));
            }
            case UnixFsNode.Symlink link ->
                    lines.add("l %s -> %s".formatted(path, link.target().toUtf8()));
        }
    }

    static List<String> recorded(Path car) throws IOException {
        return Files.readAllLines(
                car.resolveSibling(car.getFileName().toString().replace(".car", ".listing")));
    }
}

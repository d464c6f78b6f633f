package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a binary cache says of a store path, and where its archive lies.
///
/// ```
/// narinfo = { field ": " value "\n" }
/// ```
///
/// `StorePath`, `URL`, `NarHash` and `NarSize` must be there, nothing but `Sig` may be there twice,
/// and fields that Nix does not know are passed over, all as Nix has it. So is an empty `Sig`.
///
/// @param url where the archive is, relative to the cache
/// @param compression as the cache names it, see [NarCompression#named]
/// @param fileHash of the archive as it lies there, compressed
/// @param fileSize of the archive as it lies there, in bytes
/// @param narHash the SHA-256 of the archive
/// @param narSize the archive's size in bytes
/// @param references in the order of their text, the path itself among them if it refers to itself
/// @param signatures `key:base64`, in the order they were found
/// @param ca the content address that the path claims
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/binary-cache/">Binary caches</a>
public record NarInfo(
        StorePath path,
        String url,
        String compression,
        Optional<NixHash> fileHash,
        OptionalLong fileSize,
        NixHash narHash,
        long narSize,
        List<StorePath> references,
        Optional<StorePath> deriver,
        List<String> signatures,
        Optional<String> ca) {
    /// Longer ones are refused: room for some forty thousand references.
    public static final int MAX_BYTES = 2 << 20;

    private static final String FORMAT = "narinfo";
    private static final String DEFAULT_COMPRESSION = "bzip2";
    private static final String UNKNOWN_DERIVER = "unknown-deriver";

    /// @throws IllegalArgumentException if a value could not stand in a narinfo
    public NarInfo {
        references = references.stream().sorted().distinct().toList();
        signatures = List.copyOf(signatures);
        if (narHash.algorithm() != NixHash.Algorithm.SHA256) {
            throw new IllegalArgumentException("an archive is hashed by sha256, not " + narHash);
        }
        if (narSize <= 0 || fileSize.orElse(0) < 0) {
            throw new IllegalArgumentException("an archive is not empty");
        }
        var lines = new ArrayList<>(signatures);
        lines.add(url);
        lines.add(compression);
        ca.ifPresent(lines::add);
        if (lines.stream().anyMatch(line -> line.isEmpty() || line.indexOf('\n') >= 0)) {
            throw new IllegalArgumentException("each value has one line: " + lines);
        }
        String folder = path.folder();
        if (references.stream().anyMatch(reference -> !reference.folder().equals(folder))
                || deriver.filter(drv -> !drv.folder().equals(folder)).isPresent()) {
            throw new IllegalArgumentException("a reference out of " + folder);
        }
    }

    /// Reads a whole stream, which is not closed.
    public static NarInfo read(InputStream in) throws IOException {
        return decode(Bytes.wrap(in.readNBytes(MAX_BYTES + 1)));
    }

    public static NarInfo decode(Bytes bytes) throws FormatException {
        if (bytes.length() > MAX_BYTES) {
            throw new FormatException(FORMAT, MAX_BYTES, "is longer than " + MAX_BYTES + " bytes");
        }
        var fields = Fields.decode(bytes);
        StorePath path = fields.parse("StorePath", StorePath::parse).orElseThrow(fields::lacking);
        String folder = path.folder();
        var references = new ArrayList<StorePath>();
        for (String base : fields.text("References").orElse("").split(" ", -1)) {
            if (!base.isEmpty()) {
                references.add(fields.at("References", base, it -> StorePath.parse(folder, it)));
            }
        }
        Optional<Long> fileSize = fields.parse("FileSize", NarInfo::size);
        return new NarInfo(
                path,
                fields.text("URL").filter(url -> !url.isEmpty()).orElseThrow(fields::lacking),
                fields.text("Compression")
                        .filter(name -> !name.isEmpty())
                        .orElse(DEFAULT_COMPRESSION),
                fields.parse("FileHash", NixHash::parse),
                fileSize.map(OptionalLong::of).orElse(OptionalLong.empty()),
                fields.parse("NarHash", NarInfo::narHash).orElseThrow(fields::lacking),
                fields.parse("NarSize", NarInfo::narSize).orElseThrow(fields::lacking),
                references,
                fields.text("Deriver").filter(UNKNOWN_DERIVER::equals).isPresent()
                        ? Optional.empty()
                        : fields.parse("Deriver", base -> StorePath.parse(folder, base)),
                fields.signatures,
                fields.text("CA").filter(ca -> !ca.isEmpty()));
    }

    /// What a signature covers: `1;path;narHash;narSize;references`.
    public static String fingerprint(
            StorePath path, NixHash narHash, long narSize, Collection<StorePath> references) {
        return "1;%s;%s;%d;%s"
                .formatted(
                        path,
                        narHash,
                        narSize,
                        references.stream()
                                .sorted()
                                .map(StorePath::toString)
                                .collect(Collectors.joining(",")));
    }

    public String fingerprint() {
        return fingerprint(path, narHash, narSize, references);
    }

    /// The fields in the order in which Nix writes them.
    public Bytes encode() {
        var text = new StringBuilder();
        line(text, "StorePath", path.toString());
        line(text, "URL", url);
        line(text, "Compression", compression);
        fileHash.ifPresent(hash -> line(text, "FileHash", hash.toString()));
        fileSize.ifPresent(size -> line(text, "FileSize", Long.toString(size)));
        line(text, "NarHash", narHash.toString());
        line(text, "NarSize", Long.toString(narSize));
        line(
                text,
                "References",
                references.stream().map(StorePath::base).collect(Collectors.joining(" ")));
        deriver.ifPresent(path -> line(text, "Deriver", path.base()));
        signatures.forEach(signature -> line(text, "Sig", signature));
        ca.ifPresent(address -> line(text, "CA", address));
        return Bytes.utf8(text.toString());
    }

    private static void line(StringBuilder text, String field, String value) {
        text.append(field).append(": ").append(value).append('\n');
    }

    private static NixHash narHash(String text) throws FormatException {
        var hash = NixHash.parse(text);
        if (hash.algorithm() != NixHash.Algorithm.SHA256) {
            throw new FormatException(FORMAT, 0, "an archive is hashed by sha256, not " + hash);
        }
        return hash;
    }

    private static long narSize(String text) throws FormatException {
        long size = size(text);
        if (size == 0) {
            throw new FormatException(FORMAT, 0, "an archive is not empty");
        }
        return size;
    }

    private static long size(String text) throws FormatException {
        if (!text.matches("[0-9]{1,18}")) {
            throw new FormatException(FORMAT, 0, "'" + text + "' is not a size");
        }
        return Long.parseLong(text);
    }

    /// The fields that Nix knows, each with where its value stands.
    private static final class Fields {
        private static final List<String> KNOWN =
                List.of(
                        "StorePath",
                        "URL",
                        "Compression",
                        "FileHash",
                        "FileSize",
                        "NarHash",
                        "NarSize",
                        "References",
                        "Deriver",
                        "CA");

        private final Map<String, String> values = new HashMap<>();
        private final Map<String, Integer> offsets = new HashMap<>();
        private final List<String> signatures = new ArrayList<>();

        static Fields decode(Bytes bytes) throws FormatException {
            var fields = new Fields();
            int start = 0;
            for (int i = 0; i < bytes.length(); i++) {
                if (bytes.at(i) == '\n') {
                    fields.line(start, bytes.slice(start, i));
                    start = i + 1;
                }
            }
            if (start < bytes.length()) {
                throw new FormatException(FORMAT, start, "the last line has no end");
            }
            return fields;
        }

        private void line(int start, Bytes bytes) throws FormatException {
            String line = bytes.toUtf8();
            int colon = line.indexOf(": ");
            if (colon < 1 || !bytes.isUtf8()) {
                throw new FormatException(
                        FORMAT, start, "expected a field, a colon, a space and a value");
            }
            String field = line.substring(0, colon);
            String value = line.substring(colon + 2);
            if (field.equals("Sig")) {
                if (!value.isEmpty()) {
                    signatures.add(value);
                }
            } else if (KNOWN.contains(field)) {
                offsets.put(field, start + colon + 2);
                if (values.put(field, value) != null) {
                    throw new FormatException(FORMAT, start, "a second " + field);
                }
            }
        }

        Optional<String> text(String field) {
            return Optional.ofNullable(values.get(field));
        }

        <T> Optional<T> parse(String field, Parser<T> parser) throws FormatException {
            String value = values.get(field);
            return value == null ? Optional.empty() : Optional.of(at(field, value, parser));
        }

        /// Has a value parsed; what is wrong with it is told by the field.
        <T> T at(String field, String value, Parser<T> parser) throws FormatException {
            try {
                return parser.parse(value);
            } catch (FormatException e) {
                throw new FormatException(
                        FORMAT, offsets.getOrDefault(field, 0), field + ": " + e.problem());
            }
        }

        FormatException lacking() {
            return new FormatException(
                    FORMAT,
                    0,
                    Stream.of("StorePath", "URL", "NarHash", "NarSize")
                            .filter(field -> values.getOrDefault(field, "").isEmpty())
                            .collect(Collectors.joining(", ", "lacks ", "")));
        }
    }

    @FunctionalInterface
    private interface Parser<T> {
        T parse(String text) throws FormatException;
    }
}

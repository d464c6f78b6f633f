package cairn.ui.model;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.StorePath;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Somewhere in the explorer, as a value that a link can carry.
///
/// ```
/// link = "cairn:" ( "overview" | "paths" [ "?q=" filter ] | "path/" hash [ "?tab=" tab ] | "dag/" cid
///                 | "graph" [ "/" hash ] | "diff/" hash "/" hash | "builds" | "build/" cid
///                 | "migration" [ "?from=" source ] | "drv" [ "/" hash | "?at=" derivation ] | "node" | "peers"
///                 | "subjects" [ "?at=" subject ] | "settings" )
/// ```
public sealed interface Place {
    String SCHEME = "cairn:";

    record Overview() implements Place {}

    /// The list of store paths; an empty filter shows all.
    record Paths(String filter) implements Place {}

    /// One store path, by its 32 characters, and what of it.
    record OfPath(String hash, Tab tab) implements Place {
        /// What can be looked at of a path.
        public enum Tab {
            FILES,
            REFERENCES,
            REFERRERS,
            SIGNATURES,
            NAMES,
            NARINFO
        }

        public OfPath {
            requireHash(hash);
        }

        public OfPath(String hash) {
            this(hash, Tab.FILES);
        }
    }

    /// The blocks below one block.
    record Dag(Cid root) implements Place {}

    /// The closure of a store path as a graph.
    record Graph(Optional<String> hash) implements Place {
        public Graph {
            hash.ifPresent(Place::requireHash);
        }
    }

    /// Two closures compared.
    record Diff(String before, String after) implements Place {
        public Diff {
            requireHash(before);
            requireHash(after);
        }
    }

    /// What was built, newest first.
    record Builds() implements Place {}

    /// One build, by its record.
    record OfBuild(Cid cid) implements Place {}

    /// Where what a legacy store has is brought over.
    ///
    /// @param from the store, or empty
    record Migration(String from) implements Place {}

    /// Whether a derivation can be built offline.
    ///
    /// @param text its path, hash or name, or a file; empty where none is chosen yet
    record Derivation(String text) implements Place {}

    /// Serving this store to Nix, and the stores that it draws on.
    record Node() implements Place {}

    /// The other nodes.
    record Peers() implements Place {}

    /// What comes on a subject of the server where nodes meet.
    ///
    /// @param subject may have wildcards; empty where none is chosen yet
    record Subjects(String subject) implements Place {
        /// What the subjects of Cairn and of NATS itself begin with.
        private static final Pattern KNOWN =
                Pattern.compile(
                        "(STORE|CACHE|BUILD|BLOCK|FIH|FIH_API|\\$SRV|\\$JS|_INBOX[A-Za-z0-9_-]*)"
                                + "(\\.[^\\s.]+)+|METADATA|TRACE|VERIFY");

        /// Whether a text is a subject rather than anything else that one looks for.
        static boolean isSubject(String text) {
            return KNOWN.matcher(text).matches();
        }
    }

    record Settings() implements Place {}

    /// Where all is that can be told of a subject, if there is such a place.
    static Optional<Place> of(Subject subject) {
        return switch (subject) {
            case Subject.Nothing _, Subject.OfPaths _ -> Optional.empty();
            case Subject.OfPath(var path) -> Optional.of(new OfPath(path.hash()));
            case Subject.OfBlock(var cid) -> Optional.of(new Dag(cid));
            case Subject.OfFile(var path, _, _) -> Optional.of(new OfPath(path.hash()));
        };
    }

    /// Reads a link as [#link()] writes it.
    static Place parse(String link) throws FormatException {
        if (!link.startsWith(SCHEME)) {
            throw new FormatException("link", 0, "a link starts with " + SCHEME);
        }
        String rest = link.substring(SCHEME.length());
        if (rest.startsWith("paths?q=")) {
            return new Paths(decode(rest.substring("paths?q=".length())));
        }
        if (rest.startsWith("migration?from=")) {
            return new Migration(decode(rest.substring("migration?from=".length())));
        }
        if (rest.startsWith("drv?at=")) {
            return new Derivation(decode(rest.substring("drv?at=".length())));
        }
        if (rest.startsWith("subjects?at=")) {
            return new Subjects(decode(rest.substring("subjects?at=".length())));
        }
        String[] parts = rest.split("/", -1);
        return switch (parts[0] + "/" + (parts.length - 1)) {
            case "overview/0" -> new Overview();
            case "paths/0" -> new Paths("");
            case "path/1" -> path(parts[1].split("\\?tab=", -1));
            case "dag/1" -> new Dag(Cid.parse(parts[1]));
            case "graph/0" -> new Graph(Optional.empty());
            case "graph/1" -> new Graph(Optional.of(hash(parts[1])));
            case "diff/2" -> new Diff(hash(parts[1]), hash(parts[2]));
            case "builds/0" -> new Builds();
            case "build/1" -> new OfBuild(Cid.parse(parts[1]));
            case "migration/0" -> new Migration("");
            case "drv/0" -> new Derivation("");
            case "drv/1" -> new Derivation(hash(parts[1]));
            case "node/0" -> new Node();
            case "peers/0" -> new Peers();
            case "subjects/0" -> new Subjects("");
            case "settings/0" -> new Settings();
            default ->
                    throw new FormatException(
                            "link", SCHEME.length(), "there is no place '" + rest + "'");
        };
    }

    /// The link that leads here.
    default String link() {
        return SCHEME
                + switch (this) {
                    case Overview _ -> "overview";
                    case Paths(var filter) ->
                            filter.isEmpty() ? "paths" : "paths?q=" + encode(filter);
                    case OfPath(var hash, var tab) ->
                            "path/"
                                    + hash
                                    + (tab == OfPath.Tab.FILES
                                            ? ""
                                            : "?tab=" + tab.name().toLowerCase(Locale.ROOT));
                    case Dag(var root) -> "dag/" + root;
                    case Graph(var hash) -> hash.map(text -> "graph/" + text).orElse("graph");
                    case Diff(var before, var after) -> "diff/" + before + "/" + after;
                    case Builds _ -> "builds";
                    case OfBuild(var cid) -> "build/" + cid;
                    case Migration(var from) ->
                            from.isEmpty() ? "migration" : "migration?from=" + encode(from);
                    case Derivation(var text) ->
                            text.isEmpty()
                                    ? "drv"
                                    : StorePath.isHash(text)
                                            ? "drv/" + text
                                            : "drv?at=" + encode(text);
                    case Node _ -> "node";
                    case Peers _ -> "peers";
                    case Subjects(var subject) ->
                            subject.isEmpty() ? "subjects" : "subjects?at=" + encode(subject);
                    case Settings _ -> "settings";
                };
    }

    private static OfPath path(String... parts) throws FormatException {
        String tab = parts.length == 1 ? "FILES" : parts[1].toUpperCase(Locale.ROOT);
        for (var known : OfPath.Tab.values()) {
            if (known.name().equals(tab) && parts.length <= 2) {
                return new OfPath(hash(parts[0]), known);
            }
        }
        throw new FormatException("link", 0, "a path has nothing called '" + tab + "'");
    }

    private static String hash(String text) throws FormatException {
        if (!StorePath.isHash(text)) {
            throw new FormatException("link", 0, "'" + text + "' is not the hash of a store path");
        }
        return text;
    }

    private static void requireHash(String text) {
        if (!StorePath.isHash(text)) {
            throw new IllegalArgumentException("not the hash of a store path: " + text);
        }
    }

    private static String decode(String text) throws FormatException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new FormatException("link", 0, "what follows the = is not percent-encoded");
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

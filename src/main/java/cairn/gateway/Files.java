package cairn.gateway;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.engine.Space;
import cairn.nix.NarListing;
import cairn.nix.StorePath;
import cairn.store.Store;
import cairn.unixfs.DirectoryEntry;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Serves files inside of paths: `/serve/<hash>/<path…>`.
///
/// A link is answered by where it leads, as long as that is in the store; a folder by the list of
/// what is in it, as JSON. What a stranger has put into a path is kept from acting in its reader's
/// browser in the name of this server.
final class Files {
    /// Keeps scripts of a page from running, and a page from having an origin.
    static final Header SANDBOX =
            HeaderValues.createCached(
                    HeaderNames.create("Content-Security-Policy"),
                    "sandbox; default-src 'none'; img-src 'self'; style-src 'self' 'unsafe-inline'");

    static final Header NO_GUESSING =
            HeaderValues.createCached(HeaderNames.create("X-Content-Type-Options"), "nosniff");

    private static final String PREFIX = "/serve/";
    private static final Pattern NAME = Pattern.compile("/serve/([0-9a-z]{32})(?:/(.*?)/?)?");

    private final Store store;
    private final Space space;
    private final String folder;
    private final UnixFsReader reader;

    /// @param folder whose paths links may lead to
    Files(Store store, Space space, String folder) {
        this.store = store;
        this.space = space;
        this.folder = folder;
        reader = new UnixFsReader(store);
    }

    void serve(Exchange exchange) throws IOException {
        exchange.with(SANDBOX).with(NO_GUESSING);
        var match = NAME.matcher(exchange.path());
        if (!match.matches()) {
            exchange.say(400, "ask for /serve/<the 32 characters of a path>/<a file in it>");
            return;
        }
        String inner = match.group(2);
        Optional<List<Bytes>> names =
                inner == null || inner.isEmpty() ? Optional.of(List.of()) : UrlPath.names(inner);
        if (names.isEmpty()) {
            exchange.say(400, "no file can have such a name");
            return;
        }
        var stored = store.catalog().path(match.group(1));
        if (stored.isEmpty()) {
            exchange.say(404, "this path is not here");
            return;
        }
        try (var _ = space.use(stored.get())) {
            walk(exchange, stored.get().info().path(), stored.get().tree(), names.get());
        }
    }

    private void walk(Exchange exchange, StorePath path, Cid tree, List<Bytes> names)
            throws IOException {
        UnixFsNode node = reader.node(tree);
        for (int depth = 0; ; depth++) {
            if (node instanceof UnixFsNode.Symlink link) {
                follow(exchange, path, names, depth, link.target());
                return;
            }
            if (depth == names.size()) {
                break;
            }
            Optional<DirectoryEntry> entry =
                    node instanceof UnixFsNode.Directory directory
                            ? reader.entry(directory, names.get(depth))
                            : Optional.empty();
            if (entry.isEmpty()) {
                exchange.say(404, "there is no such file in " + path);
                return;
            }
            node = reader.node(entry.get().cid());
        }
        switch (node) {
            case UnixFsNode.RegularFile file -> {
                String name = names.isEmpty() ? path.name() : names.getLast().toUtf8();
                exchange.serve(Entity.file(type(name), store.inOrder(), file));
            }
            case UnixFsNode.Directory directory ->
                    exchange.serve(
                            Entity.of("application/json", Bytes.utf8(list(directory).toJson())));
            case UnixFsNode.Symlink _ -> throw new IllegalStateException("links are followed");
        }
    }

    private NarListing list(UnixFsNode.Directory directory) throws IOException {
        var entries = new TreeMap<Bytes, NarListing>();
        for (DirectoryEntry entry : reader.entries(directory)) {
            entries.put(
                    entry.name(),
                    switch (reader.node(entry.cid())) {
                        case UnixFsNode.RegularFile file ->
                                new NarListing.Regular(file.size(), file.executable(), 0);
                        case UnixFsNode.Symlink link -> new NarListing.Symlink(link.target());
                        case UnixFsNode.Directory _ -> new NarListing.Directory(new TreeMap<>());
                    });
        }
        return new NarListing.Directory(entries);
    }

    /// Tells the client where a link leads.
    ///
    /// @param depth how many of the names lead to the link; the others follow it
    private void follow(
            Exchange exchange, StorePath path, List<Bytes> names, int depth, Bytes target)
            throws IOException {
        var steps = new ArrayList<Bytes>();
        if (!target.startsWith(Bytes.utf8("/"))) {
            steps.addAll(split(Bytes.utf8(path.toString())));
            steps.addAll(names.subList(0, depth));
            steps.removeLast();
        }
        for (Bytes step : split(target)) {
            if (step.equals(Bytes.utf8(".."))) {
                if (!steps.isEmpty()) {
                    steps.removeLast();
                }
            } else if (!step.equals(Bytes.utf8("."))) {
                steps.add(step);
            }
        }
        steps.addAll(names.subList(depth, names.size()));
        var top = split(Bytes.utf8(folder));
        var leadsTo =
                steps.size() > top.size() && steps.subList(0, top.size()).equals(top)
                        ? pathNamed(steps.get(top.size()))
                        : Optional.<StorePath>empty();
        if (leadsTo.isEmpty()) {
            exchange.say(404, "a link leads out of the store, to " + target.toUtf8());
            return;
        }
        String rest =
                steps.subList(top.size() + 1, steps.size()).stream()
                        .map(name -> "/" + UrlPath.escape(name))
                        .collect(Collectors.joining());
        exchange.with(HeaderNames.LOCATION, PREFIX + leadsTo.get().hash() + rest).done(302);
    }

    private Optional<StorePath> pathNamed(Bytes base) {
        try {
            return Optional.of(StorePath.parse(folder, base.toUtf8()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static List<Bytes> split(Bytes path) {
        var parts = new ArrayList<Bytes>();
        int start = 0;
        for (int i = 0; i <= path.length(); i++) {
            if (i == path.length() || path.at(i) == '/') {
                if (i > start) {
                    parts.add(path.slice(start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }

    /// What is in a file, as its name tells.
    private static String type(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (extension) {
            case "html", "htm" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js", "mjs" -> "text/javascript; charset=utf-8";
            case "json", "map" -> "application/json";
            case "xml" -> "application/xml";
            case "svg" -> "image/svg+xml";
            case "png" -> "image/png";
            case "jpg", "jpeg" -> "image/jpeg";
            case "gif" -> "image/gif";
            case "webp" -> "image/webp";
            case "ico" -> "image/x-icon";
            case "pdf" -> "application/pdf";
            case "wasm" -> "application/wasm";
            case "woff2" -> "font/woff2";
            case "ttf" -> "font/ttf";
            case "gz", "tgz" -> "application/gzip";
            case "zip", "jar" -> "application/zip";
            case "txt",
                    "md",
                    "nix",
                    "drv",
                    "sh",
                    "c",
                    "h",
                    "py",
                    "rs",
                    "conf",
                    "toml",
                    "yaml",
                    "yml",
                    "log",
                    "patch",
                    "pc",
                    "la" ->
                    "text/plain; charset=utf-8";
            default -> "application/octet-stream";
        };
    }
}

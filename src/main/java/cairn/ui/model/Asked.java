package cairn.ui.model;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a request to the node is about, by its target.
///
/// @param path the store path it asks for, if that is here
/// @param block the block it asks for, if it does
public record Asked(Kind kind, Optional<StorePath> path, Optional<Cid> block) {
    /// What can be asked for.
    public enum Kind {
        CACHE_INFO,
        NARINFO,
        NAR,
        LISTING,
        REALISATION,
        LOG,
        FILE,
        BLOCK,
        METRICS,
        OTHER
    }

    private static final Pattern PATH =
            Pattern.compile("/(?:serve/|log/)?([0-9a-z]{32})(?:[./?-].*)?");
    private static final Pattern NAR = Pattern.compile("/nar/([0-9a-z]{52})\\.nar");
    private static final Pattern BLOCK = Pattern.compile("/ipfs/([^/?]+).*");

    /// Reads a target as it was sent; reads from the index.
    static Asked of(String target, Catalog catalog) throws IOException {
        return new Asked(kind(target), path(target, catalog), block(target));
    }

    private static Kind kind(String target) {
        String path = target.replaceFirst("\\?.*", "");
        if (path.equals("/nix-cache-info")) {
            return Kind.CACHE_INFO;
        }
        if (path.equals("/metrics")) {
            return Kind.METRICS;
        }
        String folder = path.substring(0, path.indexOf('/', 1) + 1);
        return switch (folder) {
            case "/nar/" -> Kind.NAR;
            case "/realisations/" -> Kind.REALISATION;
            case "/log/" -> Kind.LOG;
            case "/serve/" -> Kind.FILE;
            case "/ipfs/" -> Kind.BLOCK;
            default ->
                    path.endsWith(".narinfo")
                            ? Kind.NARINFO
                            : path.endsWith(".ls") ? Kind.LISTING : Kind.OTHER;
        };
    }

    private static Optional<StorePath> path(String target, Catalog catalog) throws IOException {
        var archive = NAR.matcher(target);
        if (archive.matches()) {
            try {
                var hash = NixHash.parse(NixHash.Algorithm.SHA256, archive.group(1));
                return catalog.withNar(hash).stream().findFirst().map(s -> s.info().path());
            } catch (FormatException _) {
                return Optional.empty();
            }
        }
        var named = PATH.matcher(target);
        return named.matches()
                ? catalog.path(named.group(1)).map(stored -> stored.info().path())
                : Optional.empty();
    }

    private static Optional<Cid> block(String target) {
        var named = BLOCK.matcher(target);
        try {
            return named.matches() ? Optional.of(Cid.parse(named.group(1))) : Optional.empty();
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}

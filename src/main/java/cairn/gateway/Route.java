package cairn.gateway;

import java.util.Locale;

/// What a path of a URL asks for.
enum Route {
    CACHE_INFO,
    NARINFO,
    NAR,
    LISTING,
    REALISATION,
    LOG,
    SERVE,
    IPFS,
    METRICS,
    UNKNOWN;

    static Route of(String path) {
        if (path.endsWith(".narinfo")) {
            return NARINFO;
        }
        if (path.startsWith("/nar/")) {
            return NAR;
        }
        if (path.startsWith("/serve/")) {
            return SERVE;
        }
        if (path.startsWith("/ipfs/")) {
            return IPFS;
        }
        if (path.startsWith("/log/")) {
            return LOG;
        }
        if (path.startsWith("/realisations/")) {
            return REALISATION;
        }
        return switch (path) {
            case "/nix-cache-info" -> CACHE_INFO;
            case "/metrics" -> METRICS;
            default -> path.endsWith(".ls") ? LISTING : UNKNOWN;
        };
    }

    /// As metrics name it.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package cairn.engine;

import cairn.cid.Cid;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/// What happened to some paths that are here, oldest first: that they came in, were built, and were
/// signed by those who had not signed them when they came.
///
/// What has gone meanwhile is not told.
public record Timeline(List<Moment> moments) {
    /// Something that happened.
    public sealed interface Moment {
        Instant at();

        /// Whom it concerns.
        List<StorePath> paths();

        /// A path came in, with its signatures.
        record Imported(Instant at, StorePath path) implements Moment {
            @Override
            public List<StorePath> paths() {
                return List.of(path);
            }
        }

        /// A build of these paths ended.
        record Built(Instant at, Builds.Build build, List<StorePath> paths) implements Moment {
            public Built {
                paths = List.copyOf(paths);
            }
        }

        /// A signature came to a path that was here.
        ///
        /// @param signer the name of the key
        record Signed(Instant at, StorePath path, String signer) implements Moment {
            @Override
            public List<StorePath> paths() {
                return List.of(path);
            }
        }
    }

    public Timeline {
        moments = List.copyOf(moments);
    }

    /// Reads what concerns some paths.
    ///
    /// @param paths references first; those that came in the same instant stay in this order
    public static Timeline of(Engine engine, Collection<StorePath> paths) throws IOException {
        var wanted = new HashSet<>(paths);
        var moments = new ArrayList<Moment>();
        var named = new HashMap<Cid, List<StorePath>>();
        var since = new HashMap<StorePath, Instant>();
        for (Catalog.Summary summary : engine.catalog().summaries()) {
            if (wanted.contains(summary.path())) {
                since.put(summary.path(), summary.registeredAt());
                named.computeIfAbsent(summary.cid(), _ -> new ArrayList<>()).add(summary.path());
            }
        }
        for (StorePath path : paths) {
            if (since.containsKey(path)) {
                moments.add(new Moment.Imported(since.get(path), path));
            }
        }
        for (var late : engine.catalog().lateSignatures()) {
            Instant came = since.get(late.path());
            if (came != null) {
                moments.add(
                        new Moment.Signed(
                                late.at().isBefore(came) ? came : late.at(),
                                late.path(),
                                late.signature().split(":", 2)[0]));
            }
        }
        for (var build : engine.builds().list(Builds.Filter.ALL, 0, Integer.MAX_VALUE)) {
            var outputs =
                    build.record().outputs().values().stream()
                            .flatMap(cid -> named.getOrDefault(cid, List.of()).stream())
                            .toList();
            if (!outputs.isEmpty()) {
                moments.add(new Moment.Built(build.record().finishedAt(), build, outputs));
            }
        }
        moments.sort(Comparator.comparing(Moment::at));
        return new Timeline(moments);
    }
}

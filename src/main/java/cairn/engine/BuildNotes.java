package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import cairn.store.Progress;
import cairn.store.StoreWriter;
import cairn.trust.TrustedKeys;
import cairn.unixfs.Chunker;
import cairn.unixfs.FileBuilder;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Gatherers;

/// Brings over what a store keeps of builds beside their outputs: their logs, and what the outputs
/// of content-addressed derivations became. What is damaged stays behind, as nothing depends on it.
final class BuildNotes {
    /// How many logs are asked for at once.
    private static final int ASKED = 16;

    private final Engine engine;
    private final PathStore from;
    private final Progress progress;

    BuildNotes(Engine engine, PathStore from, Progress progress) {
        this.engine = engine;
        this.from = from;
        this.progress = progress;
    }

    private record Log(StorePath derivation, Optional<Bytes> text) {}

    /// Brings the logs of the derivations of some paths that are not here yet.
    ///
    /// @return how many came
    long logs(Collection<PathInfo> paths) throws IOException {
        var here = engine.catalog().logs().keySet();
        var derivations = new LinkedHashSet<StorePath>();
        for (PathInfo info : paths) {
            info.deriver().filter(path -> !here.contains(path)).ifPresent(derivations::add);
        }
        var came = new HashMap<StorePath, Cid>();
        try (var writer = engine.store().writer()) {
            var logs =
                    derivations.stream()
                            .gather(Gatherers.mapConcurrent(ASKED, this::log))
                            .iterator();
            while (logs.hasNext()) {
                progress.check();
                var log = logs.next();
                progress.step(log.derivation.name(), 0, 0);
                if (log.text.isPresent()) {
                    came.put(log.derivation, file(writer, log.text.get()));
                }
            }
            writer.commit(transaction -> {
                for (Map.Entry<StorePath, Cid> log : came.entrySet()) {
                    transaction.log(log.getKey(), log.getValue());
                }
                return came.size();
            });
        }
        return came.size();
    }

    /// Brings what became of outputs that are here; it counts as a claim unless a trusted key has
    /// signed it.
    ///
    /// @return how many came
    long realisations(TrustedKeys keys) throws IOException {
        List<String> ids;
        try (var all = from.realisations()) {
            ids = all.toList();
        }
        var realisations = new Realisations(engine.store(), keys);
        long came = 0;
        for (String id : ids) {
            progress.check();
            if (engine.catalog().realisation(id).isPresent()) {
                continue;
            }
            var found = realisation(id);
            if (found.isPresent() && engine.local().has(found.get().output())) {
                boolean _ = realisations.put(found.get(), false);
                came++;
            }
        }
        return came;
    }

    private Log log(StorePath derivation) {
        try {
            return new Log(derivation, from.log(derivation));
        } catch (IOException _) {
            return new Log(derivation, Optional.empty());
        }
    }

    private Optional<Realisation> realisation(String id) throws IOException {
        try {
            var json = from.realisation(id);
            return json.isPresent()
                    ? Optional.of(Realisation.decode(StorePath.NIX_STORE, json.get()))
                    : Optional.empty();
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private static Cid file(StoreWriter writer, Bytes text) throws IOException {
        var file = new FileBuilder(writer);
        var chunker = new Chunker(text.toInputStream());
        for (var chunk = chunker.next(); chunk.isPresent(); chunk = chunker.next()) {
            file.add(chunk.get());
        }
        return file.finish(false).cid();
    }
}

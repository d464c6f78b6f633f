package cairn.cli;

import cairn.nix.Derivation;
import cairn.nix.NarInfo;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Lists what a file names that holds no files itself: a narinfo or a derivation.
final class NamesListing {
    private NamesListing() {}

    /// What a derivation takes and gives; as `nix show-derivation` calls it.
    static int print(Outside.DerivationFile file, Session session) throws IOException {
        var derivation = file.read();
        var outputs = new LinkedHashMap<String, Object>();
        derivation.outputs().forEach((name, output) -> outputs.put(name, path(output)));
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("type", "derivation");
            fields.put("path", file.path(derivation));
            fields.put("outputs", outputs);
            fields.put("inputDrvs", derivation.inputDerivations());
            fields.put("inputSrcs", derivation.inputSources());
            session.print(fields);
            return ExitCode.DONE;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("derivation", "", file.path(derivation).toString()));
        derivation
                .outputs()
                .forEach((name, output) ->
                        rows.add(
                                List.of(
                                        "output",
                                        name,
                                        path(output)
                                                .map(StorePath::toString)
                                                .orElse("follows once it is built"))));
        derivation
                .inputDerivations()
                .forEach((path, names) ->
                        rows.add(List.of("input", String.join(",", names), path.toString())));
        derivation.inputSources().forEach(path -> rows.add(List.of("source", "", path.toString())));
        session.table(rows);
        return ExitCode.DONE;
    }

    /// Where a narinfo leads: to its archive, and to what the path refers to.
    static int print(NarInfo info, Session session) {
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("type", "narinfo");
            fields.put("path", info.path());
            fields.put("url", info.url());
            fields.put("references", info.references());
            session.print(fields);
            return ExitCode.DONE;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("path", info.path().toString()));
        rows.add(List.of("archive", Session.shown(info.url())));
        info.references().forEach(path -> rows.add(List.of("reference", path.toString())));
        session.table(rows);
        return ExitCode.DONE;
    }

    private static Optional<StorePath> path(Derivation.Output output) {
        return switch (output) {
            case Derivation.Output.InputAddressed(var path) -> Optional.of(path);
            case Derivation.Output.Fixed(var path, _) -> Optional.of(path);
            case Derivation.Output.Floating _,
                    Derivation.Output.Deferred _,
                    Derivation.Output.Impure _ ->
                    Optional.empty();
        };
    }
}

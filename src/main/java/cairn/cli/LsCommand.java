package cairn.cli;

import cairn.cid.Bytes;
import cairn.nix.NarListing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = "Lists the files of a path, a CID or an archive, and what other files name.",
        footer = {
            "",
            "Examples:",
            "  cairn ls hello/bin",
            "  cairn ls -R /nix/store/…-hello-2.12    with all that lies deeper",
            "  cairn ls hello.nar.xz                  a NAR that is not imported",
            "  cairn ls x.car                         each root, and what is missing below it",
            "  cairn ls x.drv                         its outputs and inputs",
            "  cairn ls x.narinfo                     its archive and references",
            "  cairn --json ls hello                  as nix store ls --json"
        })
final class LsCommand implements Command {
    @Option(
            names = {"-R", "--recursive"},
            description = "lists what lies deeper, too")
    private boolean recursive;

    @Mixin private InsideArgument target = new InsideArgument();

    @Override
    public boolean takes(List<String> words) {
        return target.takes(words);
    }

    @Override
    public int run(Session session) throws Exception {
        var file = target.file();
        return file.isPresent()
                ? file.get().read(() -> whole(file.get(), session))
                : inside(session);
    }

    private int whole(Outside file, Session session) throws IOException, Failure.Reported {
        return switch (file) {
            case Outside.Archive _ -> inside(session);
            case Outside.Car car -> CarListing.print(car, session);
            case Outside.Narinfo narinfo -> NamesListing.print(narinfo.read(), session);
            case Outside.DerivationFile derivation -> NamesListing.print(derivation, session);
        };
    }

    private int inside(Session session) throws IOException, Failure.Reported {
        try (var inside = target.find(session)) {
            Optional<NarListing> found =
                    inside.read(() -> inside.tree().list(inside.place(), recursive));
            NarListing listing = found.orElseThrow(() -> inside.nothing(target.text()));
            if (session.json()) {
                session.print(json(listing, recursive, inside.isArchive()));
            } else {
                var rows = new ArrayList<List<String>>();
                if (listing instanceof NarListing.Directory directory) {
                    rows(directory, "", rows);
                } else {
                    String text = target.text();
                    rows.add(row(text.substring(text.lastIndexOf('/') + 1), listing));
                }
                session.table(rows, 1);
            }
        }
        return ExitCode.DONE;
    }

    private void rows(NarListing.Directory directory, String prefix, List<List<String>> rows) {
        directory
                .entries()
                .forEach((name, node) -> {
                    String shown = prefix + Session.shown(name.toUtf8());
                    rows.add(row(shown, node));
                    if (recursive && node instanceof NarListing.Directory deeper) {
                        rows(deeper, shown + "/", rows);
                    }
                });
    }

    /// What it is, how large, and its name.
    static List<String> row(String name, NarListing node) {
        if (node instanceof NarListing.Regular(var size, var executable, _)) {
            return List.of(executable ? "x" : "-", Size.text(size), name);
        }
        return node instanceof NarListing.Symlink(var to)
                ? List.of("l", "", name + " -> " + Session.shown(to.toUtf8()))
                : List.of("d", "", name + "/");
    }

    /// What `nix store ls --json` prints: without `--recursive` the entries of a directory are told
    /// by their names alone, and only an archive has offsets.
    private static Map<String, Object> json(NarListing node, boolean whole, boolean offsets) {
        var fields = new LinkedHashMap<String, Object>();
        switch (node) {
            case NarListing.Directory(var entries) -> {
                var inner = new LinkedHashMap<String, Object>();
                for (Map.Entry<Bytes, NarListing> entry : entries.entrySet()) {
                    inner.put(
                            entry.getKey().toEscaped(),
                            whole ? json(entry.getValue(), true, offsets) : Map.of());
                }
                fields.put("type", "directory");
                fields.put("entries", inner);
            }
            case NarListing.Regular(var size, var executable, var offset) -> {
                fields.put("type", "regular");
                fields.put("size", size);
                if (executable) {
                    fields.put("executable", true);
                }
                if (offsets) {
                    fields.put("narOffset", offset);
                }
            }
            case NarListing.Symlink(var to) -> {
                fields.put("type", "symlink");
                fields.put("target", to.toEscaped());
            }
        }
        return fields;
    }
}

package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.engine.BuildRecord;
import cairn.engine.BuildRecord.Status;
import cairn.engine.Builds;
import cairn.engine.Engine;
import cairn.engine.Outcome;
import cairn.ipld.CborWriter;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.unixfs.Chunker;
import cairn.unixfs.FileBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Two runs of three derivations: the library's comment changed between them, and it came out as
/// before, so neither tool nor application was built anew.
public final class BuildSamples {
    private static final Map<String, StorePath> OUTPUTS =
            Map.of(
                    "library-1.10", Samples.LIBRARY,
                    "tool-1.9", Samples.TOOL,
                    "Application-2.0", Samples.APPLICATION);

    private BuildSamples() {}

    /// Keeps both, and tells the records of the second: library, tool, application.
    public static List<Cid> add(Engine engine) throws IOException {
        run(engine, '0', "// one", Outcome.BUILT, Outcome.BUILT);
        return run(engine, '1', "// two", Outcome.CUT_OFF, Outcome.SAVED);
    }

    /// Keeps a run in which the library failed, and so did what needs it without being tried.
    public static List<Cid> fail(Engine engine) throws IOException {
        return run(engine, '2', "// three", Outcome.FAILED, Outcome.FAILED);
    }

    /// Keeps many runs of one derivation each, of which nothing is here but the record.
    public static void many(Engine engine, int count) throws IOException {
        try (var writer = engine.store().writer()) {
            var out = new CborWriter().fields(3).field("run").text("").field("builds").list(count);
            for (int i = 0; i < count; i++) {
                var record =
                        new BuildRecord(
                                        "web",
                                        Samples.path("0".repeat(32), "step-" + i + ".drv"),
                                        "x86_64-linux",
                                        "/bin/sh",
                                        Optional.empty(),
                                        new TreeMap<>(),
                                        Samples.NOW,
                                        Samples.NOW,
                                        Status.SUCCEEDED,
                                        Optional.empty())
                                .toBlock();
                writer.put(record);
                out.fields(3).field("cid").link(record.cid()).field("asked").bool(true);
                out.field("outcome").text(Outcome.BUILT.toString());
            }
            Bytes event = out.field("forgotten").list(0).toBytes();
            long _ =
                    writer.commit(
                            transaction -> transaction.event(Builds.TOPIC, Samples.NOW, event));
        }
    }

    private static List<Cid> run(
            Engine engine, char number, String comment, Outcome first, Outcome others)
            throws IOException {
        var library = drv(engine, number, Samples.LIBRARY, comment, List.of());
        var tool = drv(engine, number, Samples.TOOL, "", List.of(library));
        var application = drv(engine, number, Samples.APPLICATION, "", List.of(library, tool));
        var records =
                List.of(
                        record(engine, library, number, first),
                        record(engine, tool, number, others),
                        record(engine, application, number, others));
        var out = new CborWriter().fields(3).field("run").text("").field("builds").list(3);
        for (Cid record : records) {
            out.fields(3)
                    .field("cid")
                    .link(record)
                    .field("asked")
                    .bool(record.equals(records.getLast()))
                    .field("outcome")
                    .text((record.equals(records.getFirst()) ? first : others).toString());
        }
        Bytes event = out.field("forgotten").list(0).toBytes();
        long _ =
                engine.store()
                        .commit(transaction -> transaction.event(Builds.TOPIC, Samples.NOW, event));
        return records;
    }

    private static Cid record(Engine engine, StorePath drv, char number, Outcome outcome)
            throws IOException {
        SortedMap<String, Cid> outputs = new TreeMap<>();
        String name = drv.name().substring(0, drv.name().length() - ".drv".length());
        var output = OUTPUTS.get(name);
        if (output != null && outcome != Outcome.FAILED) {
            outputs.put("out", engine.catalog().path(output).orElseThrow().cid());
        }
        Instant start = Samples.NOW.minusSeconds(7200 - 3600L * (number - '0'));
        boolean ran =
                outcome == Outcome.FAILED
                        ? name.equals(Samples.LIBRARY.name())
                        : outcome != Outcome.SAVED;
        try (var writer = engine.store().writer()) {
            var file = new FileBuilder(writer);
            var text = Bytes.utf8("unpacking sources\nbuilding\ninstalling " + name + "\n");
            var chunker = new Chunker(text.toInputStream());
            for (var chunk = chunker.next(); chunk.isPresent(); chunk = chunker.next()) {
                file.add(chunk.get());
            }
            var record =
                    new BuildRecord(
                                    "web",
                                    drv,
                                    "x86_64-linux",
                                    "/bin/sh",
                                    Optional.empty(),
                                    outputs,
                                    start,
                                    ran ? start.plusMillis(1500) : start,
                                    switch (outcome) {
                                        case BUILT -> Status.SUCCEEDED;
                                        case FAILED -> Status.FAILED;
                                        default -> Status.CUT_OFF;
                                    },
                                    ran ? Optional.of(file.finish(false).cid()) : Optional.empty())
                            .toBlock();
            writer.put(record);
            writer.commit();
            return record.cid();
        }
    }

    private static StorePath drv(
            Engine engine, char number, StorePath output, String comment, List<StorePath> needs)
            throws IOException {
        var inputs = new ArrayList<String>();
        needs.forEach(need -> inputs.add("(\"" + need + "\",[\"out\"])"));
        Bytes text =
                Bytes.utf8(
                        ("Derive([(\"out\",\"\",\"r:sha256\",\"\")],[%s],[],\"x86_64-linux\","
                                        + "\"/bin/sh\",[],[(\"name\",\"%s\"),(\"out\",\"%s\"),"
                                        + "(\"text\",\"%s\")])")
                                .formatted(
                                        String.join(",", inputs),
                                        output.name(),
                                        "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9",
                                        comment));
        String hash = output.hash();
        var path =
                Samples.path(
                        hash.substring(0, 1) + number + hash.substring(2), output.name() + ".drv");
        var out = new ByteArrayOutputStream();
        new NarWriter(out).regular(false, text.length(), text.toInputStream());
        Bytes nar = Bytes.wrap(out.toByteArray());
        engine.local()
                .put(
                        new PathInfo(
                                path,
                                NixHash.sha256Of(nar),
                                nar.length(),
                                needs,
                                Optional.empty(),
                                List.of(),
                                Optional.empty()),
                        sink -> sink.regular(false, text.length(), text.toInputStream()));
        return path;
    }
}

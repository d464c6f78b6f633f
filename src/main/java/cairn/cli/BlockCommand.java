package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.Codecs;
import cairn.ipld.DagJson;
import cairn.store.StoreWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Reads one block, or encodes and stores some.",
        footer = {
            "",
            "Examples:",
            "  cairn block get bafyrei…               decoded, as dag-json",
            "  cairn block get bafyrei… --raw -o x    its bytes",
            "  cairn block put a.dag-cbor b.dag-json  prints a CID a line",
            "  cairn block put a.json --input-codec dag-json --codec dag-cbor",
            "  cairn block put - < a.bin              standard input",
            "What the end of a file's name tells, if no codec is given: .dag-cbor, .dag-json, .dag-pb,",
            ".json; all else is raw. A stored block stays while something pinned leads to it: cairn pin CID"
        })
final class BlockCommand implements Command {
    private static final List<Codec> CODECS =
            List.of(Codec.DAG_CBOR, Codec.DAG_JSON, Codec.DAG_PB, Codec.JSON, Codec.RAW);

    @Parameters(index = "0", paramLabel = "get|put", description = "what to do")
    private String action = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "CID|FILE",
            description = "the block to get, or the files to put")
    private List<String> operands = List.of();

    @Option(names = "--raw", description = "get: the bytes as they are")
    private boolean raw;

    @Option(
            names = "--input-codec",
            paramLabel = "CODEC",
            description = "put: how the files are written")
    private @Nullable String inputCodec;

    @Option(names = "--codec", paramLabel = "CODEC", description = "put: how to write the blocks")
    private @Nullable String codec;

    @Mixin private OutputOption output = new OutputOption();
    @Mixin private StoreOption store = new StoreOption();

    @Override
    public int run(Session session) throws Exception {
        return switch (action) {
            case "get" -> {
                refuse(inputCodec != null || codec != null, "--input-codec and --codec");
                yield get(session);
            }
            case "put" -> {
                refuse(raw || output.isGiven() || store.isGiven(), "--raw, -o and --store");
                yield put(session);
            }
            default ->
                    throw new Failure.Reported(
                            ExitCode.USAGE,
                            "'block %s' is not known: block get CID, or block put FILE…"
                                    .formatted(action));
        };
    }

    /// An option without effect would let one believe that it had one.
    private void refuse(boolean given, String options) throws Failure.Reported {
        if (given) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "block %s has no %s".formatted(action, options));
        }
    }

    private int get(Session session) throws Exception {
        if (operands.size() != 1) {
            throw new Failure.Reported(ExitCode.USAGE, "block get takes one CID");
        }
        Cid cid = Cid.parse(operands.getFirst());
        try (var source = store.open(session)) {
            Block block = source.block(cid);
            if (raw) {
                output.write(session, block.bytes()::writeTo);
                return ExitCode.DONE;
            }
            if (!cid.hash().isVerifiable()) {
                session.note("unverifiable: its hash function is none known here");
            }
            Bytes decoded = DagJson.encode(Codecs.decode(block));
            output.writeAnything(
                    session,
                    out -> {
                        decoded.writeTo(out);
                        out.write('\n');
                    });
            return ExitCode.DONE;
        }
    }

    private int put(Session session) throws IOException, Failure.Reported {
        Optional<Codec> input = codec(inputCodec);
        Optional<Codec> wanted = codec(codec);
        int code = ExitCode.DONE;
        var entries = new ArrayList<Map<String, Object>>();
        try (StoreWriter writer = session.engine().store().writer()) {
            for (String file : operands) {
                var entry = new LinkedHashMap<String, Object>();
                entry.put("file", file);
                try {
                    Block block = encode(file, input, wanted);
                    writer.put(block);
                    entry.put("cid", block.cid());
                } catch (IOException | Failure.Reported e) {
                    var failure = Failure.of(e).in(file);
                    entry.put("error", failure.sentence());
                    code = Math.max(code, session.report(failure));
                }
                entries.add(entry);
            }
            writer.commit();
        }
        if (session.json()) {
            session.print(entries);
        } else {
            entries.stream()
                    .filter(entry -> entry.containsKey("cid"))
                    .forEach(entry -> session.out().println(entry.get("cid")));
        }
        return code;
    }

    private static Block encode(String file, Optional<Codec> input, Optional<Codec> wanted)
            throws IOException, Failure.Reported {
        Bytes bytes;
        try (var in = file.equals("-") ? System.in : Files.newInputStream(Unresolved.path(file))) {
            bytes = Bytes.wrap(in.readNBytes(Block.MAX_SIZE + 1));
        }
        if (bytes.length() > Block.MAX_SIZE) {
            throw tooLarge();
        }
        Codec from = input.orElse(byName(file));
        refuseCbor(from);
        Codec to = wanted.orElse(from);
        var block = Block.of(to, Codecs.encode(to, Codecs.decode(from, bytes)));
        if (block.bytes().length() > Block.MAX_SIZE) {
            throw tooLarge();
        }
        return block;
    }

    private static Codec byName(String file) {
        String end = file.substring(file.lastIndexOf('.') + 1);
        return Codec.named(end)
                .filter(codec -> codec == Codec.CBOR || CODECS.contains(codec))
                .orElse(Codec.RAW);
    }

    private static Optional<Codec> codec(@Nullable String name) throws Failure.Reported {
        if (name == null) {
            return Optional.empty();
        }
        var found = Codec.named(name).filter(CODECS::contains);
        if (found.isEmpty()) {
            var known = CODECS.stream().map(Codec::toString).collect(Collectors.joining(", "));
            throw new Failure.Reported(
                    ExitCode.USAGE, "codec '%s' is not one of %s".formatted(name, known));
        }
        return found;
    }

    /// Plain CBOR has many forms of one value, so that its CID would mean nothing.
    private static void refuseCbor(Codec codec) throws FormatException {
        if (codec == Codec.CBOR) {
            throw new FormatException(
                    "cbor", 0, "plain CBOR has no one form; only dag-cbor is read");
        }
    }

    private static FormatException tooLarge() {
        return new FormatException(
                "block", Block.MAX_SIZE, "is larger than the 2 MiB that a block may have");
    }
}

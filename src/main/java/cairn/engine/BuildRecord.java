package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.CborReader;
import cairn.ipld.CborWriter;
import cairn.ipld.Node;
import cairn.nix.Derivation;
import cairn.nix.StorePath;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What became of one derivation, as a block.
///
/// ```ipldsch
/// type BuildRecord struct {         # dag-cbor
///   kind String                     # "nix.build/1"
///   project String  drvPath String  system String  builder String
///   derivation nullable Link        # PathNode of the .drv, if imported
///   outputs {String: Link}          # output name to PathNode
///   startedAt Int  finishedAt Int   # ms since the epoch
///   status String                   # "succeeded" | "failed" | "cut-off" | "substituted"
///   log nullable Link               # UnixFS file
/// }
/// ```
///
/// @param startedAt to the millisecond, as is the end; the same as the end where nothing ran
/// @param outputs those that are there, by name
public record BuildRecord(
        String project,
        StorePath drvPath,
        String system,
        String builder,
        Optional<Cid> derivation,
        SortedMap<String, Cid> outputs,
        Instant startedAt,
        Instant finishedAt,
        Status status,
        Optional<Cid> log) {
    /// The project of a build for which none is named.
    public static final String NO_PROJECT = "default";

    /// The last instant of the year 9999, as far as times are written with four digits.
    static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final String KIND = "nix.build/1";
    private static final int FIELDS = 11;
    private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /// How it ended.
    public enum Status {
        SUCCEEDED("succeeded"),
        FAILED("failed"),

        /// Its content-addressed outputs are what was known before, so what depends on it need not
        /// be built anew.
        CUT_OFF("cut-off"),
        SUBSTITUTED("substituted");

        private final String text;

        Status(String text) {
            this.text = text;
        }

        public static Optional<Status> of(String text) {
            return Stream.of(values()).filter(status -> status.text.equals(text)).findFirst();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// @throws IllegalArgumentException if a part is not what the schema asks for
    public BuildRecord {
        outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
        startedAt = startedAt.truncatedTo(ChronoUnit.MILLIS);
        finishedAt = finishedAt.truncatedTo(ChronoUnit.MILLIS);
        try {
            check(project, drvPath, outputs.keySet(), startedAt, finishedAt);
        } catch (FormatException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// Whether a text may name a project: 1 to 64 letters, digits, `_` and `-`.
    public static boolean isProject(String text) {
        return PROJECT.matcher(text).matches();
    }

    /// Tells whether a block claims to be such a node, without decoding all of it.
    public static boolean isKind(Block block) {
        if (!block.cid().is(Codec.DAG_CBOR)) {
            return false;
        }
        try {
            var in = new CborReader(KIND, block.bytes());
            in.fields(FIELDS);
            Optional<Cid> _ = in.field("log").nullableLink();
            in.field("kind").text(KIND);
            return true;
        } catch (FormatException _) {
            return false;
        }
    }

    public static BuildRecord decode(Bytes block) throws FormatException {
        var in = new CborReader(KIND, block);
        in.fields(FIELDS);
        var log = in.field("log").nullableLink();
        in.field("kind").text(KIND);
        String word = in.field("status").text();
        var status =
                Status.of(word).orElseThrow(() -> in.malformed("unknown status '" + word + "'"));
        String system = in.field("system").text();
        String builder = in.field("builder").text();
        var drvPath = StorePath.parse(in.field("drvPath").text());
        var outputs = in.field("outputs").mapOf(in::link);
        String project = in.field("project").text();
        var startedAt = Instant.ofEpochMilli(in.field("startedAt").integer());
        var derivation = in.field("derivation").nullableLink();
        var finishedAt = Instant.ofEpochMilli(in.field("finishedAt").integer());
        in.expectEnd();
        check(project, drvPath, outputs.keySet(), startedAt, finishedAt);
        return new BuildRecord(
                project,
                drvPath,
                system,
                builder,
                derivation,
                new TreeMap<>(outputs),
                startedAt,
                finishedAt,
                status,
                log);
    }

    public Bytes encode() {
        var out = new CborWriter().fields(FIELDS);
        link(out.field("log"), log);
        out.field("kind")
                .text(KIND)
                .field("status")
                .text(status.text)
                .field("system")
                .text(system)
                .field("builder")
                .text(builder)
                .field("drvPath")
                .text(drvPath.toString())
                .field("outputs")
                .node(links(outputs))
                .field("project")
                .text(project)
                .field("startedAt")
                .integer(startedAt.toEpochMilli());
        link(out.field("derivation"), derivation);
        return out.field("finishedAt").integer(finishedAt.toEpochMilli()).toBytes();
    }

    public Block toBlock() {
        return Block.of(Codec.DAG_CBOR, encode());
    }

    /// The name of what was built, such as `hello-2.12.1`.
    public String name() {
        String name = drvPath.name();
        return name.substring(0, name.length() - ".drv".length());
    }

    public Duration took() {
        return Duration.between(startedAt, finishedAt);
    }

    private static void check(
            String project,
            StorePath drvPath,
            Iterable<String> outputs,
            Instant startedAt,
            Instant finishedAt)
            throws FormatException {
        if (!isProject(project)) {
            throw new FormatException(
                    KIND,
                    0,
                    "'%s' names no project: 1 to 64 letters, digits, '_' and '-'"
                            .formatted(project));
        }
        String _ = Derivation.nameOf(drvPath);
        for (String output : outputs) {
            StorePath.checkName(output);
        }
        if (startedAt.isBefore(Instant.EPOCH)
                || finishedAt.isBefore(startedAt)
                || finishedAt.isAfter(LATEST)) {
            throw new FormatException(
                    KIND, 0, "from %s to %s is no time".formatted(startedAt, finishedAt));
        }
    }

    private static Node links(SortedMap<String, Cid> outputs) {
        var links = new LinkedHashMap<String, Node>();
        outputs.forEach((name, cid) -> links.put(name, new Node.Link(cid)));
        return new Node.Map(links);
    }

    private static void link(CborWriter out, Optional<Cid> cid) {
        cid.ifPresentOrElse(out::link, out::absent);
    }
}

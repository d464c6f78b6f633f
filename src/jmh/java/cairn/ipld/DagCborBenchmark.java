package cairn.ipld;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// How long a node like that of a store path with 13 references takes, of which a large store has
/// 300,000.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class DagCborBenchmark {
    private final List<Cid> references =
            IntStream.range(0, 13)
                    .mapToObj(i -> Cid.of(Codec.DAG_CBOR, Bytes.utf8("reference " + i)))
                    .toList();
    private final Bytes block = writeFields();

    @Benchmark
    public List<Cid> readFields() throws FormatException {
        var in = new CborReader("path", block);
        in.fields(4);
        in.field("path").text();
        in.field("tree").link();
        in.field("narSize").integer();
        List<Cid> links = in.field("references").listOf(in::link);
        in.expectEnd();
        return links;
    }

    @Benchmark
    public Bytes writeFields() {
        return new CborWriter()
                .fields(4)
                .field("path")
                .text("/nix/store/0c0ckfbdmf9gv8b0y1d2jj4gk4h9l8nb-glibc-2.40-66")
                .field("tree")
                .link(references.getFirst())
                .field("narSize")
                .integer(31_234_567)
                .field("references")
                .links(references)
                .toBytes();
    }

    @Benchmark
    public Node decode() throws FormatException {
        return DagCbor.decode(block);
    }

    @Benchmark
    public Bytes encode() throws FormatException {
        return DagCbor.encode(DagCbor.decode(block));
    }
}

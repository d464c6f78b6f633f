package cairn.ipld;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DagWalkTest {
    private final Map<Cid, Bytes> blocks = new HashMap<>();

    @Test
    void visitsEachBlockOnceAndBeforeItsLinks() throws IOException {
        Cid leaf = raw("leaf");
        Cid shared = node(leaf);
        Cid left = node(shared, raw("left"));
        Cid right = node(leaf, shared, raw("right"));
        Cid root = node(left, right, left);
        assertEquals(
                List.of(root, left, shared, leaf, raw("left"), right, raw("right")),
                walk(root, right));
    }

    @Test
    void goesOnBehindWhatIsMissingOrMalformed() throws IOException {
        Cid missing = Cid.of(Codec.DAG_CBOR, Bytes.utf8("elsewhere"));
        Cid malformed = put(Block.of(Codec.DAG_CBOR, Bytes.ofHex("ff")));
        Cid root = node(missing, malformed, raw("leaf"));
        var walk = new DagWalk(this::block, List.of(root));
        walk.next();
        assertEquals(Optional.of(new Visit.Missing(missing)), walk.next());
        assertEquals(Visit.Malformed.class, walk.next().orElseThrow().getClass());
        assertEquals(raw("leaf"), walk.next().orElseThrow().cid());
        assertEquals(Optional.empty(), walk.next());
    }

    @Test
    void takesBothVersionsOfAnIdentifierForOneBlock() throws IOException {
        Cid one = put(Block.of(Codec.DAG_PB, Bytes.EMPTY));
        Cid zero = new Cid(0, one.codec(), one.hash());
        assertEquals(List.of(zero), walk(zero, one));
    }

    @Test
    void readsInlineBlocksOutOfTheirIdentifiers() throws IOException {
        Cid inline = Cid.parse("bafkqabtjnzwgs3tf");
        var walk = new DagWalk(this::block, List.of(inline));
        assertEquals(
                Optional.of(new Visit.Found(new Block(inline, Bytes.utf8("inline")), List.of())),
                walk.next());
    }

    @Test
    void followsAChainOfAnyLength() throws IOException {
        Cid top = raw("bottom");
        for (int i = 0; i < 20_000; i++) {
            top = node(top);
        }
        assertEquals(20_001, walk(top).size());
    }

    @Test
    void anArchiveHoldsTheWalkAndTellsWhatIsMissing() throws IOException {
        Cid missing = Cid.of(Codec.RAW, Bytes.utf8("elsewhere"));
        Cid inner = node(raw("a"), missing, raw("b"));
        Cid root = node(raw("b"), inner);
        var out = new ByteArrayOutputStream();
        assertEquals(List.of(missing), CarWriter.write(out, List.of(root, inner), this::block));
        try (var reader = CarReader.open(Bytes.wrap(out.toByteArray()).toInputStream())) {
            assertEquals(List.of(root, inner), reader.roots());
            for (Cid cid : List.of(root, raw("b"), inner, raw("a"))) {
                assertEquals(cid, reader.next().orElseThrow().cid());
            }
            assertEquals(Optional.empty(), reader.next());
        }
    }

    private List<Cid> walk(Cid... roots) throws IOException {
        var visited = new ArrayList<Cid>();
        var walk = new DagWalk(this::block, List.of(roots));
        for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            visited.add(visit.get().cid());
        }
        return visited;
    }

    private Optional<Bytes> block(Cid cid) {
        return Optional.ofNullable(blocks.get(cid.toV1()));
    }

    private Cid raw(String text) {
        return put(Block.of(Codec.RAW, Bytes.utf8(text)));
    }

    private Cid node(Cid... links) throws FormatException {
        return put(Block.of(Codec.DAG_CBOR, new CborWriter().links(List.of(links)).toBytes()));
    }

    private Cid put(Block block) {
        blocks.put(block.cid(), block.bytes());
        return block.cid();
    }
}

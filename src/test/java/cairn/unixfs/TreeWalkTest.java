package cairn.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.PbLink;
import cairn.ipld.PbNode;
import cairn.unixfs.TreeWalk.Visit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeWalkTest {
    private final MemoryBlocks blocks = new MemoryBlocks();

    @ParameterizedTest
    @ValueSource(strings = {"balanced-wrapped", "trickle", "inline", "sharded-16", "sharded-256"})
    void findsEachBlockOnce(String name) throws IOException {
        Cid root = load(name);
        List<Cid> found = cids(walk(root, new HashSet<>()));
        assertEquals(blocks.blocks.size(), found.size());
        assertEquals(
                blocks.blocks.keySet(), found.stream().map(Cid::toV1).collect(Collectors.toSet()));
    }

    @Test
    void visitsParentsFirstAndChildrenInOrder() throws IOException {
        Cid x = leaf("x");
        Cid y = leaf("y");
        Cid left = node(x, y);
        Cid right = node(y, x);
        Cid root = node(left, right, x);
        assertEquals(
                List.of(
                        inner(root),
                        inner(left),
                        new Visit.Leaf(x),
                        new Visit.Leaf(y),
                        inner(right)),
                walk(root, new HashSet<>()));
        assertEquals(List.of(root, left, right), blocks.read, "leaves are not read");
    }

    @Test
    void leavesOutWhatAnEarlierWalkFound() throws IOException {
        Cid x = leaf("x");
        Cid left = node(x);
        Cid right = node(x, left);
        var seen = new HashSet<Cid>();
        assertEquals(List.of(left, x), cids(walk(left, seen)));
        assertEquals(List.of(right), cids(walk(right, seen)));
        assertEquals(List.of(), walk(right, seen));
    }

    @Test
    void goesOnAfterAMissingBlock() throws IOException {
        Cid x = leaf("x");
        Cid gone = node(leaf("y"));
        Cid root = node(gone, x);
        blocks.blocks.remove(gone);
        assertEquals(
                List.of(inner(root), new Visit.Missing(gone), new Visit.Leaf(x)),
                walk(root, new HashSet<>()));
    }

    @Test
    void canGoOnAfterAMalformedBlock() throws IOException {
        var malformed = Block.of(Codec.DAG_PB, Bytes.utf8("?"));
        blocks.put(malformed);
        Cid x = leaf("x");
        var walk = new TreeWalk(blocks, node(malformed.cid(), x), new HashSet<>()::add);
        walk.next();
        var e = assertThrows(FormatException.class, walk::next);
        assertEquals(
                "dag-pb at byte 0: block %s: unknown field 0x3f".formatted(malformed.cid()),
                e.getMessage());
        assertEquals(Optional.of(new Visit.Leaf(x)), walk.next());
        assertEquals(Optional.empty(), walk.next());
    }

    @Test
    void visitsABlockOnceUnderBothVersionsOfItsIdentifier() throws IOException {
        Cid inner = node(leaf("x"));
        var version0 = new Cid(0, inner.codec(), inner.hash());
        Cid root = node(version0, inner);
        assertEquals(List.of(root, version0, leaf("x")), cids(walk(root, new HashSet<>())));
    }

    private List<Visit> walk(Cid root, Set<Cid> seen) throws IOException {
        var walk = new TreeWalk(blocks, root, seen::add);
        var visits = new ArrayList<Visit>();
        for (Optional<Visit> visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            visits.add(visit.get());
        }
        return visits;
    }

    private static List<Cid> cids(List<Visit> visits) {
        return visits.stream().map(Visit::cid).toList();
    }

    private Visit inner(Cid cid) {
        return new Visit.Inner(
                new Block(cid, Optional.ofNullable(blocks.blocks.get(cid)).orElseThrow()));
    }

    private Cid leaf(String text) {
        var block = Block.of(Codec.RAW, Bytes.utf8(text));
        blocks.put(block);
        return block.cid();
    }

    private Cid node(Cid... children) {
        var links = List.of(children).stream().map(cid -> new PbLink(cid, Bytes.EMPTY, 0)).toList();
        var block = Block.of(Codec.DAG_PB, new PbNode(links, Bytes.EMPTY).encode());
        blocks.put(block);
        return block.cid();
    }

    private Cid load(String name) throws IOException {
        return blocks.load(Listing.FIXTURES.resolve("ok", name + ".car"));
    }
}

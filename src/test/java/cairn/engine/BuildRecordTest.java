package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.DagCbor;
import cairn.ipld.Node;
import cairn.nix.StorePath;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BuildRecordTest {
    private static final String DERIVATION =
            "/nix/store/b1jdypy037ghhligxwvx0kyckmw8sfq2-hello-2.12.1.drv";

    /// What `@ipld/dag-cbor` 10.0.2 writes for [#record()].
    private static final Bytes ENCODED =
            Bytes.ofHex(
                    "ab636c6f67d82a58250001551220836ff184e7b41b1e13cb5fd89fa1de98dbbab99e9d2918913ff43b86a5c7"
                            + "c213646b696e646b6e69782e6275696c642f3166737461747573676375742d6f66666673797374656d6c7838"
                            + "365f36342d6c696e7578676275696c646572672f62696e2f73686764727650617468783c2f6e69782f73746f"
                            + "72652f62316a647970793033376768686c696778777678306b79636b6d7738736671322d68656c6c6f2d322e"
                            + "31322e312e647276676f757470757473a363646576d82a58250001551220ef260e9aa3c673af240d17a26604"
                            + "80361a8e081d1ffeca2a5ed0e3219fc18567636f7574d82a58250001551220762069bc07a6e1b5df123a5ae7"
                            + "bd91c10daa04694fbaa17fba0cd6a8dcce8f22646c696232d82a582500015512207cdacf15bed300bef18d04"
                            + "50b706e0778e49c9c31bd742e691c3f464d35394926770726f6a656374637765626973746172746564417"
                            + "41b0000018bcfe568006a64657269766174696f6ef66a66696e697368656441741b0000018bcfe56cd2");

    private static BuildRecord record() throws FormatException {
        return new BuildRecord(
                "web",
                StorePath.parse(DERIVATION),
                "x86_64-linux",
                "/bin/sh",
                Optional.empty(),
                new TreeMap<>(Map.of("out", cid("out"), "dev", cid("dev"), "lib2", cid("lib2"))),
                Instant.ofEpochMilli(1_700_000_000_000L),
                Instant.ofEpochMilli(1_700_000_001_234L),
                BuildRecord.Status.CUT_OFF,
                Optional.of(cid("log")));
    }

    private static Cid cid(String content) {
        return Cid.of(Codec.RAW, Bytes.utf8(content));
    }

    @Test
    void isWhatAnotherImplementationWrites() throws FormatException {
        assertEquals(ENCODED, record().encode());
        assertEquals(
                "bafyreibjv2unyznp7t4re4lebde6ncgtqftgjk3d32yma6g727qsdcpwg4",
                record().toBlock().cid().toString());
        assertEquals(record(), BuildRecord.decode(ENCODED));
        assertEquals("hello-2.12.1", record().name());
    }

    @Test
    void refusesEveryTruncation() {
        for (int length = 0; length < ENCODED.length(); length++) {
            Bytes start = ENCODED.slice(0, length);
            assertThrows(FormatException.class, () -> BuildRecord.decode(start));
        }
    }

    @Test
    void refusesWhatTheSchemaDoesNotKnow() throws FormatException {
        var changes = new LinkedHashMap<String, List<Node>>();
        changes.put("kind", List.of(new Node.Text("nix.build/2"), new Node.Int(1)));
        changes.put("status", List.of(new Node.Text("fine"), new Node.Null()));
        changes.put("project", List.of(new Node.Text(""), new Node.Text("a.b")));
        changes.put(
                "drvPath",
                List.of(
                        new Node.Text("/nix/store/hello.drv"),
                        new Node.Text(DERIVATION.replace(".drv", ""))));
        changes.put("system", List.of(new Node.Link(cid("system"))));
        changes.put("builder", List.of(new Node.List(List.of())));
        changes.put("derivation", List.of(new Node.Text("none")));
        changes.put(
                "outputs",
                List.of(
                        new Node.Text("out"),
                        new Node.Map(new LinkedHashMap<>(Map.of("a/b", new Node.Link(cid("x"))))),
                        new Node.Map(new LinkedHashMap<>(Map.of("out", new Node.Text("x"))))));
        changes.put("startedAt", List.of(new Node.Int(-1), new Node.Int(1_700_000_001_235L)));
        changes.put(
                "finishedAt",
                List.of(
                        new Node.Int(0),
                        new Node.Int(253_402_300_800_000L), // the year 10000
                        new Node.Text("now")));
        changes.put("log", List.of(new Node.Bool(false)));
        changes.put("more", List.of(new Node.Null()));
        for (var change : changes.entrySet()) {
            for (Node value : change.getValue()) {
                var fields = new LinkedHashMap<>(((Node.Map) DagCbor.decode(ENCODED)).entries());
                fields.put(change.getKey(), value);
                Bytes changed = DagCbor.encode(new Node.Map(fields));
                assertThrows(
                        FormatException.class,
                        () -> BuildRecord.decode(changed),
                        change.getKey() + " as " + value);
            }
        }
    }

    @Test
    void tellsItsKindFromOthers() throws FormatException {
        assertTrue(BuildRecord.isKind(record().toBlock()));
        assertFalse(BuildRecord.isKind(Block.of(Codec.RAW, ENCODED)));
        assertFalse(BuildRecord.isKind(Block.of(Codec.DAG_CBOR, Bytes.ofHex("a0"))));
    }
}

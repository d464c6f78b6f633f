package cairn.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.board.Board.Place;
import cairn.board.Intent.Status;
import cairn.board.Outcome.Kind;
import cairn.board.Write.Step;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import cairn.engine.Engine;
import cairn.store.Progress;
import cairn.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoardTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir private Path room;

    private Store store;
    private Board board;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(room.resolve("home"));
        board = new Board(store);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static Fact fact(String id, String description) {
        return new Fact(id, description, "agent", "origin", NOW, Optional.empty());
    }

    private static Write.SubmitFact submit(String id) {
        return new Write.SubmitFact("p", fact(id, "\"" + id + "\""));
    }

    private static Write.SubmitIntent intent(String id, String... sources) {
        return new Write.SubmitIntent("p", id, List.of(sources), "find out", "agent", NOW);
    }

    private static Write.Work work(Step step, String intent, String worker) {
        return new Write.Work("p", step, intent, worker, NOW);
    }

    private static Write.Conclude conclude(String intent, String worker, String fact) {
        return new Write.Conclude("p", new Fact(fact, "{}", worker, intent, NOW, Optional.empty()));
    }

    private Kind write(Write write) throws IOException {
        return board.write(write).kind();
    }

    /// Checked with `printf %s … | sha256sum`.
    @Test
    void idsAreHashesOfTheFields() {
        assertEquals(
                "9c19107f1e43ebc4335dd4192443a28336dcefb7be70ad4b79b34c9adf889cab",
                FihHash.fact("{\"a\":1}", "agent", "origin"));
        assertEquals(
                "0328b184cf9308a35f80dcce73e92b8c323ae415b49e6952e44b762a7353728d",
                FihHash.intent(List.of("f2", "f1"), "find out", "agent"));
        assertEquals(
                "00e73eb2d9bf582dc96101f1cbcabf9e2c79746910d054f4e3627bfc0eaea074",
                FihHash.hint("mind ü", "agent"));
    }

    @Test
    void theFirstWriteOfAnIdWins() throws IOException {
        assertEquals(Kind.DONE, write(submit("f")));
        assertEquals(Kind.KNOWN, write(new Write.SubmitFact("p", fact("f", "\"another\""))));
        assertEquals(Optional.of(fact("f", "\"f\"")), board.fact("p", "f"));
        assertEquals(Optional.empty(), board.fact("q", "f"), "a project has ids of its own");
        assertEquals(1, store.catalog().events(Board.TOPIC, 0, 10).size(), "what changed nothing");
    }

    @Test
    void anIntentIsClaimedByOneAndConcludedByHim() throws IOException {
        assertEquals(
                new Outcome(Kind.MISSING, "f", "fact f is not here"),
                board.write(intent("i", "f")));
        write(submit("f"));
        assertEquals(Kind.DONE, write(intent("i", "f")));
        assertEquals(Kind.DONE, write(work(Step.CLAIM, "i", "one")));
        assertEquals(Kind.KNOWN, write(work(Step.CLAIM, "i", "one")));
        assertEquals(
                new Outcome(Kind.CONFLICT, "i", "one has claimed intent i"),
                board.write(work(Step.CLAIM, "i", "two")));
        for (Write other :
                List.of(
                        work(Step.HEARTBEAT, "i", "two"),
                        work(Step.RELEASE, "i", "two"),
                        conclude("i", "two", "g"))) {
            assertEquals(Kind.CONFLICT, write(other));
        }
        assertEquals(Kind.DONE, write(work(Step.HEARTBEAT, "i", "one")));
        assertEquals(Kind.DONE, write(work(Step.RELEASE, "i", "one")));
        assertEquals(
                new Outcome(Kind.CONFLICT, "i", "nobody has claimed intent i"),
                board.write(conclude("i", "one", "g")));
        assertEquals(Kind.DONE, write(work(Step.CLAIM, "i", "two")));
        assertEquals(Kind.DONE, write(conclude("i", "two", "g")));
        assertEquals(Kind.KNOWN, write(conclude("i", "two", "g")), "said again");
        assertEquals(Kind.CONFLICT, write(conclude("i", "two", "h")));
        var concluded = board.intent("p", "i").orElseThrow();
        assertEquals(Status.CONCLUDED, concluded.status());
        assertEquals(List.of("f"), concluded.sources());
        assertEquals(Optional.of("g"), concluded.fact());
        var found = board.fact("p", "g").orElseThrow();
        assertEquals("two", found.creator());
        assertEquals("i", found.origin());
    }

    @Test
    void whatExpiresGoesWhenSomebodyAsks() throws IOException {
        var end = NOW.plusSeconds(60);
        board.write(
                new Write.SubmitFact(
                        "p", new Fact("f", "{}", "agent", "origin", NOW, Optional.of(end))));
        board.write(submit("forever"));
        assertEquals(
                new Outcome(Kind.CONFLICT, "f", "fact f is good until 2026-01-02T03:05:05.678Z"),
                board.write(new Write.Expire("p", "f", NOW)));
        assertEquals(Kind.CONFLICT, write(new Write.Expire("p", "forever", end)));
        assertEquals(Kind.DONE, write(new Write.Expire("p", "f", end)));
        assertEquals(Optional.empty(), board.fact("p", "f"));
        assertEquals(3, store.catalog().events(Board.TOPIC, 0, 10).size(), "the events stay");
    }

    @Test
    void aConclusionIsWrittenWholeOrNotAtAll() throws IOException {
        board.ingest(List.of(submit("f"), intent("i", "f"), work(Step.CLAIM, "i", "one")));
        String before = board.hash();
        assertThrows(
                IllegalStateException.class,
                () ->
                        store.commit(tx -> {
                            var _ =
                                    new Tables(tx.connection())
                                            .take(conclude("i", "one", "g"), true);
                            throw new IllegalStateException();
                        }));
        assertEquals(before, board.hash());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void replayingTheEventsGivesTheSameBoard(long seed) throws IOException {
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            var write = random(random);
            if (random.nextBoolean()) {
                board.write(write);
            } else {
                board.write(write, new Place("stream", i));
            }
        }
        String hash = board.hash();
        assertNotEquals(hash, new Board(Store.open(room.resolve("empty"))).hash());
        var facts = board.facts("p", 0, 1000);
        var intents = board.intents("p", 0, 1000);
        assertTrue(facts.size() > 5 && intents.size() > 2, "the writes did something");
        board.rebuild();
        assertEquals(hash, board.hash());
        assertEquals(facts, board.facts("p", 0, 1000));
        assertEquals(intents, board.intents("p", 0, 1000));
        long heard = board.heard("stream");

        store.close();
        Files.delete(room.resolve("home/index.db"));
        Store.repair(room.resolve("home"), Progress.NONE);
        open();
        assertEquals(hash, board.hash(), "also when the whole index is made anew");
        assertEquals(heard, board.heard("stream"));
    }

    private static Write random(Random random) {
        String id = "f" + random.nextInt(20);
        String intent = "i" + random.nextInt(15);
        String worker = "w" + random.nextInt(2);
        return switch (random.nextInt(8)) {
            case 0 ->
                    new Write.SubmitFact(
                            "p",
                            new Fact(
                                    id,
                                    "\"%d\"".formatted(random.nextInt(3)),
                                    worker,
                                    "origin",
                                    NOW,
                                    random.nextBoolean() ? Optional.of(NOW) : Optional.empty()));
            case 1 -> intent(intent, id);
            case 2 -> new Write.SubmitHint("p", new Hint(id, "mind", worker, NOW));
            case 3 -> work(Step.CLAIM, intent, worker);
            case 4 -> work(Step.HEARTBEAT, intent, worker);
            case 5 -> work(Step.RELEASE, intent, worker);
            case 6 -> conclude(intent, worker, id);
            default -> new Write.Expire("p", id, NOW);
        };
    }

    @Test
    void ofManyWhoClaimAtOnceOneHolds() throws Exception {
        board.ingest(List.of(submit("f"), intent("i", "f")));
        try (var threads = Executors.newFixedThreadPool(8)) {
            var claims = new ArrayList<Callable<Kind>>();
            for (int i = 0; i < 8; i++) {
                String worker = "w" + i;
                claims.add(() -> write(work(Step.CLAIM, "i", worker)));
            }
            var outcomes = new ArrayList<Kind>();
            for (var claim : threads.invokeAll(claims)) {
                outcomes.add(claim.get());
            }
            assertEquals(1, outcomes.stream().filter(Kind.DONE::equals).count());
            assertEquals(7, outcomes.stream().filter(Kind.CONFLICT::equals).count());
        }
    }

    @Test
    void theOrderOfTheStreamDecides() throws IOException {
        board.write(submit("f"));
        board.write(intent("mine", "f"));
        assertEquals(
                List.of("f"),
                board.ownAfter(0, 10).stream().map(own -> own.write().target()).toList());
        assertEquals(
                Kind.MISSING,
                board.write(intent("i", "f"), new Place("s", 1)).kind(),
                "others have no such fact");
        var theirs = fact("f", "\"theirs\"");
        assertEquals(
                Kind.DONE,
                board.write(new Write.SubmitFact("p", theirs), new Place("s", 2)).kind());
        assertEquals(Optional.of(theirs), board.fact("p", "f"));
        assertEquals(Kind.KNOWN, board.write(submit("f"), new Place("s", 3)).kind());
        assertEquals(Optional.of(theirs), board.fact("p", "f"));
        assertEquals(Kind.DONE, board.write(intent("i", "f"), new Place("s", 4)).kind());
        var claim = work(Step.CLAIM, "i", "one");
        assertEquals(Kind.DONE, board.write(claim, new Place("s", 5)).kind());
        board.write(work(Step.RELEASE, "i", "one"), new Place("s", 6));
        assertEquals(Kind.KNOWN, board.write(claim, new Place("s", 5)).kind(), "heard again");
        assertEquals(Status.SUBMITTED, board.intent("p", "i").orElseThrow().status());
        assertEquals(6, board.heard("s"));
        assertEquals(
                Kind.MISSING,
                board.write(work(Step.CLAIM, "mine", "one"), new Place("s", 7)).kind());
    }

    @Test
    void listsGoOnWhereTheLastOneEnded() throws IOException {
        board.ingest(List.of(submit("c"), submit("a"), submit("b")));
        var first = board.facts("p", 0, 2);
        assertEquals(List.of("c", "a"), first.stream().map(row -> row.value().id()).toList());
        var second = board.facts("p", first.getLast().number(), 2);
        assertEquals(List.of("b"), second.stream().map(row -> row.value().id()).toList());
        assertEquals(List.of("p"), board.projects());
    }

    @Test
    void whatAFactNamesIsKept() throws IOException {
        store.close();
        try (var engine = Engine.open(room.resolve("home"), () -> NOW)) {
            Path file = Files.writeString(room.resolve("file"), "content");
            var path = engine.add("file", file, false, Progress.NONE);
            Cid absent = Cid.parse("bafkreigzfgfbbunqonmdpxcl3bo2yza3b46o6j5epzovhjkpf47vwl6p7i");
            engine.board()
                    .write(
                            new Write.SubmitFact(
                                    "p",
                                    new Fact(
                                            "f",
                                            "{\"env\": [{\"/\": \"%s\"}, \"%s\", \"no cid\"]}"
                                                    .formatted(path.cid(), absent),
                                            "agent",
                                            "origin",
                                            NOW,
                                            Optional.of(NOW))));
            var _ = engine.store().collect(engine.roots(), Progress.NONE);
            assertEquals(1, engine.catalog().storePaths().size());
            engine.board().write(new Write.Expire("p", "f", NOW));
            var _ = engine.store().collect(engine.roots(), Progress.NONE);
            assertEquals(0, engine.catalog().storePaths().size());
        }
        open();
    }

    @Test
    void writesAreTheSameInJson() throws FormatException {
        var expiring = new Fact("f", "{\"ü\":1}", "agent", "o", NOW, Optional.of(NOW));
        for (Write write :
                List.of(
                        submit("f"),
                        new Write.SubmitFact("p", expiring),
                        intent("i", "b", "a"),
                        new Write.SubmitHint("p", new Hint("h", "mind", "agent", NOW)),
                        work(Step.CLAIM, "i", "one"),
                        work(Step.HEARTBEAT, "i", "one"),
                        work(Step.RELEASE, "i", "one"),
                        conclude("i", "one", "g"),
                        new Write.Expire("p", "f", NOW))) {
            assertEquals(write, Write.parse(JsonObject.parse("board", write.toBytes())));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {}                                                              | project is lacking
                    {"project": "p", "at": 1, "write": "erase"}                     | there is no erase
                    {"project": "a.b", "at": 1, "write": "expire", "fact": "f"}     | project is no name of up to 64 letters, digits, '_' and '-'
                    {"project": "p", "at": "1", "write": "expire", "fact": "f"}     | at is no time
                    {"project": "p", "at": 1, "write": "claim", "intent": "i"}      | worker is lacking
                    {"project": "p", "at": 1, "write": "claim", "intent": "i", "worker": ""} | worker is none of 1 to 256 characters, no control characters among them
                    {"project": "p", "at": 1, "write": "claim", "intent": "i", "worker": "\\ud800"} | worker is none of 1 to 256 characters, no control characters among them
                    {"project": "p", "at": 1, "write": "submit-fact", "creator": "c", "origin": "o", "description": "{"} | description is no JSON
                    {"project": "p", "at": 1, "write": "submit-intent", "sources": "f"} | sources is no list
                    {"project": "p", "project": "q"}                                | no JSON: Duplicate Object property "project"
                    """)
    void saysWhatIsWrongWithAWrite(String json, String problem) {
        var e =
                assertThrows(
                        FormatException.class,
                        () -> Write.parse(JsonObject.parse("board", Bytes.utf8(json))));
        assertEquals("board at byte 0: " + problem, e.getMessage());
    }
}

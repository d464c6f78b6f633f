package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.CacheServer;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.engine.Substituters;
import cairn.ui.model.NodeSwitch.State;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSwitchTest {
    @TempDir private Path folder;
    private final Told told = new Told();
    private Instant now = Samples.NOW;
    private Engine engine;
    private Optional<IOException> refusal = Optional.empty();
    private CacheSwitch serving;
    private NodeSwitch node;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(folder.resolve("home"), () -> now);
        serving =
                new CacheSwitch(
                        engine,
                        (_, _) -> {
                            if (refusal.isPresent()) {
                                throw refusal.get();
                            }
                            return told;
                        });
        node = new NodeSwitch(engine, serving, new DirectWork());
    }

    @AfterEach
    void close() throws IOException {
        serving.close();
        engine.close();
    }

    @Test
    void tellsHowFastItAnswersOfLate() {
        node.turnOn();
        now = now.plusSeconds(60);
        told.traffic = new CacheServer.Traffic(100, 1, 1, 0, 5000, 0);
        node.look();
        assertEquals(0, node.flowProperty().get().requests());
        now = now.plusSeconds(2);
        told.traffic = new CacheServer.Traffic(110, 1, 1, 0, 9000, 600);
        node.look();
        var flow = node.flowProperty().get();
        assertEquals(5, flow.requests());
        assertEquals(2000, flow.out());
        assertEquals(300, flow.in());
        assertEquals(List.of(5000 / 60.0, 2300.0), flow.course());
    }

    @Test
    void tellsWhyItIsNotOnAndTriesAgain() {
        refusal = Optional.of(new IOException("the port is taken"));
        node.turnOn();
        assertTrue(
                node.stateProperty().get() instanceof State.Failed(var problem)
                        && problem.sentence().equals("This did not work: the port is taken."));
        refusal = Optional.empty();
        node.turnOn();
        assertEquals(Optional.of(told), node.server());
        node.turnOff();
        assertEquals(new State.Off(), node.stateProperty().get());
        assertEquals(Optional.empty(), serving.server());
    }

    @Test
    void requestsStayThatTheServerHasForgotten() {
        var model =
                new NodeModel(
                        node,
                        new Library(engine),
                        new DirectWork(),
                        new Side(new Place.Node(), _ -> {}, _ -> {}));
        node.turnOn();
        told.answer(1, 3);
        told.traffic = new CacheServer.Traffic(3, 0, 0, 0, 0, 0);
        node.look();
        told.answer(3, 5);
        told.traffic = new CacheServer.Traffic(5, 0, 0, 0, 0, 0);
        node.look();
        assertEquals(
                List.of(5L, 4L, 3L, 2L, 1L),
                model.requests().rows().stream().map(row -> row.request().number()).toList());
        model.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/nix-cache-info, CACHE_INFO",
        "/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r.narinfo, NARINFO",
        "/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r.ls, LISTING",
        "/nar/0000000000000000000000000000000000000000000000000000.nar, NAR",
        "/realisations/sha256:00!out.doi, REALISATION",
        "/log/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r-hello.drv, LOG",
        "/serve/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r/bin/hello, FILE",
        "/ipfs/bafkqaaa?format=raw, BLOCK",
        "/metrics, METRICS",
        "/, OTHER",
        "nothing, OTHER"
    })
    void knowsWhatIsAskedFor(String target, Asked.Kind kind) throws IOException {
        assertEquals(kind, Asked.of(target, engine.catalog()).kind());
    }

    /// A server that says what it is told to.
    private static final class Told implements CacheServer {
        private Traffic traffic = new Traffic(0, 0, 0, 0, 0, 0);
        private List<Request> requests = List.of();

        private void answer(int first, int last) {
            var newest = new ArrayList<Request>();
            IntStream.rangeClosed(first, last)
                    .mapToObj(number ->
                            new Request(
                                    number,
                                    Samples.NOW,
                                    "127.0.0.1",
                                    "GET",
                                    "/metrics",
                                    200,
                                    1,
                                    Duration.ZERO,
                                    true))
                    .forEach(newest::addFirst);
            requests = List.copyOf(newest);
        }

        @Override
        public URI address() {
            return URI.create("http://127.0.0.1:1");
        }

        @Override
        public Settings settings() {
            return Settings.reading(1);
        }

        @Override
        public Traffic traffic() {
            return traffic;
        }

        @Override
        public List<Substituters.Health> upstreams() {
            return List.of();
        }

        @Override
        public List<Request> requests() {
            return requests;
        }

        @Override
        public boolean isOffline() {
            return false;
        }

        @Override
        public void setOffline(boolean offline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}

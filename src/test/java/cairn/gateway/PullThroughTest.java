package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.engine.Engine;
import cairn.engine.Substituters;
import cairn.nix.NarInfo;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.store.PathInfo;
import cairn.store.StoredPath;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node that draws on other stores.
class PullThroughTest {
    @TempDir private Path folder;

    @Test
    void whatWasAskedForOnceSurvivesWhereItCameFrom() throws Exception {
        var third = Served.readable(folder.resolve("third"));
        var stored = third.add(tree("hello"), "tree");
        try (var second = drawing(TrustedKeys.NONE, third.url())) {
            String narInfo = "/" + stored.info().path().hash() + ".narinfo";
            byte[] asked = second.get(narInfo).body();
            String url = "/" + NarInfo.decode(Bytes.wrap(asked)).url();
            assertTrue(second.engine().catalog().paths().isEmpty());
            byte[] archive = third.get(url).body();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var answers =
                        IntStream.range(0, 8)
                                .mapToObj(_ -> threads.submit(() -> second.get(url).body()))
                                .toList();
                for (var answer : answers) {
                    assertArrayEquals(archive, answer.get());
                }
            }
            assertEquals(
                    List.of(stored.cid()),
                    second.engine().catalog().paths().stream().map(StoredPath::cid).toList());
            third.close();
            assertArrayEquals(asked, second.get(narInfo).body());
            assertArrayEquals(archive, second.get(url).body());
        }
    }

    /// As Nix does, which remembers narinfos for a month.
    @Test
    void anArchiveIsFetchedForWhoWasToldOfItBeforeARestart() throws Exception {
        try (var third = Served.readable(folder.resolve("third"))) {
            var stored = third.add(tree("hello"), "tree");
            String url;
            try (var second = drawing(TrustedKeys.NONE, third.url())) {
                String narInfo = "/" + stored.info().path().hash() + ".narinfo";
                url = "/" + NarInfo.decode(Bytes.wrap(second.get(narInfo).body())).url();
            }
            try (var second = drawing(TrustedKeys.NONE, third.url())) {
                assertArrayEquals(third.get(url).body(), second.get(url).body());
                assertEquals(
                        List.of(stored.cid()),
                        second.engine().catalog().paths().stream().map(StoredPath::cid).toList());
            }
        }
    }

    @Test
    void onlyWhatATrustedKeySignedIsPassedOn() throws Exception {
        var key = SecretKey.generate("cache-1", new SecureRandom());
        try (var third = Served.readable(folder.resolve("third"));
                var second = drawing(new TrustedKeys(List.of(key.publicKey())), third.url())) {
            var unsigned = third.add(tree("one"), "one").info();
            var signed = third.add(tree("two"), "two").info();
            String loose = put(third, unsigned, "/nix/store/" + "0".repeat(32) + "-one", List.of());
            String tight = "/nix/store/" + "1".repeat(32) + "-two";
            String fingerprint =
                    NarInfo.fingerprint(
                            StorePath.parse(tight), signed.narHash(), signed.narSize(), List.of());
            put(third, signed, tight, List.of(key.sign(Bytes.utf8(fingerprint)).toString()));
            assertEquals(200, third.get(loose).statusCode());
            assertEquals(404, second.get(loose).statusCode());
            var info =
                    NarInfo.decode(
                            Bytes.wrap(second.get("/" + "1".repeat(32) + ".narinfo").body()));
            assertEquals(200, second.get("/" + info.url()).statusCode());
            assertEquals(
                    tight, second.engine().catalog().paths().getFirst().info().path().toString());
        }
    }

    @Test
    void aDeadStoreIsAskedOnceAndAnAbsentPathToo() throws Exception {
        var now = Instant.parse("2026-01-01T00:00:00Z");
        try (var third = Served.readable(folder.resolve("third"));
                var engine = Engine.open(folder.resolve("home"), () -> now);
                var stores =
                        Substituters.open(
                                engine,
                                List.of(third.url(), "http://127.0.0.1:1?priority=10"),
                                TrustedKeys.NONE)) {
            String absent = "0".repeat(32);
            assertEquals(Optional.empty(), stores.info(absent));
            assertEquals(Optional.empty(), stores.info(absent));
            var health = stores.health();
            assertEquals(
                    List.of(Substituters.State.RESTING, Substituters.State.WORKING),
                    health.stream().map(Substituters.Health::state).toList());
            assertEquals(
                    List.of(10, 50), health.stream().map(Substituters.Health::priority).toList());
            assertEquals(List.of(1L, 2L), health.stream().map(Substituters.Health::asked).toList());
            assertEquals(now.plusSeconds(15), health.getFirst().restsUntil());
        }
    }

    @Test
    void whatIsMissingIsMissingAtOnceWhileOffline() throws Exception {
        try (var third = Served.readable(folder.resolve("third"));
                var second = drawing(TrustedKeys.NONE, third.url())) {
            String narInfo =
                    "/" + third.add(tree("hello"), "tree").info().path().hash() + ".narinfo";
            byte[] info = second.get(narInfo).body();
            String url = "/" + NarInfo.decode(Bytes.wrap(info)).url();
            second.server().setOffline(true);
            long asked = third.server().traffic().requests();
            assertEquals(404, second.get(narInfo).statusCode());
            assertEquals(404, second.get(url).statusCode());
            assertEquals(asked, third.server().traffic().requests());
            assertEquals(
                    Substituters.State.OFFLINE, second.server().upstreams().getFirst().state());
            second.server().setOffline(false);
            assertEquals(200, second.get(url).statusCode());
            assertEquals(1, second.server().traffic().fetched());
        }
    }

    private String put(Served node, PathInfo like, String path, List<String> signatures)
            throws IOException {
        var name = StorePath.parse(path);
        node.engine()
                .local()
                .put(
                        new PathInfo(
                                name,
                                like.narHash(),
                                like.narSize(),
                                List.of(),
                                Optional.empty(),
                                signatures,
                                Optional.empty()),
                        new TreeReader(folder.resolve("tree-" + name.name())));
        return "/" + name.hash() + ".narinfo";
    }

    private Served drawing(TrustedKeys trusted, String substituter) throws IOException {
        return Served.drawing(folder.resolve("second"), trusted, List.of(substituter));
    }

    private Path tree(String content) throws IOException {
        Path tree = folder.resolve("tree-" + content);
        Served.file(tree.resolve("file"), content);
        return tree;
    }
}

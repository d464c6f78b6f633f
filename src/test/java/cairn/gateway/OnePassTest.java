package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.nix.NarCompression;
import cairn.nix.NarInfo;
import cairn.nix.NixBase32;
import cairn.nix.TreeReader;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Paths that pass through a node while it stores them, from stores that keep their promises and
/// from others.
class OnePassTest {
    private static final String HASH = "g4pss6y41yympq9ixm4zvyrb2kyzlvkc";
    private static final String PATH = "/nix/store/" + HASH + "-large";
    private static final String NAR_INFO = "/" + HASH + ".narinfo";
    private static final int SIZE = 3 << 20;

    @TempDir private Path folder;

    private SecretKey key;
    private FakeCache cache;
    private FakeCache other;
    private Served node;
    private byte[] nar;
    private String url;

    @BeforeEach
    void serve() throws Exception {
        key = SecretKey.generate("cache-1", new SecureRandom());
        cache = new FakeCache();
        other = new FakeCache();
        byte[] content = new byte[SIZE];
        new Random(1).nextBytes(content);
        nar = FakeCache.nar(new TreeReader(Files.write(folder.resolve("large"), content)));
        url = "/" + url(cache.offer(PATH, nar, nar, key));
        node =
                Served.drawing(
                        folder.resolve("home"),
                        new TrustedKeys(List.of(key.publicKey())),
                        List.of(cache.url() + "?priority=1", other.url() + "?priority=2"));
        assertEquals(200, node.get(NAR_INFO).statusCode());
    }

    @AfterEach
    void stop() throws IOException {
        cache.close();
        other.close();
        node.close();
    }

    @Test
    void theBytesFlowWhileTheyAreStored() throws Exception {
        var goOn = cache.stopsAfter(2 << 20);
        try (var socket = node.connect()) {
            send(socket, url);
            var in = socket.getInputStream();
            assertEquals("HTTP/1.1 200 OK", header(in).lines().findFirst().orElseThrow());
            // It comes although the store has not given the rest, and is not here yet.
            assertArrayEquals(Arrays.copyOf(nar, 1 << 20), in.readNBytes(1 << 20));
            assertEquals(List.of(), node.engine().catalog().paths());
            goOn.countDown();
            assertArrayEquals(
                    Arrays.copyOfRange(nar, 1 << 20, nar.length),
                    in.readNBytes(nar.length - (1 << 20)));
        }
        assertEquals(1, node.engine().catalog().paths().size());
    }

    @Test
    void allWhoAskAreGivenWhatComesOnce() throws Exception {
        var goOn = cache.stopsAfter(1 << 20);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers =
                    IntStream.range(0, 16)
                            .mapToObj(_ -> threads.submit(() -> node.get(url).body()))
                            .toList();
            goOn.countDown();
            for (var answer : answers) {
                assertArrayEquals(nar, answer.get());
            }
        }
        assertEquals(1, cache.asked("nar/" + HASH + ".nar"));
        assertEquals(1, cache.asked(HASH + ".narinfo"));
        assertArrayEquals(nar, node.get(url).body());
        assertEquals(1, node.server().traffic().fetched());
        assertNothingIsLeft();
    }

    @Test
    void whoGoesAwayMidwayTakesNothingFromOthers() throws Exception {
        var goOn = cache.stopsAfter(2 << 20);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try (var socket = node.connect()) {
                send(socket, url);
                assertEquals(1000, socket.getInputStream().readNBytes(1000).length);
            }
            var answer = threads.submit(() -> node.get(url).body());
            goOn.countDown();
            assertArrayEquals(nar, answer.get());
        }
        assertEquals(1, cache.asked("nar/" + HASH + ".nar"));
    }

    @Test
    void aStoreThatDiesMidwayCutsTheAnswerAndLeavesNothing() throws Exception {
        cache.breaksAfter(2 << 20);
        assertThrows(IOException.class, () -> node.get(url));
        assertNothingIsStored();
        assertEquals(404, node.get(url).statusCode());
    }

    /// The end of what is packed on its way would look like the end of the archive.
    @Test
    void anAnswerThatIsPackedIsCutToo() throws Exception {
        cache.breaksAfter(2 << 20);
        assertThrows(IOException.class, () -> node.get(url, "Accept-Encoding", "zstd"));
        assertNothingIsStored();
    }

    @Test
    void anotherStoreGoesOnWhereOneDied() throws Exception {
        other.offer(PATH, nar, nar, key);
        cache.breaksAfter(2 << 20);
        assertArrayEquals(nar, node.get(url).body());
        assertEquals(1, node.engine().catalog().paths().size());
    }

    @Test
    void whatTwoStoresGiveIsNeverMixed() throws Exception {
        byte[] wrong = nar.clone();
        wrong[1 << 20] ^= 1;
        cache.offer(PATH, nar, wrong, key);
        cache.breaksAfter(2 << 20);
        other.offer(PATH, nar, nar, key);
        assertThrows(IOException.class, () -> node.get(url));
        assertNothingIsStored();
        // The first is left alone by now.
        assertEquals(200, node.get(NAR_INFO).statusCode());
        assertArrayEquals(nar, node.get(url).body());
    }

    /// Nobody may take for whole what is not what was promised.
    @ParameterizedTest
    @ValueSource(strings = {"flipped", "longer", "shorter", "junk", "another", "none"})
    void whatIsNotWhatWasPromisedIsCutAndNotStored(String how) throws Exception {
        byte[] given =
                switch (how) {
                    case "flipped" -> {
                        byte[] flipped = nar.clone();
                        flipped[nar.length - 5000] ^= 1;
                        yield flipped;
                    }
                    case "longer" -> tree(SIZE + 8);
                    case "shorter" -> tree(SIZE - 8);
                    case "junk" -> Arrays.copyOf(nar, nar.length + 8);
                    case "another" -> tree(SIZE);
                    default -> new byte[SIZE];
                };
        cache.offer(PATH, nar, given, key);
        boolean whole;
        try {
            whole = node.get(url).statusCode() == 200;
        } catch (IOException _) {
            whole = false;
        }
        assertEquals(false, whole);
        assertNothingIsStored();
        // Nor is a part given of what nobody has checked.
        boolean part;
        try {
            part = node.get(url, "Range", "bytes=0-99").statusCode() == 206;
        } catch (IOException _) {
            part = false;
        }
        assertEquals(false, part);
    }

    @Test
    void whoWantsAPartOfWhatIsWrongIsToldWhy() throws Exception {
        byte[] flipped = nar.clone();
        flipped[nar.length - 5000] ^= 1;
        cache.offer(PATH, nar, flipped, key);
        var answer = node.get(url, "Range", "bytes=0-99");
        assertEquals(502, answer.statusCode());
        assertTrue(Served.text(answer).contains("as promised"), Served.text(answer));
        assertEquals(List.of(), answer.headers().allValues("Cache-Control"));
    }

    @Test
    void aBombIsDefused() throws Exception {
        var bomb = new ByteArrayOutputStream();
        try (var out = NarCompression.ZSTD.compress(bomb)) {
            out.write(tree(SIZE), 0, 200);
            for (int i = 0; i < 256; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        String info = new String(node.get(NAR_INFO).body(), UTF_8);
        cache.put(
                HASH + ".narinfo",
                info.replaceFirst("URL: .*", "URL: nar/bomb.nar.zst")
                        .replaceFirst("Compression: .*", "Compression: zstd")
                        .replaceFirst("File(Hash|Size): .*\n", "")
                        .replaceFirst("File(Hash|Size): .*\n", "")
                        .getBytes(UTF_8));
        cache.put("nar/bomb.nar.zst", bomb.toByteArray());
        try (var fresh =
                Served.drawing(
                        folder.resolve("fresh"),
                        new TrustedKeys(List.of(key.publicKey())),
                        List.of(cache.url()))) {
            assertEquals(200, fresh.get(NAR_INFO).statusCode());
            assertThrows(IOException.class, () -> fresh.get(url));
            assertEquals(0, fresh.engine().store().statistics().blocks());
        }
    }

    @Test
    void aPartIsGivenOnceAllIsChecked() throws Exception {
        HttpResponse<byte[]> part = node.get(url, "Range", "bytes=1000-1999");
        assertEquals(206, part.statusCode());
        assertArrayEquals(Arrays.copyOfRange(nar, 1000, 2000), part.body());
    }

    @Test
    void aListingIsMadeOfWhatCameIn() throws Exception {
        cache.put(
                HASH + ".ls", "{\"version\":1,\"root\":{\"type\":\"directory\"}}".getBytes(UTF_8));
        assertTrue(
                Served.text(node.get("/" + HASH + ".ls")).contains("\"size\":" + SIZE),
                "made of what was checked");
        assertEquals(0, cache.asked(HASH + ".ls"));
    }

    @Test
    void logsArePassedOnAndNotKept() throws Exception {
        String name = "log/" + HASH + "-x.drv";
        cache.put(name, "it went well\n".getBytes(UTF_8));
        assertEquals("it went well\n", Served.text(node.get("/" + name)));
        cache.close();
        assertEquals(404, node.get("/" + name).statusCode());
    }

    @Test
    void onlyARealisationThatATrustedKeySignedIsPassedOn() throws Exception {
        String id = "sha256:" + "ab".repeat(32) + "!out";
        String forged =
                "{\"dependentRealisations\":{},\"id\":\"%s\",\"outPath\":\"%s-large\",\"signatures\":[%s]}";
        String name = "realisations/" + id + ".doi";
        String asked = "/" + name.replace("!", "%21");
        cache.put(name, forged.formatted(id, HASH, "").getBytes(UTF_8));
        assertEquals(404, node.get(asked).statusCode());

        String signed = "sha256:" + "cd".repeat(32) + "!out";
        var realisation =
                cairn.nix.Realisation.decode(
                        "/nix/store", Bytes.utf8(forged.formatted(signed, HASH, "")));
        String signature = key.sign(Bytes.utf8(realisation.fingerprint())).toString();
        String text = forged.formatted(signed, HASH, "\"" + signature + "\"");
        cache.put("realisations/" + signed + ".doi", text.getBytes(UTF_8));
        String good = "/realisations/" + signed.replace("!", "%21") + ".doi";
        assertEquals(text, Served.text(node.get(good)));
        // It stays when the store is gone.
        cache.close();
        assertEquals(text, Served.text(node.get(good)));
    }

    private byte[] tree(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(2).nextBytes(content);
        return FakeCache.nar(new TreeReader(Files.write(folder.resolve("other"), content)));
    }

    private void assertNothingIsStored() throws IOException {
        assertEquals(List.of(), node.engine().catalog().paths());
        assertEquals(0, node.engine().store().statistics().blocks());
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() throws IOException {
        try (var files = Files.list(folder.resolve("home"))) {
            assertEquals(
                    List.of(),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.startsWith("incoming"))
                            .toList());
        }
    }

    private static String url(NarInfo info) {
        return "nar/" + NixBase32.encode(info.narHash().digest()) + ".nar";
    }

    private static void send(java.net.Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(
                        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                .formatted(path)
                                .getBytes(UTF_8));
        socket.getOutputStream().flush();
    }

    private static String header(InputStream in) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            text.append((char) in.read());
        }
        return text.toString();
    }
}

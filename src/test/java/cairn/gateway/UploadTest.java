package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.engine.CacheServer.Settings;
import cairn.engine.CacheServer.Writer;
import cairn.engine.Uploads;
import cairn.nix.NarCompression;
import cairn.nix.NarInfo;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.nix.TreeReader;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/// What becomes of that which is brought to a node, by friends and by others.
class UploadTest {
    private static final String HASH = "g4pss6y41yympq9ixm4zvyrb2kyzlvkc";
    private static final String PATH = "/nix/store/" + HASH + "-tree";
    private static final String TWIN_HASH = "f1ns2a4dv7z99x0sir31z6kafmndx2b7";
    private static final String TWIN = "/nix/store/" + TWIN_HASH + "-tree";
    private static final String OTHER_HASH = "00000000000000000000000000000000";
    private static final String OTHER = "/nix/store/" + OTHER_HASH + "-tree";

    @TempDir private Path folder;
    private Served node;

    @BeforeEach
    void serve() throws IOException {
        node = Served.writable(folder.resolve("home"));
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
    }

    @ParameterizedTest
    @EnumSource(NarCompression.class)
    void aPathIsThereOnceItsNarInfoCame(NarCompression compression) throws Exception {
        byte[] nar = nar("hello");
        byte[] packed = pack(compression, nar);
        String url = "nar/" + sha256(packed) + ".nar" + compression.extension();
        assertEquals(404, node.head("/" + url).statusCode());
        assertEquals(201, node.put("/" + url, packed).statusCode());
        assertEquals(200, node.head("/" + url).statusCode());
        assertEquals(404, node.get("/" + HASH + ".narinfo").statusCode());
        String info =
                narInfo(PATH, nar)
                        .replace("URL: ", "URL: " + url + "\nWas: ")
                        .replace("Compression: none", "Compression: " + compression);
        assertEquals("201 ", said(node.put("/" + HASH + ".narinfo", info.getBytes(UTF_8))));
        assertEquals(
                NixHash.sha256Of(Bytes.wrap(nar)),
                NarInfo.decode(Bytes.wrap(node.get("/" + HASH + ".narinfo").body())).narHash());
        assertEquals(0, waiting());
    }

    /// Each line of a narinfo, and what it is replaced by.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    StorePath: .*   | StorePath: /nix/store/f1ns2a4dv7z99x0sir31z6kafmndx2b7-tree | 400 | tells of
                    StorePath: /nix | StorePath: /gnu               | 400 | is not of the store
                    URL: nar/       | URL: ../nar/                  | 400 | begins with nar/
                    URL: nar/       | URL: nar/0                    | 409 | did not come
                    Compression: .* | Compression: xz               | 400 | has the compression none
                    References: .*  | FileHash: sha256:1ffqdf5djx9bpznwai2wdg2k66v64wdksvdn02ykkp9q9g9bq228 | 400 | FileHash
                    References: .*  | FileSize: 7                   | 400 | FileSize
                    NarHash: .*     | NarHash: sha256:1ffqdf5djx9bpznwai2wdg2k66v64wdksvdn02ykkp9q9g9bq228 | 400 | NarHash
                    NarSize: .*     | NarSize: 7                    | 400 | NarSize
                    NarSize: .*     | NarSize: 99999999999999999999 | 400 | NarSize
                    References: .*  | References: f1ns2a4dv7z99x0sir31z6kafmndx2b7-x | 409 | is not here
                    References: .*  | References: g4pss6y41yympq9ixm4zvyrb2kyzlvkc-tree | 400 | does not mention it
                    References: .*  | References: ../../etc/passwd  | 400 | References
                    References: .*  | Deriver: ../x.drv             | 400 | Deriver
                    References: .*  | Sig: x                        | 400 | signature
                    References: .*  | CA: fixed:r:sha256:1ffqdf5djx9bpznwai2wdg2k66v64wdksvdn02ykkp9q9g9bq228 | 400 | is not what
                    NarHash: .*     | Nothing: here                 | 400 | lacks NarHash
                    """)
    void aNarInfoThatDoesNotAgreeIsRefused(String line, String instead, int status, String why)
            throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        var response =
                node.put(
                        "/" + HASH + ".narinfo",
                        narInfo(PATH, nar).replaceFirst(line, instead).getBytes(UTF_8));
        assertEquals(status, response.statusCode(), Served.text(response));
        assertTrue(Served.text(response).contains(why), Served.text(response));
        assertEquals(404, node.get("/" + HASH + ".narinfo").statusCode());
        // The archive still waits for a better one.
        assertEquals(
                "201 ",
                said(node.put("/" + HASH + ".narinfo", narInfo(PATH, nar).getBytes(UTF_8))));
    }

    /// Nix finds out that an archive is here, and brings no more than the narinfo.
    @Test
    void whatHasTheArchiveOfAnotherPathMayNotReferToWhatThatDoesNotMention() throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        byte[] info = narInfo(PATH, nar).getBytes(UTF_8);
        assertEquals("201 ", said(node.put("/" + HASH + ".narinfo", info)));
        String twin = narInfo(TWIN, nar);
        String forged = twin.replaceFirst("References: ", "References: " + HASH + "-tree");
        var response = node.put("/" + TWIN_HASH + ".narinfo", forged.getBytes(UTF_8));
        assertEquals(400, response.statusCode(), Served.text(response));
        assertTrue(Served.text(response).contains("does not mention it"), Served.text(response));
        assertEquals("201 ", said(node.put("/" + TWIN_HASH + ".narinfo", twin.getBytes(UTF_8))));
        byte[] mentioning = nar("I need " + PATH);
        put(mentioning);
        String first =
                narInfo(OTHER, mentioning)
                        .replaceFirst("References: ", "References: " + HASH + "-tree");
        assertEquals("201 ", said(node.put("/" + OTHER_HASH + ".narinfo", first.getBytes(UTF_8))));
    }

    /// A content address vouches for references only if the path is named after both.
    @ParameterizedTest
    @ValueSource(strings = {"junk", "fixed:git:sha1:00", "fixed:r:blake9:00"})
    void whatNobodyUnderstandsVouchesForNothing(String address) throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        String info =
                narInfo(PATH, nar)
                        .replaceFirst(
                                "References: .*", "References: " + HASH + "-tree\nCA: " + address);
        var response = node.put("/" + HASH + ".narinfo", info.getBytes(UTF_8));
        assertEquals(400, response.statusCode(), Served.text(response));
        assertTrue(Served.text(response).contains("does not mention it"), Served.text(response));
    }

    @Test
    void anArchiveThatIsNoneLeavesNothingBehind() throws Exception {
        byte[] nar = nar("hello");
        byte[] junk = Arrays.copyOf(nar, nar.length + 8);
        byte[] cut = Arrays.copyOf(nar, nar.length - 8);
        byte[] flipped = nar.clone();
        flipped[20] ^= 1;
        byte[] packed = pack(NarCompression.XZ, nar);
        byte[] cutPacked = Arrays.copyOf(packed, packed.length - 20);
        byte[] twice = Arrays.copyOf(packed, packed.length + 4);
        twice[packed.length] = 1;
        for (byte[] body : List.of(junk, cut, flipped, cutPacked, twice, new byte[0])) {
            assertEquals(400, node.put("/nar/" + sha256(body) + ".nar", body).statusCode());
        }
        assertEquals(0, waiting());
        assertEquals(0, node.engine().store().statistics().blocks());
    }

    @Test
    void aBombIsDefusedBeforeItGrows() throws Exception {
        var limits = new Uploads.Limits(1 << 20, 64, Duration.ofMinutes(1), Duration.ofSeconds(30));
        node = with(List.of(), TrustedKeys.NONE, limits);
        var zeros = new ByteArrayOutputStream();
        try (var out = NarCompression.ZSTD.compress(zeros)) {
            Path file = Files.write(folder.resolve("zeros"), new byte[5 << 20]);
            new TreeReader(file).writeTo(new NarWriter(out));
        }
        byte[] bomb = zeros.toByteArray();
        var response = node.put("/nar/" + sha256(bomb) + ".nar.zst", bomb);
        assertEquals(413, response.statusCode(), Served.text(response));
        byte[] large = new byte[2 << 20];
        assertEquals(413, node.put("/nar/" + sha256(large) + ".nar", large).statusCode());
        assertEquals(0, node.engine().store().statistics().blocks());
    }

    /// Of zeros without end, the first of which take up no room on any disk.
    @Test
    void aBombIsDefusedBeforeItTakesLong() throws Exception {
        byte[] bomb = bomb(300 << 20);
        String name = "/nar/" + sha256(bomb) + ".nar.zst";
        var response = node.put(name, bomb);
        assertEquals(413, response.statusCode(), Served.text(response));
        assertTrue(Served.text(response).contains("compression=none"), Served.text(response));
        assertEquals(404, node.head(name).statusCode());
        assertEquals(0, node.engine().store().statistics().blocks());
        assertEquals(415, node.put(name, bomb, "Content-Encoding", "zstd").statusCode());
        var listing = node.put("/" + HASH + ".ls", bomb, "Content-Encoding", "zstd");
        assertEquals(400, listing.statusCode(), Served.text(listing));
        assertTrue(Served.text(listing).contains("unpacks to more"), Served.text(listing));
    }

    @Test
    void thereIsOnlySoMuchMemoryToUnpackIn() throws Exception {
        // Long enough for the first to get what another has for a moment.
        var turn = Duration.ofMillis(200);
        var limits = new Uploads.Limits(1 << 20, 64, Duration.ofHours(1), turn);
        node = with(List.of(), TrustedKeys.NONE, limits);
        byte[] body = large(nar("hello"));
        String name = "/nar/" + sha256(body) + ".nar.xz";
        byte[] other = large(nar("other"));
        String otherName = "/nar/" + sha256(other) + ".nar.xz";
        try (var socket = node.connect()) {
            var out = socket.getOutputStream();
            out.write(
                    "PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                            .formatted(name, body.length)
                            .getBytes(UTF_8));
            out.write(body, 0, body.length / 2);
            HttpResponse<byte[]> refused;
            do {
                refused = node.put(otherName, other);
            } while (refused.statusCode() == 201);
            assertEquals(503, refused.statusCode(), Served.text(refused));
            assertEquals("10", refused.headers().firstValue("Retry-After").orElse(""));
            assertTrue(Served.text(refused).contains("try again later"), Served.text(refused));
            out.write(body, body.length / 2, body.length - body.length / 2);
            assertEquals("HTTP/1.1 201", new String(socket.getInputStream().readNBytes(12), UTF_8));
        }
        assertEquals(201, node.put(otherName, other).statusCode());
    }

    /// More than the buffers of a connection hold, of which the first bytes are wrong.
    @Test
    void whoStillSendsHearsWhyItIsTurnedAway() throws Exception {
        try (var socket = node.connect()) {
            var out = socket.getOutputStream();
            byte[] body = new byte[48 << 20];
            out.write(
                    "PUT /nar/%s.nar HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                            .formatted(sha256(body), body.length)
                            .getBytes(UTF_8));
            out.write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
        }
    }

    @Test
    void onlySoManyAreTakenAtOnce() throws Exception {
        var hour = Duration.ofHours(1);
        var limits = new Uploads.Limits(1 << 20, 64, hour, Duration.ZERO);
        node = with(List.of(), TrustedKeys.NONE, limits);
        byte[] nar = nar("hello");
        var sockets = new ArrayList<Socket>();
        try {
            HttpResponse<byte[]> refused;
            do {
                var socket = node.connect();
                sockets.add(socket);
                socket.getOutputStream()
                        .write(
                                "PUT /nar/%s.nar HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"
                                        .formatted(sha256(nar))
                                        .getBytes(UTF_8));
                refused = node.put("/nar/" + sha256(nar) + ".nar", nar);
            } while (refused.statusCode() == 201 && sockets.size() < 100);
            assertEquals(503, refused.statusCode(), Served.text(refused));
            assertEquals("10", refused.headers().firstValue("Retry-After").orElse(""));
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /// Whoever brings something is not to blame for what is damaged here.
    @Test
    void aDamagedStoreSaysSo() throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        String info = narInfo(PATH, nar);
        assertEquals("201 ", said(node.put("/" + HASH + ".narinfo", info.getBytes(UTF_8))));
        node.close();
        try (var packs = Files.walk(folder.resolve("home/packs"))) {
            for (Path pack : packs.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(pack);
                bytes[100] ^= 1;
                Files.write(pack, bytes);
            }
        }
        node = Served.writable(folder.resolve("home"));
        String twin = narInfo(TWIN, nar);
        String shorter = twin.replaceFirst("NarSize: .*", "NarSize: 7");
        var wrong = node.put("/" + TWIN_HASH + ".narinfo", shorter.getBytes(UTF_8));
        assertEquals(400, wrong.statusCode(), Served.text(wrong));
        var response = node.put("/" + TWIN_HASH + ".narinfo", twin.getBytes(UTF_8));
        assertEquals(500, response.statusCode(), Served.text(response));
        assertTrue(
                Served.text(response).startsWith("the store of this node is damaged: pack"),
                Served.text(response));
    }

    /// As if it was collected after it was found.
    @Test
    void aReferenceThatGoesMeanwhileIsNamed() throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        byte[] info = narInfo(PATH, nar).getBytes(UTF_8);
        assertEquals("201 ", said(node.put("/" + HASH + ".narinfo", info)));
        byte[] mentioning = nar("I need " + PATH);
        put(mentioning);
        try (var index =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve("home/index.db"));
                var statement = index.createStatement()) {
            assertTrue(statement.executeUpdate("DELETE FROM block") > 0);
        }
        var response =
                node.put(
                        "/" + OTHER_HASH + ".narinfo",
                        narInfo(OTHER, mentioning)
                                .replaceFirst("References: ", "References: " + HASH + "-tree")
                                .getBytes(UTF_8));
        assertEquals(409, response.statusCode(), Served.text(response));
        assertTrue(Served.text(response).contains(PATH), Served.text(response));
        assertEquals(1, waiting());
    }

    @Test
    void anArchiveThatNobodyExplainsIsForgotten() throws Exception {
        var limits = new Uploads.Limits(1 << 20, 2, Duration.ofMinutes(1), Duration.ofSeconds(30));
        node = with(List.of(), TrustedKeys.NONE, limits);
        put(nar("one"));
        put(nar("two"));
        put(nar("three"));
        assertEquals(2, waiting());
        var ousted = node.put("/" + HASH + ".narinfo", narInfo(PATH, nar("one")).getBytes(UTF_8));
        assertEquals(409, ousted.statusCode());
        node.close();
        node = Served.writable(folder.resolve("home"));
        assertEquals(0, node.engine().store().statistics().blocks());
    }

    @Test
    void aPathStaysWhatItIs() throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        node.put("/" + HASH + ".narinfo", narInfo(PATH, nar).getBytes(UTF_8));
        byte[] other = nar("other");
        put(other);
        var response = node.put("/" + HASH + ".narinfo", narInfo(PATH, other).getBytes(UTF_8));
        assertEquals(409, response.statusCode(), Served.text(response));
        String renamed = narInfo(PATH + "-2", nar);
        assertEquals(409, node.put("/" + HASH + ".narinfo", renamed.getBytes(UTF_8)).statusCode());
        assertEquals(
                NixHash.sha256Of(Bytes.wrap(nar)),
                NarInfo.decode(Bytes.wrap(node.get("/" + HASH + ".narinfo").body())).narHash());
    }

    @Test
    void manyMayBringTheSameAtOnce() throws Exception {
        byte[] nar = nar("hello");
        byte[] info = narInfo(PATH, nar).getBytes(UTF_8);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers =
                    IntStream.range(0, 8)
                            .mapToObj(_ ->
                                    threads.submit(() -> {
                                        put(nar);
                                        return said(node.put("/" + HASH + ".narinfo", info));
                                    }))
                            .toList();
            for (var answer : answers) {
                assertEquals("201 ", answer.get());
            }
        }
        assertEquals(1, node.engine().catalog().paths().size());
    }

    /// Blocks that are not committed are not seen by others, and would be written by each.
    @Test
    void whatManyBringAtOnceIsStoredOnce() throws Exception {
        var content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        byte[] nar = FakeCache.nar(new TreeReader(Files.write(folder.resolve("random"), content)));
        String name = "/nar/" + sha256(nar) + ".nar";
        String head =
                "PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                        .formatted(name, nar.length);
        try (var first = node.connect();
                var second = node.connect()) {
            for (var socket : List.of(first, second)) {
                socket.getOutputStream().write(head.getBytes(UTF_8));
                socket.getOutputStream().write(nar, 0, nar.length / 2);
            }
            for (var socket : List.of(first, second)) {
                socket.getOutputStream().write(nar, nar.length / 2, nar.length - nar.length / 2);
            }
            for (var socket : List.of(first, second)) {
                String answer = new String(socket.getInputStream().readNBytes(12), UTF_8);
                assertEquals("HTTP/1.1 201", answer);
            }
        }
        assertEquals(201, node.put(name, nar).statusCode());
        assertEquals(1, waiting());
        assertEquals(
                "201 ",
                said(node.put("/" + HASH + ".narinfo", narInfo(PATH, nar).getBytes(UTF_8))));
        long bytes = node.engine().store().statistics().packBytes();
        assertTrue(bytes < 1.5 * nar.length, bytes + " bytes");
        assertArrayEquals(nar, node.get(name).body());
    }

    @Test
    void aSignatureInTheNameOfATrustedKeyMustBeItsOwn() throws Exception {
        var key = SecretKey.generate("builder-1", new SecureRandom());
        node = with(List.of(), new TrustedKeys(List.of(key.publicKey())), Served.LIMITS);
        byte[] nar = nar("hello");
        put(nar);
        String info = narInfo(PATH, nar);
        String fingerprint = NarInfo.decode(Bytes.utf8(info)).fingerprint();
        String forged = info + "Sig: " + key.sign(Bytes.utf8(fingerprint + "x")) + "\n";
        String signed = info + "Sig: " + key.sign(Bytes.utf8(fingerprint)) + "\n";
        var response = node.put("/" + HASH + ".narinfo", forged.getBytes(UTF_8));
        assertEquals(400, response.statusCode());
        assertTrue(Served.text(response).contains("does not match"));
        assertEquals("201 ", said(node.put("/" + HASH + ".narinfo", signed.getBytes(UTF_8))));
    }

    /// Bit by bit they would make a narinfo that nobody reads any more.
    @Test
    void aPathIsGivenOnlySoManySignatures() throws Exception {
        byte[] nar = nar("hello");
        put(nar);
        String url = "/" + HASH + ".narinfo";
        String first = narInfo(PATH, nar) + signatures(0, 60);
        assertEquals("201 ", said(node.put(url, first.getBytes(UTF_8))));
        assertEquals("201 ", said(node.put(url, first.getBytes(UTF_8))));
        String second = narInfo(PATH, nar) + signatures(50, 100);
        assertEquals("201 ", said(node.put(url, second.getBytes(UTF_8))));
        String third = narInfo(PATH, nar) + signatures(100, 101);
        var response = node.put(url, third.getBytes(UTF_8));
        assertEquals(413, response.statusCode(), Served.text(response));
        assertEquals(100, NarInfo.decode(Bytes.wrap(node.get(url).body())).signatures().size());
    }

    @Test
    void writingTakesPermissionAndAToken() throws Exception {
        node.close();
        node = Served.readable(folder.resolve("home"));
        byte[] nar = nar("hello");
        assertEquals(403, node.put("/nar/" + sha256(nar) + ".nar", nar).statusCode());
        node = with(List.of(new Writer("s3cret", false)), TrustedKeys.NONE, Served.LIMITS);
        String url = "/nar/" + sha256(nar) + ".nar";
        assertEquals(401, node.put(url, nar).statusCode());
        assertEquals(401, node.put(url, nar, "Authorization", "Bearer s3cre").statusCode());
        assertEquals(401, node.put(url, nar, "Authorization", "Basic %%").statusCode());
        assertEquals(201, node.put(url, nar, "Authorization", "Bearer s3cret").statusCode());
        String pair = Base64.getEncoder().encodeToString("anyone:s3cret".getBytes(UTF_8));
        assertEquals(201, node.put(url, nar, "Authorization", "Basic " + pair).statusCode());
    }

    /// Only a builder's word, or a trusted signature, makes a realisation more than a claim.
    @Test
    void aForgedRealisationIsNeverServed() throws Exception {
        var key = SecretKey.generate("builder-1", new SecureRandom());
        var writers = List.of(new Writer("builder", true), new Writer("somebody", false));
        node = with(writers, new TrustedKeys(List.of(key.publicKey())), Served.LIMITS);
        String id = "sha256:" + "ab".repeat(32) + "!out";
        String url = "/realisations/" + id.replace("!", "%21") + ".doi";
        byte[] forged = realisation(id, "f1ns2a4dv7z99x0sir31z6kafmndx2b7-evil");
        byte[] honest = realisation(id, HASH + "-tree");
        String[] somebody = {"Authorization", "Bearer somebody"};
        String[] builder = {"Authorization", "Bearer builder"};
        assertEquals(200, node.put(url, forged, somebody).statusCode());
        assertEquals(404, node.get(url).statusCode());
        assertEquals(201, node.put(url, honest, builder).statusCode());
        assertEquals(new String(honest, UTF_8), Served.text(node.get(url)));
        assertEquals(409, node.put(url, forged, somebody).statusCode());
        assertEquals(409, node.put(url, forged, builder).statusCode());
        assertEquals(new String(honest, UTF_8), Served.text(node.get(url)));
        assertEquals(400, node.put(url.replace("ab%21", "ac%21"), honest, builder).statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nar/..%2f..%2fx.nar",
                "/nar/x",
                "/index.db",
                "/packs/x.pack",
                "/serve/" + HASH + "/x",
                "/log/..%2fx.drv",
                "/log/" + HASH + "-x",
                "/realisations/..%2fx.doi",
                "/../" + HASH + ".narinfo",
                "/" + HASH + ".narinfo/../../x.ls",
                "//" + HASH + ".ls",
            })
    void nothingIsWrittenElsewhere(String path) throws Exception {
        String answer =
                node.raw(
                        "PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
                                .formatted(path));
        assertTrue(answer.startsWith("HTTP/1.1 40"), answer);
    }

    @ParameterizedTest
    @CsvSource({
        "'Content-Length: 10000000\r\nExpect: 100-continue', 403",
        "'Content-Length: 10000000', 403",
        "'Content-Length: -1', 400",
        "'Content-Length: x', 400",
        "'Content-Length: 1\r\nContent-Length: 2', 400",
        "'Transfer-Encoding: chunked\r\nContent-Length: 2', 400",
    })
    void whoMayNotWriteIsToldSoAtOnce(String headers, int status) throws IOException {
        node.close();
        node = Served.readable(folder.resolve("home"));
        try (var socket = node.connect()) {
            socket.getOutputStream()
                    .write(
                            "PUT /nar/%s.nar HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n"
                                    .formatted("0".repeat(52), headers)
                                    .getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readNBytes(12);
            assertEquals("HTTP/1.1 " + status, new String(answer, UTF_8));
        }
    }

    @Test
    void aBodyWithoutALengthIsRefused() throws IOException {
        String answer =
                node.raw(
                        "PUT /nar/%s.nar HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\nabc"
                                .formatted("0".repeat(52)));
        assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    }

    @Test
    void whoGoesAwayMidwayLeavesNothing() throws Exception {
        byte[] nar = nar("hello");
        try (var socket = node.connect()) {
            socket.getOutputStream()
                    .write(
                            "PUT /nar/%s.nar HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                                    .formatted(sha256(nar), nar.length)
                                    .getBytes(UTF_8));
            socket.getOutputStream().write(nar, 0, nar.length / 2);
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 400"), answer);
        }
        assertEquals(0, waiting());
        assertEquals(200, node.get("/nix-cache-info").statusCode());
    }

    private Served with(List<Writer> writers, TrustedKeys trusted, Uploads.Limits limits)
            throws IOException {
        node.close();
        Settings settings = Served.settings(true, writers, trusted, Optional.empty(), limits);
        return Served.with(folder.resolve("home"), settings);
    }

    private void put(byte[] nar) throws Exception {
        assertEquals("201 ", said(node.put("/nar/" + sha256(nar) + ".nar", nar)));
    }

    private long waiting() throws Exception {
        return Served.text(node.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith("cairn_uploads_waiting "))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                .sum();
    }

    private static String said(HttpResponse<byte[]> response) {
        return response.statusCode() + " " + Served.text(response);
    }

    private byte[] nar(String content) throws IOException {
        Path tree = folder.resolve("tree-" + content);
        Served.file(tree.resolve("file"), content);
        var out = new ByteArrayOutputStream();
        new TreeReader(tree).writeTo(new NarWriter(out));
        return out.toByteArray();
    }

    private static byte[] pack(NarCompression compression, byte[] nar) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = compression.compress(packed)) {
            out.write(nar);
        }
        return packed.toByteArray();
    }

    /// Takes half of all memory to unpack.
    private static byte[] large(byte[] nar) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new XZOutputStream(packed, new LZMA2Options(9))) {
            out.write(nar);
        }
        return packed.toByteArray();
    }

    /// Much of it is zeros.
    private byte[] bomb(long size) throws IOException {
        Path zeros = folder.resolve("zeros");
        try (var file = new RandomAccessFile(zeros.toFile(), "rw")) {
            file.setLength(size);
        }
        var packed = new ByteArrayOutputStream();
        try (var out = NarCompression.ZSTD.compress(packed)) {
            new TreeReader(zeros).writeTo(new NarWriter(out));
        }
        return packed.toByteArray();
    }

    private static String narInfo(String path, byte[] nar) throws IOException {
        String hash = sha256(nar);
        return """
        StorePath: %s
        URL: nar/%s.nar
        Compression: none
        NarHash: sha256:%s
        NarSize: %d
        References:\s
        """
                .formatted(StorePath.parse(path), hash, hash, nar.length);
    }

    private static String signatures(int from, int to) {
        String none = Base64.getEncoder().encodeToString(new byte[64]);
        return IntStream.range(from, to)
                .mapToObj(number -> "Sig: key-%d:%s\n".formatted(number, none))
                .collect(Collectors.joining());
    }

    private static String sha256(byte[] bytes) {
        return NixHash.sha256Of(Bytes.wrap(bytes)).toString().substring("sha256:".length());
    }

    private static byte[] realisation(String id, String path) {
        return "{\"dependentRealisations\":{},\"id\":\"%s\",\"outPath\":\"%s\",\"signatures\":[]}"
                .formatted(id, path)
                .getBytes(UTF_8);
    }
}

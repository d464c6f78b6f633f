package cairn.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.ipld.CarReader;
import cairn.ipld.DagCbor;
import cairn.ipld.Node;
import cairn.nix.NarInfo;
import cairn.nix.NarWriter;
import cairn.nix.TreeReader;
import cairn.store.Progress;
import cairn.store.Roots;
import cairn.store.StoredPath;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a node answers to those who only read.
class GatewayTest {
    private static final String PAGE = "<script>alert(1)</script>";

    @TempDir private Path folder;
    private Path tree;
    private byte[] large;
    private Served node;
    private StoredPath stored;

    @BeforeEach
    void serve() throws IOException {
        tree = folder.resolve("tree");
        large = new byte[500_000];
        new Random(1).nextBytes(large);
        Served.file(tree.resolve("share/doc/a b.html"), PAGE);
        Served.file(tree.resolve("bin/run"), "#!/bin/sh\n");
        Files.write(tree.resolve("large"), large);
        Files.createSymbolicLink(tree.resolve("doc"), Path.of("share/doc"));
        Files.createSymbolicLink(tree.resolve("out"), Path.of("/etc/passwd"));
        node = Served.readable(folder.resolve("home"));
        stored = node.add(tree, "tree");
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
    }

    @Test
    void tellsWhatAPathIsAndGivesItsArchive() throws Exception {
        var response = node.get("/" + hash() + ".narinfo");
        var info = NarInfo.decode(Bytes.wrap(response.body()));
        assertEquals(stored.info().fingerprint(), info.fingerprint());
        assertEquals("none", info.compression());
        assertArrayEquals(archive(), node.get("/" + info.url()).body());
        var known = node.get("/" + hash() + ".narinfo", "If-None-Match", header(response, "ETag"));
        assertEquals("304 ", known.statusCode() + " " + Served.text(known));
        var head = node.head("/" + hash() + ".narinfo");
        assertEquals(
                "200 " + response.body().length,
                head.statusCode() + " " + header(head, "Content-Length"));
    }

    @Test
    void givesPartsOfArchives() throws Exception {
        byte[] whole = archive();
        int last = whole.length - 1;
        for (int[] part :
                new int[][] {
                    {0, 0}, {0, 99}, {1, 1000}, {700, 300_000}, {499_000, last}, {last, last}
                }) {
            var response = node.get(nar(), "Range", "bytes=%d-%d".formatted(part[0], part[1]));
            assertEquals(206, response.statusCode());
            assertEquals(
                    "bytes %d-%d/%d".formatted(part[0], part[1], whole.length),
                    header(response, "Content-Range"));
            assertArrayEquals(
                    Arrays.copyOfRange(whole, part[0], part[1] + 1), response.body(), "" + part[0]);
        }
        var beyond = node.get(nar(), "Range", "bytes=" + whole.length + "-");
        assertEquals(
                "416 bytes */" + whole.length,
                beyond.statusCode() + " " + header(beyond, "Content-Range"));
        String tag = '"' + stored.tree().toString() + '"';
        assertEquals(206, node.get(nar(), "Range", "bytes=0-9", "If-Range", tag).statusCode());
        assertEquals(200, node.get(nar(), "Range", "bytes=0-9", "If-Range", "\"x\"").statusCode());
    }

    @Test
    void packsAnArchiveForWhoWantsItPacked() throws Exception {
        var response = node.get(nar(), "Accept-Encoding", "zstd");
        assertEquals("zstd", header(response, "Content-Encoding"));
        try (var unpacked = new ZstdInputStream(new ByteArrayInputStream(response.body()))) {
            assertArrayEquals(archive(), unpacked.readAllBytes());
        }
        // Within a machine it would only take time.
        var local = node.get(nar(), "Accept-Encoding", "zstd, br, gzip");
        assertEquals("", header(local, "Content-Encoding"));
        assertEquals(String.valueOf(archive().length), header(local, "Content-Length"));
    }

    @Test
    void servesFilesInsideAPathWithoutTrustingThem() throws Exception {
        var page = node.get("/serve/" + hash() + "/share/doc/a%20b.html");
        assertEquals(PAGE, Served.text(page));
        assertEquals("text/html; charset=utf-8", header(page, "Content-Type"));
        assertTrue(header(page, "Content-Security-Policy").startsWith("sandbox"));
        assertEquals("nosniff", header(page, "X-Content-Type-Options"));
        var part = node.get("/serve/" + hash() + "/large", "Range", "bytes=123456-234567");
        assertArrayEquals(Arrays.copyOfRange(large, 123456, 234568), part.body());
        assertEquals(
                """
                {"type":"directory","entries":{"run":{"type":"regular","size":10}}}\
                """,
                Served.text(node.get("/serve/" + hash() + "/bin")));
    }

    @ParameterizedTest
    @CsvSource({
        "doc, 302, /share/doc",
        "doc/a%20b.html, 302, /share/doc/a%20b.html",
        "out, 404, ",
        "nothing, 404, ",
        "bin/run/deeper, 404, ",
        "../tree, 400, ",
        "bin/../large, 400, ",
        "bin/%2e%2e/large, 400, ",
        "bin%2frun, 400, ",
        "bin//run, 400, ",
        "%00, 400, ",
        "%zz, 400, ",
        "%, 400, ",
    })
    void aNameLeadsNowhereElse(String name, int status, String location) throws Exception {
        String answer =
                node.raw(
                        "GET /serve/%s/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                .formatted(hash(), name));
        assertEquals("HTTP/1.1 " + status, answer.substring(0, 12));
        if (location != null) {
            assertTrue(
                    answer.contains("\r\nLocation: /serve/" + hash() + location + "\r\n"), answer);
        }
    }

    @Test
    void givesBlocksAndWhatIsBelowThem() throws Exception {
        String cid = stored.cid().toString();
        byte[] block = node.get("/ipfs/" + cid + "?format=raw").body();
        assertTrue(stored.cid().matches(Bytes.wrap(block)));
        assertArrayEquals(
                block, node.get("/ipfs/" + cid, "Accept", "application/vnd.ipld.raw").body());

        var all = car("/ipfs/" + cid + "?format=car");
        assertEquals(List.of(stored.cid(), stored.tree()), all.subList(0, 2));
        var file = car("/ipfs/" + stored.tree() + "/bin/run?format=car");
        assertEquals(stored.tree(), file.getFirst());
        assertEquals(3, file.size());
        var entity = car("/ipfs/" + stored.tree() + "?format=car&dag-scope=entity");
        assertEquals(List.of(stored.tree()), entity);
        var few = car("/ipfs/" + stored.tree() + "/large?format=car&entity-bytes=0:9");
        assertEquals(3, few.size());
        assertTrue(car("/ipfs/" + stored.tree() + "/large?format=car").size() > 4);
    }

    /// How long it would be, only all blocks could tell.
    @Test
    void tellsOfAnArchiveOfBlocksWithoutReadingThem() throws Exception {
        var lacking = Block.of(Codec.RAW, Bytes.utf8("lacking")).cid();
        var root = Block.of(Codec.DAG_CBOR, DagCbor.encode(new Node.Link(lacking)));
        try (var writer = node.engine().store().writer()) {
            writer.put(root);
            int _ = writer.commit(_ -> 0);
        }
        var head = node.head("/ipfs/" + root.cid() + "?format=car");
        assertEquals(
                "200 \"%s.car-all\" ".formatted(root.cid()),
                "%d %s %s"
                        .formatted(
                                head.statusCode(),
                                header(head, "ETag"),
                                header(head, "Content-Length")));
    }

    /// A block that is linked twice comes twice for those who want that, so that they need keep
    /// none.
    @Test
    void givesABlockAsOftenAsItIsLinkedToThoseWhoWantThat() throws Exception {
        Path tree = folder.resolve("twins");
        Served.file(tree.resolve("a"), "the same");
        Served.file(tree.resolve("b"), "the same");
        var twins = node.add(tree, "twins");
        String url = "/ipfs/" + twins.tree() + "?format=car";
        assertEquals(2, car(url).size());
        assertEquals(3, car(url + "&car-dups=y").size());
        assertEquals(2, car(url + "&car-dups=n&car-order=dfs&car-version=1").size());
        String type = "application/vnd.ipld.car; version=1; order=dfs; dups=y";
        var answer = node.get("/ipfs/" + twins.tree(), "Accept", type);
        assertEquals(type, header(answer, "Content-Type"));
        assertArrayEquals(node.get(url + "&car-dups=y").body(), answer.body());
        assertNotEquals(
                header(node.get(url), "ETag"), header(node.get(url + "&car-dups=y"), "ETag"));
    }

    @ParameterizedTest
    @CsvSource({
        "/nar/..%2f..%2fetc%2fpasswd.nar, 404",
        "/nar/../../../../etc/passwd, 404",
        "/log/..%2f..%2fetc%2fpasswd, 404",
        "/realisations/..%2f..%2fetc%2fpasswd.doi, 404",
        "/../../etc/passwd.ls, 404",
        "/ipfs/CID/../../etc/passwd?format=raw, 400",
        "/ipfs/CID/..%2fx?format=raw, 400",
        "/serve/../../etc/passwd, 400",
        "/ipfs/CID?format=car&car-dups=perhaps, 406",
        "/ipfs/CID?format=car&car-order=random, 406",
        "/ipfs/x?format=raw, 400",
        "/ipfs/?format=raw, 400",
        "/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy?format=raw, 404",
        "/ipfs/CID, 406",
        "/ipfs/CID?format=tar, 406",
        "/ipfs/CID?format=car&car-version=2, 406",
        "/ipfs/CID?format=car&dag-scope=some, 400",
        "/ipfs/CID?format=car&entity-bytes=x, 400",
        "/ipfs/CID/nothing?format=car, 404",
        "/00000000000000000000000000000000.narinfo, 404",
        "/x.narinfo, 404",
        "/..%2fx.narinfo, 404",
        "/nar/x.nar, 404",
        "/nar/../index.db, 404",
        "/log/x, 404",
        "/realisations/x.doi, 404",
        "/realisations/sha256:0000000000000000000000000000000000000000000000000000000000000000!out.doi, 404",
        "/x.ls, 404",
        "/serve/x, 400",
        "/, 404",
    })
    void saysWhatIsWrongWithAQuestion(String path, int status) throws Exception {
        String cid = stored.tree().toString();
        String answer =
                node.raw(
                        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                .formatted(path.replace("CID", cid)));
        assertEquals("HTTP/1.1 " + status, answer.substring(0, 12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:80",
                "Host: 127.0.0.1.evil.example",
                "Host: localhost\r\nOrigin: http://evil.example",
                "Host: localhost\r\nOrigin: null",
            })
    void aForeignPageMayNotAsk(String headers) throws IOException {
        String answer =
                node.raw(
                        "GET /nix-cache-info HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n"
                                .formatted(headers));
        assertEquals("HTTP/1.1 403", answer.substring(0, 12));
    }

    @Test
    void anAddressAndOwnPagesMayAsk() throws Exception {
        assertEquals(200, node.get("/nix-cache-info", "Origin", node.url()).statusCode());
        String byName =
                "GET /nix-cache-info HTTP/1.1\r\nHost: LOCALHOST:1\r\nConnection: close\r\n\r\n";
        assertTrue(node.raw(byName).startsWith("HTTP/1.1 200"));
    }

    /// Also where the server refuses what it is asked before we see it.
    @ParameterizedTest
    @CsvSource({
        "'PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx', Unsupported content encoding",
        "'GET /x?y=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n', Query",
        "'GET /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n', Content length",
        "'GET /x HTTP/1.1\r\nHost: a\r\n b\r\n\r\n', header",
        "'GE{T /x HTTP/1.1\r\nHost: localhost\r\n\r\n', no request",
        "'\u0016\u0003\u0001', no request",
        "'GET /x HTTP/2.0\r\n\r\n', no request",
    })
    void alwaysSaysWhy(String question, String why) throws Exception {
        String answer = node.raw(question);
        assertEquals("HTTP/1.1 400", answer.substring(0, 12));
        assertTrue(answer.substring(answer.indexOf("\r\n\r\n")).contains(why), answer);
    }

    @ParameterizedTest
    @CsvSource({
        "GET /nix-cache-info, '', 200, StoreDir: /nix/store",
        "GET /nix-cache-info, 'Connection: Keep-Alive', 200, StoreDir: /nix/store",
        "HEAD /nix-cache-info, '', 200, Content-Length: 51",
        "OPTIONS /, '', 405, only GET",
        "GET /nothing, '', 404, nothing of this name",
        "GET /nix-cache-info, 'Host: evil.example', 403, not called evil.example",
        "PUT /nix-cache-info, 'Content-Length: 2', 403, can only be read",
        "GET /ipfs/CID?format=car, '', 505, HTTP/1.1",
    })
    void speaksWithOldClients(String question, String header, int status, String answer)
            throws IOException {
        String said =
                node.raw(
                        "%s HTTP/1.0\r\n%s\r\n"
                                .formatted(
                                        question.replace("CID", stored.cid().toString()),
                                        header.isEmpty() ? "" : header + "\r\n"));
        assertTrue(said.startsWith("HTTP/1.1 " + status), said);
        assertTrue(said.contains(answer), said);
        assertTrue(said.contains("Connection: close"), said);
    }

    @Test
    void givesOldClientsWholeArchives() throws Exception {
        String said = node.raw("GET %s HTTP/1.0\r\nAccept-Encoding: zstd\r\n\r\n".formatted(nar()));
        assertTrue(said.contains("\r\nContent-Length: %d\r\n".formatted(archive().length)), said);
        assertTrue(said.endsWith(new String(archive(), UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nix-cache-info", "/nothing", "NAR"})
    void hangsUpOnWhoWantsThat(String path) throws Exception {
        try (var socket = node.connect()) {
            socket.getOutputStream()
                    .write(
                            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .formatted(path.replace("NAR", nar()))
                                    .getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readAllBytes();
            assertTrue(answer.length > (path.equals("NAR") ? archive().length : 0));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "home/x.pack: the disk is full, true",
        "No space left on device, true",
        "home/x.pack: File too large, true",
        "Disk quota exceeded, true",
        "Permission denied, false",
    })
    void knowsWhatNoRoomIsCalled(String message, boolean full) {
        assertEquals(full, Gateway.isFull(new IOException(message)));
    }

    @Test
    void saysWhatIsDamaged() throws Exception {
        var paths =
                List.of(
                        nar(),
                        "/" + hash() + ".ls",
                        "/serve/" + hash() + "/large",
                        "/ipfs/" + stored.cid() + "?format=raw",
                        "/ipfs/" + stored.cid() + "?format=car");
        node.close();
        try (var packs = Files.walk(folder.resolve("home/packs"))) {
            for (Path pack : packs.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(pack);
                bytes[bytes.length / 2] ^= 1;
                Files.write(pack, bytes);
            }
        }
        node = Served.readable(folder.resolve("home"));
        for (String path : paths) {
            for (String packing : List.of("identity", "zstd")) {
                var answer = node.get(path, "Accept-Encoding", packing);
                assertEquals(
                        "500 the store of this node is damaged: pack at byte 24: a frame's bytes do not match its checksum\n",
                        answer.statusCode() + " " + Served.text(answer));
                assertEquals(
                        "text/plain; charset=utf-8",
                        header(answer, "Content-Type")
                                + header(answer, "ETag")
                                + header(answer, "Cache-Control")
                                + header(answer, "Content-Encoding"));
            }
        }
    }

    @Test
    void countsWhatItAnswers() throws Exception {
        var _ = node.get("/" + hash() + ".narinfo");
        var _ = node.get("/00000000000000000000000000000000.narinfo");
        var lines = Served.text(node.get("/metrics")).lines().toList();
        assertTrue(
                lines.containsAll(
                        List.of(
                                "cairn_http_requests_total{route=\"narinfo\",status=\"2xx\"} 1",
                                "cairn_http_requests_total{route=\"narinfo\",status=\"4xx\"} 1",
                                "cairn_narinfo_hits_total 1",
                                "cairn_narinfo_misses_total 1",
                                "cairn_store_paths 1")),
                () -> String.join("\n", lines));
        assertEquals(1, node.server().traffic().hits());
    }

    @Test
    void tellsOfItselfAndOfItsLastRequests() throws Exception {
        node.get("/nix-cache-info");
        node.get("/nothing");
        var requests = node.server().requests();
        assertEquals(
                List.of("GET /nothing 404", "GET /nix-cache-info 200"),
                requests.stream()
                        .limit(2)
                        .map(each -> each.method() + " " + each.target() + " " + each.status())
                        .toList());
        assertTrue(requests.get(1).ended());
        assertEquals("127.0.0.1", requests.getFirst().client());
        for (int i = 0; i < 300; i++) {
            node.head("/nothing");
        }
        assertEquals(256, node.server().requests().size());
        assertEquals(
                List.of(
                        "extra-substituters = " + node.url(),
                        "extra-trusted-public-keys = <those of whoever signed the paths>"),
                node.server().nixConf());
        assertEquals(Optional.empty(), node.server().netrc());
    }

    @Test
    void whatIsRemovedIsGone() throws Exception {
        String archive = nar();
        var _ = node.engine().store().collect(Roots.NONE, Progress.NONE);
        // Changes are looked for now and then; asking again and again comes to see them.
        int status = 200;
        for (int i = 0; i < 100_000 && status == 200; i++) {
            status = node.get("/" + hash() + ".narinfo").statusCode();
        }
        assertEquals(404, status);
        assertEquals(404, node.get(archive).statusCode());
    }

    private List<Cid> car(String path) throws Exception {
        var cids = new ArrayList<Cid>();
        try (var car = CarReader.open(new ByteArrayInputStream(node.get(path).body()))) {
            for (var block = car.next(); block.isPresent(); block = car.next()) {
                cids.add(block.get().cid());
            }
        }
        return cids;
    }

    private byte[] archive() throws IOException {
        var out = new ByteArrayOutputStream();
        new TreeReader(tree).writeTo(new NarWriter(out));
        return out.toByteArray();
    }

    private String nar() throws Exception {
        return "/" + NarInfo.decode(Bytes.wrap(node.get("/" + hash() + ".narinfo").body())).url();
    }

    private String hash() {
        return stored.info().path().hash();
    }

    private static String header(HttpResponse<byte[]> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}

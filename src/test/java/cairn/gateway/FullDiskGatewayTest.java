package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.SmallDisk;
import cairn.cid.Bytes;
import cairn.engine.Check;
import cairn.nix.NixHash;
import cairn.nix.TreeReader;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node whose disk is full.
class FullDiskGatewayTest {
    private static final String HASH = "g4pss6y41yympq9ixm4zvyrb2kyzlvkc";
    private static final String PATH = "/nix/store/" + HASH + "-large";

    @TempDir private Path folder;
    private Path disk;
    private SmallDisk mounted;
    private byte[] nar;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectories(folder.resolve("disk"));
        mounted = SmallDisk.mount(disk, "2m");
        byte[] content = new byte[8 << 20];
        new Random(1).nextBytes(content);
        nar = FakeCache.nar(new TreeReader(Files.write(folder.resolve("large"), content)));
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted != null) {
            mounted.close();
        }
    }

    @Test
    void saysSoToWhoeverBringsSomethingAndKeepsNothingOfIt() throws Exception {
        String hash = NixHash.sha256Of(Bytes.wrap(nar)).toString().substring("sha256:".length());
        try (var node = Served.writable(disk.resolve("home"))) {
            var full = node.put("/nar/" + hash + ".nar", nar);
            assertEquals(507, full.statusCode());
            assertTrue(
                    Served.text(full).contains("disk is full")
                            || Served.text(full).contains("No space left"),
                    Served.text(full));
            assertEquals(404, node.head("/nar/" + hash + ".nar").statusCode());
            assertEquals(0, node.engine().store().statistics().blocks());
            mounted.remount("size=64m");
            assertEquals(201, node.put("/nar/" + hash + ".nar", nar).statusCode());
        }
    }

    @Test
    void saysSoToWhoeverWantsWhatDoesNotFit() throws Exception {
        var key = SecretKey.generate("cache-1", new SecureRandom());
        try (var cache = new FakeCache();
                var node =
                        Served.drawing(
                                disk.resolve("home"),
                                new TrustedKeys(List.of(key.publicKey())),
                                List.of(cache.url()))) {
            cache.offer(PATH, nar, nar, key);
            String info = Served.text(node.get("/" + HASH + ".narinfo"));
            String url =
                    info.lines()
                            .filter(line -> line.startsWith("URL: "))
                            .map(line -> "/" + line.substring("URL: ".length()))
                            .findFirst()
                            .orElseThrow();
            boolean whole;
            try {
                HttpResponse<byte[]> answer = node.get(url);
                whole = answer.statusCode() == 200;
            } catch (IOException _) {
                whole = false;
            }
            assertEquals(false, whole);
            assertEquals(List.of(), node.engine().catalog().paths());
            mounted.remount("size=64m");
            assertArrayEquals(nar, node.get(url).body());
            var contents = new ArrayList<Check.Content>();
            node.engine()
                    .verify(
                            node.engine().graph().paths(),
                            TrustedKeys.NONE,
                            true,
                            Progress.NONE,
                            check -> contents.add(check.content()));
            assertEquals(List.of(Check.Content.INTACT), contents);
        }
    }
}

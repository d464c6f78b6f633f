package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.TreeReader;
import cairn.trust.TrustedKeys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadsTest {
    @TempDir private Path folder;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void anArchiveThatNobodyExplainsInTimeWasNeverThere() throws Exception {
        var limits =
                new Uploads.Limits(1 << 20, 64, Duration.ofMinutes(10), Duration.ofSeconds(30));
        try (var engine = Engine.open(folder.resolve("home"), () -> now);
                var uploads =
                        Uploads.start(
                                engine.store(), engine.clock(), TrustedKeys.NONE, limits, true)) {
            String first = bring(uploads, "first");
            now = now.plus(Duration.ofMinutes(6));
            String second = bring(uploads, "second");
            now = now.plus(Duration.ofMinutes(4));
            uploads.expire();
            assertEquals(2, uploads.waiting());
            now = now.plusSeconds(1);
            uploads.expire();
            assertEquals(false, uploads.isWaiting(first));
            assertEquals(true, uploads.isWaiting(second));
            now = now.plus(Duration.ofMinutes(10));
            uploads.expire();
            assertEquals(0, uploads.waiting());
            assertEquals(0, engine.store().statistics().blocks());
        }
    }

    private String bring(Uploads uploads, String content) throws Exception {
        var out = new ByteArrayOutputStream();
        new TreeReader(Files.writeString(folder.resolve(content), content))
                .writeTo(new NarWriter(out));
        byte[] nar = out.toByteArray();
        String hash = NixHash.sha256Of(Bytes.wrap(nar)).toString().substring("sha256:".length());
        uploads.archive(hash + ".nar", new ByteArrayInputStream(nar));
        return hash + ".nar";
    }
}

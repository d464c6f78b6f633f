package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MentionsTest {
    private static final String HASH = "2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4";

    @Test
    void findsFilesAndLinks() throws IOException {
        var mentions = new Mentions(HASH);
        mentions.directory();
        mentions.entry(Bytes.utf8("bin"));
        mentions.directory();
        mentions.entry(Bytes.utf8("yes"));
        file(mentions, "#!/nix/store/" + HASH + "-bash/bin/sh");
        mentions.entry(Bytes.utf8("no"));
        file(mentions, HASH.substring(1) + HASH.substring(0, 31));
        mentions.endDirectory();
        mentions.entry(Bytes.utf8("link"));
        mentions.symlink(Bytes.utf8("/nix/store/" + HASH + "-hello"));
        mentions.endDirectory();
        assertEquals(List.of("bin/yes", "link"), mentions.places());
    }

    @Test
    void findsWhatLiesAcrossTheEndOfABuffer() throws IOException {
        for (int before = (1 << 16) - 40; before < (1 << 16) + 8; before++) {
            byte[] content = new byte[before + 200_000];
            Arrays.fill(content, (byte) '2');
            System.arraycopy(Bytes.utf8(HASH).toByteArray(), 0, content, before, HASH.length());
            var mentions = new Mentions(HASH);
            mentions.regular(false, content.length, new ByteArrayInputStream(content));
            assertEquals(List.of("."), mentions.places(), "at " + before);
        }
    }

    private static void file(Mentions mentions, String content) throws IOException {
        InputStream in = Bytes.utf8(content).toInputStream();
        mentions.regular(false, content.length(), in);
    }
}

package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShotCommandTest {
    private static final String STRANGER = "1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r";

    @Test
    void aPlaceIsDrawnInTheSizeAskedFor(@TempDir Path folder) throws IOException {
        var shot = shoot(folder, "cairn:settings", "--size", "640x480");
        assertEquals("", shot.err());
        assertEquals(ExitCode.DONE, shot.code());
        var picture = ImageIO.read(folder.resolve("shot.png").toFile());
        assertEquals(640, picture.getWidth());
        assertEquals(480, picture.getHeight());
    }

    @Test
    void aPlaceThatCannotBeShownIsDrawnAndSaid(@TempDir Path folder) throws IOException {
        var shot = shoot(folder, "cairn:path/" + STRANGER);
        assertEquals(
                "cairn: '%s' is not in the store. See what is: cairn paths\n".formatted(STRANGER),
                shot.err());
        assertEquals(ExitCode.NO, shot.code());
        assertTrue(ImageIO.read(folder.resolve("shot.png").toFile()).getWidth() > 0);
    }

    private static Cli.Outcome shoot(Path folder, String place, String... options) {
        var words = new String[options.length + 4];
        words[0] = "shot";
        words[1] = place;
        words[2] = "-o";
        words[3] = folder.resolve("shot.png").toString();
        System.arraycopy(options, 0, words, 4, options.length);
        return new Cli(folder.resolve("home")).run(words);
    }
}

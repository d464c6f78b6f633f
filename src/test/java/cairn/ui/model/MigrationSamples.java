package cairn.ui.model;

import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A binary cache in a folder that has what [Samples] has.
public final class MigrationSamples {
    private MigrationSamples() {}

    /// Makes it below a folder.
    public static Path cache(Path folder) throws IOException {
        Path cache = folder.resolve("cache");
        try (Engine other = Samples.engine(folder.resolve("other"));
                var to = other.target("file://" + cache + "?compression=none")) {
            other.copyOut(to, List.of(Samples.APPLICATION), Progress.NONE);
        }
        return cache;
    }

    /// Changes a bit of the content of a path's file.
    public static void damage(Path cache, StorePath path) throws IOException {
        String url =
                Files.readAllLines(cache.resolve(path.hash() + ".narinfo")).stream()
                        .filter(line -> line.startsWith("URL: "))
                        .findFirst()
                        .orElseThrow()
                        .substring("URL: ".length());
        byte[] nar = Files.readAllBytes(cache.resolve(url));
        int content = new String(nar, StandardCharsets.ISO_8859_1).indexOf("some");
        nar[content] ^= 1;
        Files.write(cache.resolve(url), nar);
    }
}

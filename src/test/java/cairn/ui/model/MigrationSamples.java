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
    /// Two paths whose content is their own name.
    static final StorePath TWIN = Samples.path("4b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "twin-1.0");

    static final StorePath OTHER = Samples.path("5b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "twin-1.0");

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

    /// Adds both of them.
    static void addTwins(Path room, Path cache) throws IOException {
        try (Engine other = Engine.open(room);
                var to = other.target("file://" + cache + "?compression=none")) {
            for (StorePath twin : List.of(TWIN, OTHER)) {
                Samples.addReferring(other, twin, twin.toString(), twin);
            }
            other.copyOut(to, List.of(TWIN, OTHER), Progress.NONE);
        }
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

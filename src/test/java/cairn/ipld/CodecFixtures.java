package cairn.ipld;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The IPLD codec fixtures: a folder for each value, holding it once in each codec, in files named
/// `<cid>.<codec>`.
///
/// @see <a href="https://github.com/ipld/codec-fixtures">Codec fixtures</a>
final class CodecFixtures {
    private static final Path FOLDER = Path.of("../shared/fixtures/codec-fixtures/fixtures");

    private CodecFixtures() {}

    /// One value in one codec.
    record Fixture(String value, String codec, Block block) {
        @Override
        public String toString() {
            return value + " in " + codec;
        }
    }

    static List<Fixture> all() {
        assumeTrue(Files.isDirectory(FOLDER), "the codec fixtures are not at " + FOLDER);
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().contains(".dag-"))
                    .sorted()
                    .map(CodecFixtures::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Fixture> of(String codec) {
        return all().stream().filter(fixture -> fixture.codec.equals(codec)).toList();
    }

    private static Fixture read(Path file) {
        String[] name = file.getFileName().toString().split("\\.", 2);
        try {
            var block = new Block(Cid.parse(name[0]), Bytes.wrap(Files.readAllBytes(file)));
            return new Fixture(FOLDER.relativize(file).getName(0).toString(), name[1], block);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

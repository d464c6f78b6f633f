package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockCommandTest {
    private static final Path FIXTURES = Path.of("../shared/fixtures/codec-fixtures/fixtures");

    @TempDir private Path folder;
    private Cli cli;

    @BeforeEach
    void open() {
        cli = new Cli(folder.resolve("home"));
    }

    @Test
    void eachFixtureHasTheCidThatIsItsName() throws IOException {
        var words = new ArrayList<>(List.of("block", "put"));
        var names = new ArrayList<String>();
        for (Path file : fixtures("")) {
            words.add(file.toString());
            names.add(name(file));
        }
        assertEquals(names, cli.run(words.toArray(String[]::new)).lines());
        assertArrayEquals(
                Files.readAllBytes(Path.of(words.getLast())),
                cli.run("block", "get", names.getLast(), "--raw").bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dag-cbor", "dag-json", "dag-pb"})
    void eachFixtureInAnotherCodecIsItsNeighbour(String codec) throws IOException {
        for (String from : List.of("dag-cbor", "dag-json", "dag-pb")) {
            var words = new ArrayList<>(List.of("block", "put", "--codec", codec));
            var names = new ArrayList<String>();
            for (Path file : fixtures("." + from)) {
                Path folder = file.getParent();
                try (Stream<Path> beside = Files.list(folder)) {
                    beside.filter(other -> other.toString().endsWith("." + codec))
                            .forEach(other -> {
                                words.add(file.toString());
                                names.add(name(other));
                            });
                }
            }
            assertEquals(names, cli.run(words.toArray(String[]::new)).lines(), from);
        }
    }

    @Test
    void aBadFileIsAnErrorLineAndTheOthersGoOn() throws IOException {
        Path good = Files.writeString(folder.resolve("a.dag-json"), "{\"b\": 1, \"a\": 2}");
        Path bad = Files.write(folder.resolve("b.dag-cbor"), new byte[] {(byte) 0xbf, (byte) 0xff});
        Path plain = Files.write(folder.resolve("c.cbor"), new byte[] {(byte) 0xa0});
        var done =
                cli.run(
                        "--json",
                        "block",
                        "put",
                        bad.toString(),
                        good.toString(),
                        plain.toString(),
                        folder.resolve("none").toString());
        assertEquals(4, done.code());
        assertEquals(3, done.errors().size());
        var entries = done.json();
        assertEquals(List.of("file", "error"), List.copyOf(entries.get(0).propertyNames()));
        assertEquals(List.of("file", "cid"), List.copyOf(entries.get(1).propertyNames()));
        assertEquals(
                "{\"a\":2,\"b\":1}\n",
                cli.run("block", "get", entries.get(1).get("cid").asString()).out());
        assertEquals(
                plain + ": cbor at byte 0: plain CBOR has no one form; only dag-cbor is read",
                entries.get(2).get("error").asString());
    }

    private static List<Path> fixtures(String end) throws IOException {
        assumeTrue(Files.isDirectory(FIXTURES), "the codec fixtures are not at " + FIXTURES);
        try (Stream<Path> files = Files.walk(FIXTURES)) {
            return files.filter(file -> file.toString().contains(".dag-"))
                    .filter(file -> file.toString().endsWith(end))
                    .sorted()
                    .toList();
        }
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.indexOf('.'));
    }
}

package cairn.nix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.ContentAddress.Method;
import cairn.nix.Derivation.Output;
import cairn.nix.NixHash.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class DerivationTest {
    private static final Path OURS = Path.of("src/test/resources/cairn/nix/drv");
    private static final Path GO_NIX = Path.of("../shared/fixtures/go-nix");

    static Stream<Path> wellFormed() throws IOException {
        return Stream.concat(files(OURS.resolve("ok"), ".drv"), outside(".drv"));
    }

    static Stream<Path> printed() throws IOException {
        return Stream.concat(files(OURS.resolve("ok"), ".drv.json"), outside(".drv.json"));
    }

    static Stream<Path> malformed() throws IOException {
        return files(OURS.resolve("bad"), ".drv");
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void encodesToTheBytesItWasDecodedFrom(Path file) throws IOException {
        Bytes bytes = read(file);
        assertEquals(bytes, Derivation.decode(bytes).encode());
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void computesItsOwnPath(Path file) throws IOException {
        StorePath path = path(file);
        var derivation = Derivation.decode(read(file));
        assertEquals(path, derivation.path(path.folder(), Derivation.nameOf(path)));
    }

    @ParameterizedTest
    @MethodSource("printed")
    void printsTheJsonThatNixPrints(Path file) throws IOException {
        String name = file.getFileName().toString().replaceFirst("[.]json$", "");
        StorePath path = StorePath.parse(StorePath.NIX_STORE, name);
        var derivation = Derivation.decode(read(file.resolveSibling(name)));
        var json = new JsonMapper();
        // Nix loses what is not UTF-8.
        String printed = derivation.toJson().toString().replaceAll("\\\\u0000..", "\ufffd");
        assertEquals(
                json.readTree(read(file).toUtf8()),
                json.createObjectNode().set(path.toString(), json.readTree(printed)));
    }

    @Test
    void printsBytesThatAreNotUtf8() throws IOException {
        var derivation =
                Derivation.decode(
                        Bytes.utf8("Derive([],[],[],\"system\",\"builder\",[],[(\"chars\",\"")
                                .concat(Bytes.ofHex("c5c4d6"))
                                .concat(Bytes.utf8("\")])")));
        assertEquals("\0c5\0c4\0d6", derivation.toJson().get("env").get("chars").asString());
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWithTheRecordedMessage(Path file) throws IOException {
        Bytes bytes = read(file);
        var e = assertThrows(FormatException.class, () -> Derivation.decode(bytes));
        var recorded =
                file.resolveSibling(file.getFileName().toString().replace(".drv", ".message"));
        assertEquals(Files.readString(recorded).strip(), e.getMessage());
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        Bytes whole = read(OURS.resolve("ok/9g1lmvahqsy93a8dixc2zi35vhx17sah-structured.drv"));
        for (int length = 0; length < whole.length(); length++) {
            Bytes part = whole.slice(0, length);
            assertThrows(FormatException.class, () -> Derivation.decode(part));
        }
    }

    @Test
    void holdsEachKindOfOutput() throws IOException {
        assertEquals(
                Map.of(
                        "floating",
                        List.of(
                                new Output.Floating(Method.RECURSIVE, Algorithm.SHA256),
                                new Output.Floating(Method.RECURSIVE, Algorithm.SHA256)),
                        "deferred",
                        List.of(new Output.Deferred()),
                        "impure",
                        List.of(new Output.Impure(Method.RECURSIVE, Algorithm.SHA256)),
                        "recursive",
                        List.of(
                                new Output.Fixed(
                                        StorePath.parse(
                                                "/nix/store/3dafyflgyifrznybqiw58lysyrm7l28w-recursive"),
                                        ContentAddress.parse(
                                                "fixed:r:md5:9dd4e461268c8034f5c8564e155c67a6"))),
                        "sources",
                        List.of(
                                new Output.InputAddressed(
                                        StorePath.parse(
                                                "/nix/store/k5ingz1aq9fk57qaxk6k23jxci4vhddk-sources")))),
                outputs("floating", "deferred", "impure", "recursive", "sources"));
    }

    @Test
    void keepsTextsThatAreNotUtf8() throws IOException {
        assumeTrue(Files.isDirectory(GO_NIX), "the go-nix fixtures are not at " + GO_NIX);
        var derivation =
                Derivation.decode(
                        read(GO_NIX.resolve("x6p0hg79i3wg0kkv7699935f7rrj9jf3-latin1.drv")));
        assertEquals(Bytes.ofHex("c5c4d6"), derivation.environment().get(Bytes.utf8("chars")));
    }

    private static Map<String, List<Output>> outputs(String... names) throws IOException {
        var outputs = new TreeMap<String, List<Output>>();
        for (Path file : files(OURS.resolve("ok"), ".drv").toList()) {
            String name = Derivation.nameOf(path(file));
            if (List.of(names).contains(name)) {
                outputs.put(name, List.copyOf(Derivation.decode(read(file)).outputs().values()));
            }
        }
        return outputs;
    }

    private static StorePath path(Path file) throws FormatException {
        return StorePath.parse(StorePath.NIX_STORE, file.getFileName().toString());
    }

    private static Stream<Path> outside(String suffix) throws IOException {
        return Files.isDirectory(GO_NIX) ? files(GO_NIX, suffix) : Stream.empty();
    }

    private static Stream<Path> files(Path folder, String suffix) throws IOException {
        try (var files = Files.list(folder)) {
            return files
                    .filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Bytes read(Path file) throws IOException {
        return Bytes.wrap(Files.readAllBytes(file));
    }
}

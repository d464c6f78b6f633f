package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for every command: exit codes, errors, help.
class MainTest {
    @TempDir private Path folder;
    private Cli cli;

    @BeforeEach
    void open() {
        cli = new Cli(folder.resolve("home"));
    }

    /// What stands behind `--` goes to the parser, the rest not.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "paths rehearsal",
                "paths one two",
                "info rehearsal",
                "info rehearsal nothing",
                "ls rehearsal",
                "ls rehearsal rehearsal",
                "ls",
                "cat rehearsal/feather.txt",
                "cid bafkqaaa",
                "cid",
                "stats",
                "stats now"
            })
    void saysTheSameWithTheParserAndWithout(String line) throws IOException {
        var files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("feather.txt"), "light");
        assertEquals(0, cli.run("add", "--name", "rehearsal", files.toString()).code());
        var words = new ArrayList<>(List.of(line.split(" ")));
        var plain = cli.run(words.toArray(String[]::new));
        words.add(1, "--");
        var parsed = cli.run(words.toArray(String[]::new));
        assertEquals(
                List.of(parsed.code(), parsed.out(), parsed.err()),
                List.of(plain.code(), plain.out(), plain.err()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1 | info hello
                    1 | info /nix/store/2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4-hello-2.12.1
                    1 | info 2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4
                    1 | info no/such/file.nar
                    1 | block get bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
                    1 | unpin hello
                    1 | cat hello/bin
                    1 | info hello/bin
                    2 | nonsense
                    2 | info
                    2 | info --what hello
                    2 | copy hello
                    2 | copy --all
                    2 | verify
                    2 | block take x
                    2 | block put --codec cbor x
                    2 | verify --all --trusted-key nonsense
                    2 | copy --from gopher://x --all
                    2 | paths --store nonsense
                    2 | completion fish
                    2 | block get bafkqaaa --output=
                    2 | dag --depth -1 hello
                    2 | ls hello/../x
                    1 | ls ./nowhere
                    2 | copy --to local hello
                    2 | paths --store=
                    2 | copy --from= --all
                    2 | copy --to= hello
                    2 | migrate --from=
                    2 | paths --store car:
                    2 | copy --to car: hello
                    2 | copy --to folder: hello
                    2 | paths --store file://
                    2 | paths --store https://
                    2 | paths --store local?
                    2 | paths --store local?root
                    2 | paths --store local?root=
                    2 | paths --store local?x=y
                    2 | paths --store local?priority=high
                    2 | copy --to file:///x?x=y hello
                    2 | copy --to file:///x?compression=foo hello
                    2 | copy --to file:///x?write-nar-listing=1 hello
                    2 | ls -
                    2 | verify /dev/stdin
                    2 | add -
                    2 | ls /dev/null
                    2 | info /nix/store/2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4-hello-2.12.1/bin/sh
                    2 | copy --from folder:x --all
                    2 | why a b --limit 0
                    2 | paths --home=
                    2 | add --name a/b README.md
                    2 | block put --raw README.md
                    2 | block get --codec raw bafkqaaa
                    2 | node --substituter gopher://x
                    2 | node --token-file /nowhere --listen 0.0.0.0 --writable
                    3 | copy --from local?root=/nowhere --all
                    3 | copy --from car:/nowhere --all
                    3 | info --store file:///nowhere hello
                    3 | paths --store file:///
                    3 | info --store file:///dev hello
                    3 | paths --store car:src
                    4 | cid nonsense
                    4 | cid bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5
                    4 | info bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5
                    4 | info /nix/store/short-hello
                    4 | info !
                    4 | block get nonsense
                    """)
    void tellsTheKindOfFailureByTheExitCode(int code, String words) {
        var outcome = cli.run(("--json " + words).split(" "));
        assertEquals(code, outcome.code(), outcome.err());
        assertEquals(1, outcome.errors().size());
        String sentence = outcome.errors().getFirst().get("error").asString();
        assertFalse(sentence.contains("Exception"), sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    copy --to local?root=/x hello | a Nix store is only read. Write a binary cache,\
                     file:///DIR, and let Nix take it: nix copy --from file:///DIR
                    copy --from folder:/x --all   | folder:/x is only written, never read
                    copy --from local?root=/no x  | /no/nix/var/nix/db/db.sqlite does not exist, so there\
                     is no Nix store
                    copy --from http://[::1]:9 --all | http://[::1]:9/ cannot be reached: there is no\
                     such server, or nobody listens there
                    ls ./no/file                  | there is no file './no/file'
                    info hello/bin                | there is no file 'hello/bin'; for what is inside of\
                     a path: cairn ls hello/bin
                    info x/y.nar                  | there is no file 'x/y.nar'
                    info /nix/store/2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4-hello/bin/sh | this lies inside of\
                     /nix/store/2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4-hello. Look at it: cairn ls\
                     /nix/store/2hl6jbya3y6qsc6zfc8zbjzhgpj60bq4-hello/bin/sh
                    ls -                          | '-' does not tell what it is. Write it to a file that\
                     is named for it, such as x.nar or x.car
                    ls /dev/null                  | /dev/null is no plain file
                    paths --store=                | '' names no store; known are local, local?root=DIR,\
                     file:///DIR, http://…, https://…, nats+ipld://host:port, car:FILE and folder:DIR
                    paths --store car:            | 'car:' names no file; write one behind it
                    paths --store file://         | 'file://' names no folder; write it in full, as in\
                     file:///DIR
                    paths --store http://         | 'http://' names no server; write it as in https://HOST
                    paths --store local?root=     | in 'local?root=': no value is given to 'root'; known\
                     are root, store, state, real, log, priority
                    paths --store file:///x?x=y   | in 'file:///x?x=y': there is no parameter 'x'; known\
                     are compression, write-nar-listing, priority
                    doctor --nats | no NATS server is named: write one behind --nats, as in\
                     nats://127.0.0.1:4222, or set nats.url
                    node --nats nats://h --with-nats | --nats names a server and --with-nats starts\
                     one: give one
                    paths --store nats+ipld://h?x=y | in 'nats+ipld://h?x=y': there is no parameter 'x';\
                     known are archive, priority
                    copy --to file:///x?compression=foo y | the compression 'foo' is none of xz,\
                     zstd, bzip2, gzip, none
                    paths --store file:///dev     | file:///dev is no binary cache: there is no\
                     nix-cache-info
                    paths --store car:src         | car:src: Is a directory
                    ls a b                        | too many words: 'b'. See: cairn ls --help
                    ls a --what                   | Unknown option: '--what'. See: cairn ls --help
                    --jsn paths                   | there is no option '--jsn'. See: cairn --help
                    info .                        | '.' is no CID, store path, hash, name or file
                    info src/test                 | src/test is a folder. Add it as a path first: cairn\
                     add src/test
                    block put src/test            | src/test: Is a directory
                    cid zzz                       | cid at byte 1: unsupported version 13
                    block get nonsense --raw -o /no/x | cid at byte 0: unknown multibase prefix 'n'
                    block get bafkqaaa -o /no/x   | cannot write /no/x: there is no folder /no
                    block get bafkqaaa -o src     | cannot write src: src: Is a directory
                    """)
    void saysWhatWhereAndWhatToDo(String words, String sentence) {
        assertEquals("cairn: " + sentence + "\n", cli.run(words.split(" ")).err());
    }

    @Test
    void saysWhyAHomeCannotBeUsed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertEquals(
                "cairn: the home %s cannot be used: %s is no folder\n".formatted(file, file),
                new Cli(file).run("paths").err());
        assertEquals(
                "cairn: the home %s cannot be used: it holds other things and no store. Name an empty folder, or one that is not there\n"
                        .formatted(folder),
                new Cli(folder).run("paths").err());
        assertArrayEquals(new String[] {"file"}, folder.toFile().list());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    No space left on device | 3   | cairn: cannot write standard output: No space left on device
                    Broken pipe             | 141 |
                    """)
    void saysThatStandardOutputFails(String reason, int code, @Nullable String said) {
        var full =
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException(reason);
                    }
                };
        for (String command : List.of("stats", "block get bafkqaaa", "--version", "--help")) {
            var err = new ByteArrayOutputStream();
            var words = new ArrayList<>(List.of("--home", folder.resolve("home").toString()));
            words.addAll(List.of(command.split(" ")));
            var streams = new Streams(full, new PrintStream(err, true, UTF_8));
            assertEquals(code, Main.run(words, Map.of(), streams), command);
            assertEquals(
                    Objects.requireNonNullElse(said, ""), err.toString(UTF_8).strip(), command);
        }
    }

    @Test
    void anErrorIsOneLine() {
        var outcome = cli.run("info", "hel\u001blo\nworld");
        assertEquals(1, outcome.err().lines().count());
        assertTrue(outcome.err().startsWith("cairn: "), outcome.err());
        assertFalse(outcome.err().contains("\u001b"));
    }

    @Test
    void severalTargetsGiveAnEntryEach() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "a");
        String path = cli.json("add", file.toString()).get("path").asString();
        var outcome = cli.run("--json", "info", "!", path, "hello");
        assertEquals(4, outcome.code());
        assertEquals(3, outcome.json().size());
        assertEquals("!", outcome.json().get(0).get("target").asString());
        assertEquals(path, outcome.json().get(1).get("path").asString());
        assertEquals("hello", outcome.json().get(2).get("target").asString());
        var checked = cli.run("--json", "verify", "--deep", "!", path, "hello");
        assertEquals(4, checked.code());
        assertEquals(
                List.of("damaged", "intact", "missing"),
                List.of(
                        checked.json().get(0).get("content").asString(),
                        checked.json().get(1).get("content").asString(),
                        checked.json().get(2).get("content").asString()));
        for (var entry : checked.json()) {
            assertEquals(
                    List.of("target", "path", "content", "trust", "keys", "reason"),
                    List.copyOf(entry.propertyNames()));
        }
    }

    @Test
    void copiesNothingWhereATargetIsBadAndTellsOfEach() throws IOException {
        String good = Files.writeString(folder.resolve("a"), "a").toString();
        cli.json("add", good);
        Path cache = folder.resolve("cache");
        var paths = cli.run("copy", "--to", cache.toUri().toString(), "a", "!", "nothing");
        assertEquals(4, paths.code());
        assertEquals(
                """
                cairn: '!' is no CID, store path, hash, name or file
                cairn: 'nothing' is not in the store. See what is: cairn paths
                cairn: nothing is copied, for 2 of these 3 targets are bad
                """,
                paths.err());
        assertFalse(Files.exists(cache));
        var files = cli.run("--json", "copy", good, "nothing", "");
        assertEquals(List.of(4, ""), List.of(files.code(), files.out()));
        assertEquals(3, files.errors().size());
    }

    @Test
    void aFileThatIsDamagedStaysOutAlone() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.nar"), "bad");
        Path good = Files.writeString(folder.resolve("good"), "good");
        var outcome = cli.run("--json", "copy", bad.toString(), good.toString());
        assertEquals(4, outcome.code());
        assertEquals(1, outcome.json().get("paths").asInt());
        String sentence = outcome.errors().getFirst().get("error").asString();
        assertTrue(sentence.startsWith(bad + ": nar at byte 3"), sentence);
        Path odd = Files.writeString(folder.resolve("o d"), "odd");
        assertEquals(
                "cairn: %s: store path at byte 1: a name may not hold SPACE. Name it: cairn add --name NAME\n"
                        .formatted(odd),
                cli.run("copy", odd.toString()).err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "info",
                "ls",
                "cat",
                "nar",
                "car",
                "dag",
                "closure",
                "referrers",
                "verify",
                "pin",
                "unpin",
                "copy",
                "add",
                "cid",
                "block get",
                "block put"
            })
    void anEmptyTargetIsMalformed(String command) {
        var words = new ArrayList<>(List.of((command + " x").split(" ")));
        words.set(words.size() - 1, "");
        assertEquals(4, cli.run(words.toArray(String[]::new)).code());
    }

    @Test
    void aNoteIsAnObjectToo() throws IOException {
        Files.createDirectories(cli.home());
        Files.writeString(cli.home().resolve("cairn.toml"), "colour = 1");
        assertEquals(
                List.of("cairn.toml has 'colour', which sets nothing in this version"),
                cli.run("--json", "config").errors().stream()
                        .map(note -> note.get("note").asString())
                        .toList());
    }

    @Test
    void aDamagedIndexIsDamagedData() throws IOException {
        Files.createDirectories(cli.home());
        Path index = cli.home().resolve("index.db");
        Files.writeString(index, "this is no database, and long enough for one");
        var outcome = cli.run("paths");
        assertEquals(ExitCode.MALFORMED, outcome.code());
        assertEquals(
                "cairn: %s: it is damaged; 'cairn repair' rebuilds it from the packs\n"
                        .formatted(index),
                outcome.err());
    }

    @Test
    void aDamagedPackIsDamagedData() throws IOException {
        byte[] content = new byte[10_000];
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("a"), content);
        cli.json("add", file.toString());
        try (var packs = Files.newDirectoryStream(cli.home().resolve("packs"))) {
            Path pack = packs.iterator().next();
            byte[] bytes = Files.readAllBytes(pack);
            bytes[5_000] ^= 1;
            Files.write(pack, bytes);
        }
        var outcome = cli.run("cat", "a");
        assertEquals(ExitCode.MALFORMED, outcome.code());
        assertEquals(
                "cairn: the store is damaged: pack at byte 24: a frame's bytes do not match its checksum."
                        + " See what it concerns, and copy that again: cairn verify --all --deep\n",
                outcome.err());
    }

    @Test
    void aPathIsListedHoweverItIsPasted() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "a");
        String path = cli.json("add", file.toString()).get("path").asString();
        String base = path.substring(path.lastIndexOf('/') + 1);
        for (String pattern : List.of(path, base, base.substring(0, 32), "a")) {
            assertEquals(1, cli.json("paths", pattern).size(), pattern);
        }
        assertEquals(0, cli.json("paths", base + "b").size());
        assertEquals(0, cli.json("paths", base.substring(0, 31) + "-a").size());
    }

    @Test
    void whatTheSourceLacksIsNotBlamedOnTheTarget() throws IOException {
        String path = "/nix/store/00000000000000000000000000000000-none";
        var outcome = cli.run("copy", "--to", folder.resolve("cache").toUri().toString(), path);
        assertEquals(ExitCode.NO, outcome.code());
        assertEquals(
                "cairn: %1$s is not in the store. Bring it in: cairn copy --from URI %1$s\n"
                        .formatted(path),
                outcome.err());
    }

    @Test
    void aNameWithALineBreakIsToldWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("t\nt.nar"), "no archive");
        String err = cli.run("info", file.toString()).err();
        assertEquals(1, err.lines().count());
        assertTrue(err.contains("t.nar: nar at byte 0"), err);
    }

    @Test
    void anEmptyHomeIsNeverCalledVerified() {
        var outcome = cli.run("verify", "--all", "--deep");
        assertEquals(List.of(0, "0 paths\n"), List.of(outcome.code(), outcome.out()));
        assertEquals("[]\n", cli.run("--json", "verify", "--all").out());
    }

    @Test
    void pinsKeepWhatACollectionWouldTake() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "a");
        cli.json("add", file.toString());
        assertEquals(0, cli.json("gc", "--dry-run").get("paths").asInt());
        assertEquals(1, cli.json("pin").get("pins").size());
        assertEquals(0, cli.run("unpin", "a").code());
        var would = cli.json("gc", "--dry-run");
        assertEquals(1, would.get("paths").asInt());
        var gone = cli.json("gc");
        assertEquals(would.get("bytes"), gone.get("bytes"));
        assertEquals(0, cli.json("paths").size());
    }

    @Test
    void namesOfStrangersMoveNothingOnATerminal() {
        assertEquals(
                "a\ufffd[2J\ufffdb\ufffdc\ufffd\ufffdgrüße",
                Session.shown("a\u001b[2J\u009bb\u202ec\u2028\ngrüße"));
    }

    @Test
    void aFileBesideDoesNotHideAPathOfItsName() throws IOException {
        // The tests run in the project's folder.
        Path file = Files.writeString(folder.resolve("pom.xml"), "a");
        String path = cli.json("add", file.toString()).get("path").asString();
        assertEquals(path, cli.json("info", "pom.xml").get(0).get("path").asString());
        assertEquals(2, cli.run("info", "README.md").code());
    }

    @Test
    void pinsWhatCanBePinned() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "a");
        String path = cli.json("add", "--no-pin", file.toString()).get("path").asString();
        var pinned = cli.run("--json", "pin", "!", "a");
        assertEquals(4, pinned.code());
        assertEquals("!", pinned.json().get("pins").get(0).get("target").asString());
        assertEquals(path, pinned.json().get("pins").get(1).get("name").asString());
        assertEquals(pinned.json().get("pins").get(1), cli.json("pin").get("pins").get(0));
        var unpinned = cli.run("unpin", "a", "nothing");
        assertEquals(List.of(1, path + "\n"), List.of(unpinned.code(), unpinned.out()));
        assertEquals("", cli.run("pin").out());
    }

    @Test
    void anIndexThatIsLostIsRebuilt() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "a");
        cli.json("add", file.toString());
        String before = cli.run("--json", "info", "a").out();
        Files.delete(cli.home().resolve("index.db"));
        Files.deleteIfExists(cli.home().resolve("index.db-wal"));
        Files.deleteIfExists(cli.home().resolve("index.db-shm"));
        assertEquals(1, cli.json("repair").get("paths").asInt());
        assertEquals(before, cli.run("--json", "info", "a").out());
    }

    static List<String> names() {
        return Commands.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachCommandTeachesByExample(String name) throws Failure.Reported {
        var outcome = cli.run(name, "--help");
        assertEquals(0, outcome.code());
        assertTrue(outcome.out().contains("\nExample"), outcome.out());
        assertTrue(cli.run("--help").out().contains("\n  " + name + " "));
        var told = Commands.named(name).getClass().getAnnotation(picocli.CommandLine.Command.class);
        assertTrue(String.join("\n", told.footer()).contains("cairn " + name), "shows itself");
        assertTrue(outcome.lines().containsAll(List.of(told.footer())), "no line is broken");
        assertTrue(outcome.lines().containsAll(List.of(told.description())), "no line is broken");
    }

    @Test
    void helpIsAskedForInSeveralWays() {
        assertEquals(cli.run("copy", "--help").out(), cli.run("help", "copy").out());
        assertEquals(cli.run("--help").out(), cli.run("help").out());
        assertEquals(2, cli.run("help", "nothing").code());
    }

    @Test
    void theCommandsOfTheReadmeWork() throws IOException {
        var lines =
                Files.readAllLines(Path.of("README.md")).stream()
                        .filter(line -> line.startsWith("    ./cairn "))
                        .map(line -> line.split(" #", 2)[0].strip())
                        .filter(line -> !line.equals("./cairn") && !line.contains("--from local"))
                        .filter(line -> !line.contains(" build -- "))
                        .toList();
        assertEquals(8, lines.size());
        for (String line : lines) {
            var words = List.of(line.replace("/tmp", folder.toString()).split(" +"));
            var outcome = cli.run(words.subList(1, words.size()).toArray(String[]::new));
            assertEquals(0, outcome.code(), line + ": " + outcome.err());
        }
    }

    @Test
    void theHomeComesFromTheEnvironment() {
        Path other = folder.resolve("other");
        assertEquals(other, home(Map.of("CAIRN_HOME", other.toString(), "HOME", "/home/ada")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void withoutAHomeItIsAmongTheDataOfTheUser() {
        assertEquals(
                Path.of("/data/cairn"),
                home(Map.of("XDG_DATA_HOME", "/data", "HOME", "/home/ada")));
        assertEquals(
                Path.of("/home/ada/.local/share/cairn"),
                home(Map.of("XDG_DATA_HOME", "relative", "HOME", "/home/ada")));
        assertEquals(
                Path.of(System.getProperty("user.home"), ".local", "share", "cairn"),
                home(Map.of("HOME", "")));
    }

    private static Path home(Map<String, String> environment) {
        var streams =
                new Streams(
                        OutputStream.nullOutputStream(),
                        new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        return new Session(
                        new Globals(Optional.empty(), false, false, false),
                        environment,
                        streams,
                        new Interrupt())
                .home();
    }
}

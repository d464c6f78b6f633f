package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.store.DagStore;
import cairn.store.Progress;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the roles of `packaging/nats` may do, asked of a server with that configuration.
@SuppressWarnings("try") // closing a connection may be interrupted
class RolesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String PASSWORD = "open-sesame";
    private static final String REFUSED_BY_ALL = "NOBODY.MAY";
    private static final Pattern VIOLATION =
            Pattern.compile(
                    "(?i)permissions violation for (publish|subscription) to \"([^\"]+)\".*");

    /// Who may publish and who may subscribe; `DOMAIN` stands for a domain's part of subjects and
    /// `_STREAM` for that of names of streams.
    private static final String MATRIX =
            """
            STORE.GET.DOMAIN.c                            | node reader deployer         | node
            STORE.CID.GET.DOMAIN.c                        | node reader deployer         | node
            STORE.PATH.RESOLVE.DOMAIN.h                   | node reader deployer         | node
            STORE.CID.PUT.DOMAIN.c                        | node builder                 | node builder
            STORE.PATH.PUT.DOMAIN.h                       | node builder                 | node
            CACHE.VALIDATE.domain.LABEL                   | node reader builder deployer | node
            CACHE.VALIDATE.domain.other                   |                              |
            CACHE.VALIDATE.node.n                         | node reader builder deployer | node
            STORE.PEER.HELLO.LABEL                        | node                         | node
            STORE.PEER.GET.n.DOMAIN.c                     | node                         | node
            STORE.PEER.RESOLVE.n.DOMAIN.h                 | node                         | node
            STORE.CID.VERIFY                              | node builder auditor         | node
            STORE.GC.QUEUE                                | node                         | node
            STORE.GC.RESULTS.j                            | node                         | node
            STORE.CID.HITS.n                              | node                         | node
            STORE.AUDIT                                   | node                         | node auditor
            BUILD.p.COMPLETE                              | node builder                 | node deployer
            METADATA                                      | node reader deployer         | node
            TRACE                                         | node reader deployer         | node
            VERIFY                                        | node                         | node
            FIH_API.p.write                               | node                         | node
            FIH.p.FACT                                    | node                         | node
            FIH.p.INTENT                                  | node                         | node
            FIH.p.HINT                                    | node                         | node
            BLOCK.DOMAIN.c                                | node                         |
            STORE.GET.other.c                             |                              |
            STORE.CID.PUT.other.c                         |                              |
            STORE.PATH.PUT.other.h                        |                              |
            BLOCK.other.c                                 |                              |
            $JS.API.STREAM.CREATE.CID_BLOCKS_STREAM       | node                         |
            $JS.API.STREAM.CREATE.MINE                    |                              |
            $JS.API.STREAM.DELETE.CID_BLOCKS_STREAM       |                              |
            $JS.API.STREAM.PURGE.CID_BLOCKS_STREAM        |                              |
            $JS.API.DIRECT.GET.CID_BLOCKS_STREAM.BLOCK.DOMAIN.c | node reader deployer   |
            $JS.API.DIRECT.GET.CID_BLOCKS_STREAM          | node                         |
            $JS.API.STREAM.MSG.GET.BUILDS_STREAM          | node                         |
            $JS.API.CONSUMER.CREATE.BUILDS_STREAM         | node deployer                |
            $JS.API.CONSUMER.DELETE.BUILDS_STREAM.c       | node                         |
            $JS.API.CONSUMER.CREATE.AUDIT_STREAM          | node auditor                 |
            $JS.API.CONSUMER.CREATE.FIH_STREAM            | node                         |
            $JS.API.CONSUMER.CREATE.OBJ_cid-archives_STREAM | node                       |
            $O.cid-archives_STREAM.M.o                    | node                         |
            $SRV.PING                                     | node                         | node
            _INBOX_node.i                                 |                              | node
            _INBOX_reader.i                               |                              | reader
            _INBOX_builder.i                              |                              | builder
            _INBOX_deployer.i                             |                              | deployer
            _INBOX_auditor.i                              |                              | auditor
            _INBOX.i                                      |                              |
            $SYS.REQ.SERVER.PING                          |                              |
            """;

    @TempDir static Path folder;
    private static NatsServer server;

    private final Set<String> refused = new ConcurrentSkipListSet<>();

    @BeforeAll
    static void start() throws IOException {
        copy(folder);
        var passwords =
                Stream.concat(
                                Stream.of("ADMIN"),
                                Stream.of("", "VISION_")
                                        .flatMap(domain ->
                                                Stream.of(
                                                                "NODE",
                                                                "READER",
                                                                "BUILDER",
                                                                "DEPLOYER",
                                                                "AUDITOR")
                                                        .map(domain::concat)))
                        .collect(Collectors.toMap("CAIRN_%s_PASSWORD"::formatted, _ -> PASSWORD));
        server =
                NatsServer.start(
                        folder,
                        passwords,
                        "--config",
                        "server.conf",
                        "--addr",
                        "127.0.0.1",
                        "--port",
                        "-1");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "'', node", "'', reader", "'', builder", "'', deployer", "'', auditor",
        "vision, node", "vision, reader", "vision, builder", "vision, deployer", "vision, auditor"
    })
    void mayDoWhatItsRoleNeedsAndNothingElse(String domain, String role) throws Exception {
        var expected = new TreeSet<String>();
        var answered = new CompletableFuture<Void>();
        try (var connection = connect(domain, role, answered)) {
            var ears = connection.createDispatcher(_ -> {});
            for (String line : MATRIX.lines().toList()) {
                String[] cells = line.split("\\|", -1);
                String subject = subject(cells[0].strip(), domain);
                ears.subscribe(subject);
                connection.publish(subject, new byte[0]);
                if (!List.of(cells[1].strip().split(" ")).contains(role)) {
                    expected.add("publish " + subject);
                }
                if (!List.of(cells[2].strip().split(" ")).contains(role)) {
                    expected.add("subscription " + subject);
                }
            }
            connection.publish(REFUSED_BY_ALL, new byte[0]);
            answered.get();
        }
        assertEquals(String.join("\n", expected), String.join("\n", refused));
    }

    /// Of the subjects above those that Cairn itself speaks of, as a client is told.
    @ParameterizedTest
    @CsvSource({"'', node", "'', reader", "vision, builder", "vision, auditor"})
    void isToldWhatItMayDo(String domain, String role) throws Exception {
        var expected = new TreeSet<String>();
        for (String line : MATRIX.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells[0].matches("[A-Z].*") && !cells[0].contains("other")) {
                expected.add(
                        "%s %b %b"
                                .formatted(
                                        subject(cells[0].strip(), domain),
                                        List.of(cells[1].strip().split(" ")).contains(role),
                                        List.of(cells[2].strip().split(" ")).contains(role)));
            }
        }
        var told = new TreeSet<String>();
        for (var permission : Permissions.of(settings(domain, role))) {
            String subject =
                    permission
                            .subject()
                            .replace("<cid>", "c")
                            .replace("<hash>", "h")
                            .replace("<node>", "n")
                            .replace("<id>", "j")
                            .replace("<project>", "p")
                            .replace("<operation>", "write");
            told.add("%s %b %b".formatted(subject, permission.publish(), permission.subscribe()));
        }
        assertEquals(String.join("\n", expected), String.join("\n", told));
    }

    @ParameterizedTest
    @CsvSource({"''", "vision"})
    void whatANodeKeepsInTheStreamOthersRead(String domain) throws IOException {
        var block = new Block(Cid.of(Codec.RAW, Bytes.utf8("kept")), Bytes.utf8("kept"));
        var subjects = new Subjects(domain);
        try (var bus = connected(domain, "node")) {
            var stream = new BlockStream(bus, subjects);
            assertEquals(
                    subjects.blocks(),
                    stream.make(Configuration.Nats.Streams.READ).getConfiguration().getName());
            assertEquals(BlockStream.Published.FRESH, Bus.await(stream.publish(block)));
            assertEquals(BlockStream.Published.THERE, Bus.await(stream.publish(block)));
        }
        for (String role : List.of("node", "reader", "deployer")) {
            try (var bus = connected(domain, role)) {
                assertEquals(
                        Optional.of(block.bytes()),
                        new BlockStream(bus, subjects).block(block.cid()));
            }
        }
        try (var bus = connected(domain, "auditor")) {
            var stream = new BlockStream(bus, subjects);
            assertThrows(RefusedException.class, () -> stream.block(block.cid()));
            assertThrows(
                    RefusedException.class, () -> stream.make(Configuration.Nats.Streams.READ));
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "vision"})
    void aNodeArchivesClosures(String domain) throws IOException {
        try (var engine = Engine.open(folder.resolve("home-" + domain))) {
            engine.copySampleIn(Progress.NONE);
            Cid pinned = engine.catalog().pins().getFirst().cid();
            var top = engine.catalog().named(pinned).getFirst().info().path();
            try (var archives = archives(domain, engine)) {
                engine.copyOut(archives, List.of(top), Progress.NONE);
            }
            try (var archives = archives(domain, engine)) {
                assertEquals(List.of(top), archives.paths().toList());
                assertEquals(Optional.of(pinned), archives.cids(top).map(DagStore.Cids::path));
            }
        }
    }

    private static ArchiveStore archives(String domain, Engine engine) throws IOException {
        return new ArchiveStore(
                "archives",
                connected(domain, "node"),
                new Subjects(domain),
                engine,
                Configuration.Nats.Streams.READ);
    }

    private static Bus connected(String domain, String role) throws IOException {
        var settings = settings(domain, role);
        return Bus.connect(settings.url().orElseThrow(), settings, role);
    }

    private static Configuration.Nats settings(String domain, String role) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        return new Configuration.Nats(
                Optional.of("tls://127.0.0.1:" + server.port()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(domain.isEmpty() ? role : domain + "-" + role),
                Optional.of(password),
                Optional.of(folder.resolve("tls/ca.pem")),
                "_INBOX_" + role,
                domain,
                "",
                List.of(),
                0,
                Configuration.Nats.Streams.READ);
    }

    private static String subject(String pattern, String domain) {
        return pattern.replace("DOMAIN.", domain.isEmpty() ? "" : domain + ".")
                .replace("LABEL", domain.isEmpty() ? "default" : domain)
                .replace("_STREAM", domain.isEmpty() ? "" : "_" + domain);
    }

    @ParameterizedTest
    @CsvSource({"'', reader", "vision, reader", "vision, deployer", "vision, node"})
    void readsTheDefaultDomain(String domain, String role) throws Exception {
        try (var node = connect("", "node");
                var client = connect(domain, role)) {
            var dispatcher =
                    node.createDispatcher(message -> {
                        node.publish(message.getReplyTo(), new byte[] {1});
                        node.publish(message.getReplyTo(), new byte[] {2});
                    });
            dispatcher.subscribe("STORE.GET.*");
            node.flush(PATIENCE);
            String inbox = client.createInbox();
            var replies = client.subscribe(inbox);
            client.publish("STORE.GET.c", inbox, new byte[0]);
            assertEquals(1, next(replies.nextMessage(PATIENCE)).getData()[0]);
            assertEquals(2, next(replies.nextMessage(PATIENCE)).getData()[0]);
        }
        assertEquals(Set.of(), refused);
    }

    @ParameterizedTest
    @CsvSource({
        "'', BUILDS, BUILD.*.COMPLETE, BUILD.p.COMPLETE, builder, deployer",
        "vision, BUILDS_vision, BUILD.*.COMPLETE, BUILD.p.COMPLETE, builder, deployer"
    })
    void replaysTheStreamThatIsForItsRole(
            String domain,
            String stream,
            String subjects,
            String subject,
            String writer,
            String reader)
            throws Exception {
        try (var node = connect(domain, "node");
                var from = connect(domain, writer);
                var to = connect(domain, reader)) {
            var kept = StreamConfiguration.builder().name(stream).subjects(subjects).build();
            node.jetStreamManagement().addStream(kept);
            for (int i = 0; i < 3; i++) {
                from.jetStream().publish(subject, new byte[] {(byte) i});
            }
            var everything = new OrderedConsumerConfiguration();
            var context = to.getStreamContext(stream).createOrderedConsumer(everything);
            assertEquals(List.of(0, 1, 2), numbers(context));
            assertThrows(IOException.class, () -> to.jetStreamManagement().deleteStream(stream));
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "vision"})
    void anAuditorReadsWhatANodeTells(String domain) throws Exception {
        Bytes block = Bytes.utf8("forbidden");
        try (var engine = Engine.open(folder.resolve("audited-" + domain));
                var builder = connected(domain, "builder");
                var _ = NatsNode.start(engine, settings(domain, "node"))) { // at its end it tells
            String subject = new Subjects(domain).blockPut(Cid.of(Codec.RAW, block));
            assertTrue(
                    Wire.PutReply.parseFrom(builder.ask(subject, block).toByteArray())
                            .hasProblem());
        }
        String stream = new Subjects(domain).audits();
        try (var to = connect(domain, "auditor")) {
            var entries =
                    to.getStreamContext(stream)
                            .createOrderedConsumer(new OrderedConsumerConfiguration());
            String entry =
                    new String(next(entries.next(PATIENCE)).getData(), StandardCharsets.UTF_8);
            assertTrue(entry.contains("\"action\":\"block-put\""), entry);
            assertTrue(entry.contains("\"key\":\"unauthenticated\""), entry);
            assertThrows(IOException.class, () -> to.jetStreamManagement().deleteStream(stream));
        }
    }

    private static List<Integer> numbers(OrderedConsumerContext context)
            throws IOException, JetStreamApiException, InterruptedException {
        var numbers = new ArrayList<Integer>();
        try (var consumer = context.iterate()) {
            while (numbers.size() < 3) {
                numbers.add((int) next(consumer.nextMessage(PATIENCE)).getData()[0]);
            }
        } catch (IOException | JetStreamApiException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        return numbers;
    }

    /// Copies the configurations, and makes certificates as they say.
    private static void copy(Path to) throws IOException {
        Path packaged = Path.of("packaging/nats").toAbsolutePath();
        try (Stream<Path> files = Files.list(packaged)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        var made =
                new ProcessBuilder("bash", "certificates.sh", "tls", "127.0.0.1")
                        .directory(to.toFile())
                        .inheritIO()
                        .start();
        assertEquals(0, made.onExit().join().exitValue());
    }

    private Connection connect(String domain, String role) throws Exception {
        return connect(domain, role, new CompletableFuture<>());
    }

    /// @param answered done when the server has refused what nobody may
    private Connection connect(String domain, String role, CompletableFuture<Void> answered)
            throws Exception {
        String user = domain.isEmpty() ? role : domain + "-" + role;
        return Nats.connect(
                new Options.Builder()
                        .server("tls://127.0.0.1:" + server.port())
                        .sslContext(Bus.trusting(folder.resolve("tls/ca.pem")))
                        .userInfo(user, PASSWORD)
                        .inboxPrefix("_INBOX_" + role + ".")
                        .errorListener(
                                new ErrorListener() {
                                    @Override
                                    public void errorOccurred(Connection from, String error) {
                                        var match = VIOLATION.matcher(error);
                                        if (!match.matches()) {
                                            return;
                                        }
                                        if (match.group(2).equals(REFUSED_BY_ALL)) {
                                            answered.complete(null);
                                        } else {
                                            refused.add(
                                                    match.group(1).toLowerCase(Locale.ROOT)
                                                            + " "
                                                            + match.group(2));
                                        }
                                    }
                                })
                        .build());
    }

    private static Message next(@Nullable Message message) {
        return Objects.requireNonNull(message, "nothing came");
    }
}

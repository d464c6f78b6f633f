package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.engine.BuildNews;
import cairn.engine.Builds;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.store.Progress;
import cairn.trust.SecretKey;
import cairn.ui.model.BuildSamples;
import cairn.ui.model.Samples;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Builds that nodes tell each other of, by a real server.
class BuildStreamTest {
    private static final Builds.Filter ALL =
            new Builds.Filter(Builds.Filter.ALL.project(), "", Builds.Filter.ALL.status(), true);

    @TempDir private Path room;

    private NatsServer server;
    private final List<Engine> engines = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.withStreams(room.resolve("server"), -1);
    }

    @AfterEach
    void stop() throws IOException {
        for (Engine engine : engines) {
            engine.close();
        }
        server.close();
    }

    private Engine engine(String name) throws IOException {
        var engine =
                Engine.open(
                        room.resolve(name),
                        InstantSource.fixed(Samples.NOW),
                        Map.of("CAIRN_NATS_URL", server.url(), "CAIRN_NATS_NODE", name),
                        new NatsNetwork());
        engines.add(engine);
        return engine;
    }

    /// One in which two runs of three derivations are recorded.
    private Engine builder() throws IOException {
        var engine = engine("builder");
        for (var path : List.of(Samples.LIBRARY, Samples.TOOL, Samples.APPLICATION)) {
            Samples.add(engine, path, path.name());
        }
        BuildSamples.add(engine);
        return engine;
    }

    /// @param more keys and values by turns
    private static NatsNode hear(Engine engine, String... more) throws IOException {
        var options = new ArrayList<Configuration.Option>();
        options.add(new Configuration.Option("nats.node", "--node", "hearer"));
        options.add(new Configuration.Option("nats.import-builds", "-", "true"));
        for (int i = 0; i < more.length; i += 2) {
            options.add(new Configuration.Option(more[i], "-", more[i + 1]));
        }
        var settings =
                Configuration.read(
                        engine.store().home(),
                        Map.of("CAIRN_NATS_URL", engine.configuration().nats().url().orElseThrow()),
                        options);
        return NatsNode.start(engine, settings.nats());
    }

    private static List<Builds.Build> builds(Engine engine) throws IOException {
        return engine.builds().list(ALL, 0, 1000);
    }

    private static void await(Engine engine, int count) throws IOException {
        while (builds(engine).size() < count) {
            Thread.onSpinWait();
        }
    }

    private long kept() throws IOException {
        try (var client = server.client()) {
            return client.connection()
                    .jetStreamManagement()
                    .getStreamInfo("BUILDS")
                    .getStreamState()
                    .getMsgCount();
        } catch (JetStreamApiException e) {
            throw new IOException(e);
        }
    }

    @Test
    void isKeptThoughSomebodyListensBeforeThereIsAStream() throws IOException {
        try (var client = server.client()) {
            var _ = client.connection().subscribe("BUILD.*.COMPLETE");
            client.flush();
            assertEquals(6, builder().tellOfBuilds());
            assertEquals(6, kept());
        }
    }

    @Test
    void everyBuildIsToldOnceAndKeptByWhoHears() throws IOException {
        var builder = builder();
        assertEquals(6, builder.tellOfBuilds());
        assertEquals(0, builder.tellOfBuilds());
        assertEquals(6, kept());

        var hearer = engine("hearer");
        try (var _ = hear(hearer)) {
            await(hearer, 6);
            var told = builds(builder);
            var heard = builds(hearer);
            assertEquals(
                    told.stream().map(Builds.Build::record).toList(),
                    heard.stream().map(Builds.Build::record).toList());
            assertEquals(
                    told.stream().map(Builds.Build::outcome).toList(),
                    heard.stream().map(Builds.Build::outcome).toList());
            assertEquals(2, heard.stream().map(Builds.Build::run).distinct().count());
            // What a node heard of it does not tell again.
            assertEquals(0, hearer.tellOfBuilds());
            BuildSamples.fail(builder);
            assertEquals(3, builder.tellOfBuilds());
            await(hearer, 9);
        }
        assertEquals(9, kept());
        // The records lead to what is not here, and are kept all the same.
        var _ = hearer.store().collect(hearer.roots(), Progress.NONE);
        assertEquals(9, builds(hearer).size());
    }

    @Test
    void whatBuildsGaveComesAlongWhereATrustedKeySignedIt() throws IOException {
        var builder = builder();
        var key = SecretKey.generate("team-1", new SecureRandom());
        for (var path : List.of(Samples.LIBRARY, Samples.TOOL)) {
            var info = builder.catalog().path(path).orElseThrow().info();
            boolean _ =
                    builder.store()
                            .commit(tx ->
                                    tx.claim(
                                            path,
                                            Optional.empty(),
                                            Optional.empty(),
                                            List.of(
                                                    key.sign(Bytes.utf8(info.fingerprint()))
                                                            .toString()),
                                            Samples.NOW));
        }
        var hearer = engine("hearer");
        Files.writeString(
                hearer.store().home().configuration(),
                "trusted-keys = [\"%s\"]\n".formatted(key.publicKey()));
        try (var _ = NatsNode.start(builder, builder.configuration().nats());
                var _ = hear(hearer, "nats.import-outputs", "true")) {
            await(hearer, 6);
            // The last message is about what nobody signed, so both are here by then.
            BuildSamples.fail(builder);
            await(hearer, 9);
        }
        assertEquals(
                Set.of(Samples.LIBRARY, Samples.TOOL), Set.copyOf(hearer.catalog().storePaths()));
    }

    @Test
    void aNodeTellsWhatIsRecordedInItsHome() throws IOException {
        var builder = builder();
        try (var _ = NatsNode.start(builder, builder.configuration().nats());
                var client = server.client()) {
            var heard = client.connection().subscribe("BUILD.*.COMPLETE");
            client.connection().flush(Bus.PATIENCE);
            BuildSamples.fail(builder);
            Set<String> subjects = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                var message = heard.nextMessage(Bus.PATIENCE);
                subjects.add(message.getSubject());
                BuildNews _ = BuildJson.parse(Bytes.wrap(message.getData()));
            }
            assertEquals(1, subjects.size());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IOException(e);
        }
    }

    @Test
    void whatIsNoBuildHoldsNobodyUp() throws IOException {
        var builder = builder();
        assertEquals(6, builder.tellOfBuilds());
        try (var client = server.client()) {
            client.connection()
                    .jetStream()
                    .publish("BUILD.default.COMPLETE", "{}".getBytes(StandardCharsets.UTF_8));
        } catch (JetStreamApiException e) {
            throw new IOException(e);
        }
        BuildSamples.fail(builder);
        assertEquals(3, builder.tellOfBuilds());
        var hearer = engine("hearer");
        try (var _ = hear(hearer)) {
            await(hearer, 9);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "status":"succeeded"  | "status":"failed"
                    "node":"builder"      | "node":"a.b"
                    "run":"               | "run":"a/
                    "finishedAt":         | "finishedAt":-
                    "outcome":"built"     | "outcome":"guessed"
                    "project":"           | "project":"../
                    """)
    void aBuildThatIsNotWhatItsCidSaysIsRefused(String what, String instead) throws IOException {
        var builder = builder();
        var build = builds(builder).getLast();
        String text = BuildJson.toBytes(BuildNews.of(build, "builder")).toUtf8();
        assertEquals(build.record(), BuildJson.parse(Bytes.utf8(text)).record());
        String altered = text.replace(what, instead);
        assertThrows(FormatException.class, () -> BuildJson.parse(Bytes.utf8(altered)));
    }
}

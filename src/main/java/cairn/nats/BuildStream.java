package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.BuildNews;
import cairn.engine.Builds;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Meeting;
import cairn.engine.RefusedException;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/// The JetStream stream in which builds are kept as they end.
///
/// ```
/// BUILDS           subject BUILD.*.COMPLETE    ; of the default domain; see BuildJson
/// BUILDS_<domain>  the same
/// ```
///
/// How far a home came, telling and hearing, is kept in the home.
///
/// @see <a href="https://docs.nats.io/nats-concepts/jetstream/streams">Streams</a>
final class BuildStream {
    private static final Logger LOG = System.getLogger(BuildStream.class.getName());
    private static final int WINDOW = 64;

    /// So soon a stream answers, if there is one.
    private static final Duration ANSWERS = Duration.ofSeconds(2);

    /// Of more messages than this some may be heard again.
    private static final int BATCH = 100;

    private static final int STREAM_NOT_FOUND = 10059;
    private static final int MESSAGE_NOT_FOUND = 10037;

    private final Bus bus;
    private final Subjects subjects;
    private final int replicas;

    /// Hears of a build.
    @FunctionalInterface
    interface Listener {
        void heard(BuildNews news) throws IOException;
    }

    /// @param replicas of the stream if it has to be made
    BuildStream(Bus bus, Subjects subjects, int replicas) {
        this.bus = bus;
        this.subjects = subjects;
        this.replicas = replicas;
    }

    /// Tells others of the builds of a home as they are recorded, by whatever process, and hears of
    /// theirs where that is wanted.
    ///
    /// @param name what the node calls itself
    /// @param courier brings what they gave
    Follower follow(
            Engine engine, String name, Configuration.Nats.Streams settings, Courier courier) {
        var follower = new Follower("builds", "builds are not exchanged");
        follower.start(() -> {
            int _ = tell(engine, name);
            if (settings.importBuilds()) {
                int _ = hear(engine, name, news -> bring(engine, news, settings, courier));
            }
        });
        return follower;
    }

    private static void bring(
            Engine engine, BuildNews news, Configuration.Nats.Streams settings, Courier courier)
            throws IOException {
        if (settings.importOutputs()) {
            var trusted = engine.configuration().trustedKeys();
            for (Cid output : news.record().outputs().values()) {
                var _ = courier.bring(output, trusted);
            }
        }
    }

    /// Publishes the builds of a home that were not published yet. What was is said in the home
    /// once the stream has it.
    ///
    /// @param name what the node calls itself
    /// @return how many
    int tell(Engine engine, String name) throws IOException {
        String follower = "%s %s told".formatted(bus.server(), subjects.builds());
        long cursor = engine.store().followed(follower);
        int told = 0;
        var recorded = engine.builds().recordedAfter(cursor);
        while (recorded.cursor() > cursor) {
            var sent = new ArrayDeque<CompletableFuture<Bytes>>();
            for (Builds.Build build : recorded.builds()) {
                if (sent.size() == WINDOW) {
                    kept(Bus.await(sent.remove()));
                }
                var news = BuildNews.of(build, name);
                var ack = publish(news);
                if (told++ == 0 && Bus.await(ack, ANSWERS.toNanos()).isEmpty()) {
                    // Somebody listens, who does not answer, and no stream is there.
                    ack = makeAndPublish(news);
                }
                sent.add(ack);
            }
            while (!sent.isEmpty()) {
                kept(Bus.await(sent.remove()));
            }
            cursor = recorded.cursor();
            engine.store().noteFollowed(follower, cursor);
            recorded = engine.builds().recordedAfter(cursor);
        }
        return told;
    }

    /// Where nobody keeps it, the stream is made.
    private CompletableFuture<Bytes> publish(BuildNews news) throws IOException {
        return bus.send(
                        subject(news),
                        () -> headers(news),
                        BuildJson.toBytes(news),
                        Requests.Manner.PROMPT,
                        Bus.PATIENCE)
                .thenApply(Requests.Reply::payload)
                .exceptionallyCompose(failure ->
                        isNobody(failure)
                                ? makeAndPublish(news)
                                : CompletableFuture.failedFuture(failure));
    }

    private static boolean isNobody(Throwable failure) {
        return failure instanceof Requests.NobodyException
                || failure.getCause() instanceof Requests.NobodyException;
    }

    private CompletableFuture<Bytes> makeAndPublish(BuildNews news) {
        try {
            StreamInfo _ = make();
            return bus.send(
                    subject(news), () -> headers(news), BuildJson.toBytes(news), Bus.PATIENCE);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String subject(BuildNews news) {
        return Subjects.build(news.record().project());
    }

    /// Whoever tells it twice within minutes, as two processes of one home, is heard once.
    private static Headers headers(BuildNews news) {
        return new Headers().add("Nats-Msg-Id", news.node() + "/" + news.cid());
    }

    private void kept(Bytes reply) throws IOException {
        JsonNode error = JsonObject.parse("acknowledgement", reply).json().path("error");
        if (!error.isMissingNode()) {
            throw new IOException(
                    "%s, stream %s: %s"
                            .formatted(
                                    bus.server(),
                                    subjects.builds(),
                                    error.path("description").asString("no reason is given")));
        }
    }

    /// Keeps the records of builds that others told of since it was asked last.
    ///
    /// @param name what the node calls itself, whose own builds are known
    /// @param then what to do with each; those for which it fails come again
    /// @return how many were new here
    int hear(Engine engine, String name, Listener then) throws IOException {
        StreamInfo stream = make();
        String follower =
                "%s %s heard".formatted(subjects.builds(), stream.getCreateTime().toInstant());
        long heard = engine.store().followed(follower);
        long last = stream.getStreamState().getLastSequence();
        int fresh = 0;
        while (heard < last) {
            var message = next(heard + 1);
            var news = message.flatMap(this::news).filter(it -> !it.node().equals(name));
            if (news.isPresent()) {
                fresh += engine.builds().adopt(news.get()) ? 1 : 0;
                then.heard(news.get());
            }
            heard = message.isPresent() ? message.get().getSeq() : last;
            if (heard % BATCH == 0 || heard >= last) {
                engine.store().noteFollowed(follower, heard);
            }
        }
        return fresh;
    }

    private Optional<BuildNews> news(MessageInfo message) {
        byte[] data = message.getData();
        try {
            return Optional.of(BuildJson.parse(data == null ? Bytes.EMPTY : Bytes.wrap(data)));
        } catch (FormatException e) {
            LOG.log(
                    Level.WARNING,
                    "{0}: message {1} of stream {2} is no build: {3}",
                    bus.server(),
                    String.valueOf(message.getSeq()),
                    subjects.builds(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<MessageInfo> next(long sequence) throws IOException {
        try {
            return Optional.of(
                    management().getNextMessage(subjects.builds(), sequence, Meeting.BUILDS));
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == MESSAGE_NOT_FOUND) {
                return Optional.empty();
            }
            throw failed(e);
        }
    }

    /// Finds the stream, or makes it; one that is there stays as it is.
    private StreamInfo make() throws IOException {
        try {
            try {
                return management().getStreamInfo(subjects.builds());
            } catch (JetStreamApiException e) {
                if (e.getApiErrorCode() != STREAM_NOT_FOUND) {
                    throw e;
                }
            }
            return management()
                    .addStream(
                            StreamConfiguration.builder()
                                    .name(subjects.builds())
                                    .description("Builds of the Cairn domain " + subjects.label())
                                    .subjects(Meeting.BUILDS)
                                    .storageType(StorageType.File)
                                    .allowDirect(true)
                                    .replicas(replicas)
                                    .build());
        } catch (JetStreamApiException e) {
            throw failed(e);
        } catch (RefusedException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "%s has no stream %s, and this client cannot make it: %s"
                            .formatted(bus.server(), subjects.builds(), e.getMessage()),
                    e);
        }
    }

    private JetStreamManagement management() throws IOException {
        return bus.connection().jetStreamManagement();
    }

    private IOException failed(JetStreamApiException e) {
        return new IOException(
                "%s, stream %s: %s"
                        .formatted(bus.server(), subjects.builds(), e.getErrorDescription()),
                e);
    }
}

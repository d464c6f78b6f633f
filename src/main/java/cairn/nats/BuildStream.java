package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.BuildNews;
import cairn.engine.Builds;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.Meeting;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The JetStream stream in which builds are kept as they end.
///
/// ```
/// BUILDS           subject BUILD.*.COMPLETE    ; of the default domain; see BuildJson
/// BUILDS_<domain>  the same
/// ```
///
/// How far a home came, telling and hearing, is kept in the home.
final class BuildStream {
    private static final Logger LOG = System.getLogger(BuildStream.class.getName());
    private static final int WINDOW = 64;

    /// Of more messages than this some may be heard again.
    private static final int BATCH = 100;

    private final Bus bus;
    private final EventStream stream;

    /// Hears of a build.
    @FunctionalInterface
    interface Listener {
        void heard(BuildNews news) throws IOException;
    }

    /// @param replicas of the stream if it has to be made
    BuildStream(Bus bus, Subjects subjects, int replicas) {
        this.bus = bus;
        stream =
                new EventStream(
                        bus,
                        StreamConfiguration.builder()
                                .name(subjects.builds())
                                .description("Builds of the Cairn domain " + subjects.label())
                                .subjects(Meeting.BUILDS)
                                .replicas(replicas));
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
        String follower = "%s %s told".formatted(bus.server(), stream.name());
        long cursor = engine.store().followed(follower);
        int told = 0;
        var recorded = engine.builds().recordedAfter(cursor);
        while (recorded.cursor() > cursor) {
            var sent = new ArrayDeque<CompletableFuture<Bytes>>();
            for (Builds.Build build : recorded.builds()) {
                if (sent.size() == WINDOW) {
                    var _ = Bus.await(sent.remove());
                }
                var news = BuildNews.of(build, name);
                sent.add(stream.publish(subject(news), headers(news), BuildJson.toBytes(news)));
                told++;
            }
            while (!sent.isEmpty()) {
                var _ = Bus.await(sent.remove());
            }
            cursor = recorded.cursor();
            engine.store().noteFollowed(follower, cursor);
            recorded = engine.builds().recordedAfter(cursor);
        }
        return told;
    }

    private static String subject(BuildNews news) {
        return Subjects.build(news.record().project());
    }

    /// Whoever tells it twice within minutes, as two processes of one home, is heard once.
    private static Headers headers(BuildNews news) {
        return new Headers().add("Nats-Msg-Id", news.node() + "/" + news.cid());
    }

    /// Keeps the records of builds that others told of since it was asked last.
    ///
    /// @param name what the node calls itself, whose own builds are known
    /// @param then what to do with each; those for which it fails come again
    /// @return how many were new here
    int hear(Engine engine, String name, Listener then) throws IOException {
        StreamInfo found = stream.make();
        String follower = "%s %s heard".formatted(stream.name(), found.getCreateTime().toInstant());
        long heard = engine.store().followed(follower);
        long last = found.getStreamState().getLastSequence();
        int fresh = 0;
        while (heard < last) {
            var message = stream.next(heard + 1, Meeting.BUILDS);
            if (message.isEmpty()) { // a server that lags behind was asked
                engine.store().noteFollowed(follower, heard);
                return fresh;
            }
            var news = message.flatMap(this::news).filter(it -> !it.node().equals(name));
            if (news.isPresent()) {
                fresh += engine.builds().adopt(news.get()) ? 1 : 0;
                then.heard(news.get());
            }
            heard = message.get().getSeq();
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
                    stream.name(),
                    e.getMessage());
            return Optional.empty();
        }
    }
}

package cairn.ui;

import cairn.cid.FormatException;
import cairn.engine.BuildNews;
import cairn.engine.BuildRecord;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.engine.Outcome;
import cairn.nats.NatsNetwork;
import cairn.nix.StorePath;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.SettingsModel.Theme;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.scene.control.Labeled;
import javafx.scene.control.TableView;
import javafx.stage.Stage;

/// Shows the builds of others at 1200x800 while another process tells of 10,000 a second through a
/// NATS server, and prints lines `number what`, with nothing to do and then with the builds: frames
/// a second, how many came more than 25 ms after the one before, and the longest of these times in
/// milliseconds; at the end what the list says of what came and was left out.
///
/// Arguments: the URL of the server, and a folder for a home. The platform's pulse caps the frames
/// at about 60.
public final class BuildStorm {
    private static final int RATE = 10_000;
    private static final int WARM_UP = 5;
    private static final int SECONDS = 10;
    private static final int PORTIONS = 100;

    private BuildStorm() {}

    public static void main(String... arguments) throws Exception {
        String url = arguments[0];
        if (arguments.length == 1) {
            tell(url);
            return;
        }
        Path home = Files.createDirectories(Path.of(arguments[1]));
        Toolkit.start(true);
        try (var engine = Engine.open(home, InstantSource.system(), Map.of(), new NatsNetwork());
                var serving =
                        new CacheSwitch(
                                engine,
                                (_, _) -> {
                                    throw new IOException("not here");
                                })) {
            var settings = new SettingsModel(home.resolve("settings"));
            Window window =
                    onScreen(() -> {
                        settings.themeProperty().set(Theme.LIGHT);
                        var opened =
                                new Window(
                                        engine, settings, new Place.Builds(), serving, 1200, 800);
                        var stage = new Stage();
                        stage.setScene(opened.scene());
                        stage.show();
                        opened.model().meeting().addressProperty().set(url);
                        opened.model().meeting().join();
                        return opened;
                    });
            TimeUnit.SECONDS.sleep(WARM_UP);
            print("idle", Frames.count());
            Process storm =
                    new ProcessBuilder(
                                    ProcessHandle.current().info().command().orElse("java"),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    BuildStorm.class.getName(),
                                    url)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            TimeUnit.SECONDS.sleep(WARM_UP);
            print("builds", Frames.count());
            storm.destroy();
            onScreen(() -> {
                var rows = (TableView<?>) window.scene().lookup("#builds-table");
                System.out.printf("%d rows%n", rows.getItems().size());
                System.out.println(((Labeled) window.scene().lookup("#builds-note")).getText());
                window.close();
                return true;
            });
        }
        Platform.exit();
    }

    private static void print(String what, List<Long> gaps) {
        double longest = gaps.stream().mapToLong(gap -> gap).max().orElse(0) / 1e6;
        long late = gaps.stream().filter(gap -> gap > TimeUnit.SECONDS.toNanos(1) / 40).count();
        System.out.printf("%.1f frames %s%n", gaps.size() / (double) SECONDS, what);
        System.out.printf("%d late %s%n", late, what);
        System.out.printf("%.1f longest %s%n", longest, what);
    }

    private static <T> T onScreen(Callable<T> action) {
        var done = new CompletableFuture<T>();
        Platform.runLater(() -> {
            try {
                done.complete(action.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.join();
    }

    /// Times between frames.
    private static final class Frames extends AnimationTimer {
        private final CompletableFuture<List<Long>> counted = new CompletableFuture<>();
        private final List<Long> gaps = new ArrayList<>();
        private long start;
        private long last;

        static List<Long> count() {
            var frames = new Frames();
            Platform.runLater(frames::start);
            return frames.counted.join();
        }

        @Override
        public void handle(long pulse) {
            long now = System.nanoTime();
            if (start == 0) {
                start = now;
            } else {
                gaps.add(now - last);
            }
            last = now;
            if (now - start > TimeUnit.SECONDS.toNanos(SECONDS)) {
                stop();
                counted.complete(gaps);
            }
        }
    }

    /// Tells of builds until it is ended.
    @SuppressWarnings("try") // nothing interrupts it
    private static void tell(String url) throws Exception {
        try (var connection = Nats.connect(url)) {
            long next = System.nanoTime();
            for (int number = 0; ; number++) {
                if (number % (RATE / PORTIONS) == 0) {
                    next += TimeUnit.SECONDS.toNanos(1) / PORTIONS;
                    LockSupport.parkNanos(next - System.nanoTime());
                }
                var news = news(number);
                connection.publish(
                        "BUILD.%s.COMPLETE".formatted(news.record().project()),
                        payload(news).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static BuildNews news(int number) throws FormatException {
        Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var record =
                new BuildRecord(
                        "project-" + number % 7,
                        StorePath.parse(
                                "/nix/store/%032d-package-%d.drv".formatted(number, number)),
                        "x86_64-linux",
                        "builder",
                        Optional.empty(),
                        new TreeMap<>(),
                        at.minusMillis(number % 90_000),
                        at,
                        BuildRecord.Status.SUCCEEDED,
                        Optional.empty());
        return new BuildNews(
                record.toBlock().cid(),
                record,
                Outcome.BUILT,
                true,
                "run",
                "builder-" + number % 5);
    }

    private static String payload(BuildNews news) {
        var record = news.record();
        return """
        {"cid":"%s","project":"%s","drvPath":"%s","system":"%s","builder":"%s","outputs":{},\
        "startedAt":%d,"finishedAt":%d,"status":"%s","outcome":"%s","asked":true,"run":"%s","node":"%s"}\
        """
                .formatted(
                        news.cid(),
                        record.project(),
                        record.drvPath(),
                        record.system(),
                        record.builder(),
                        record.startedAt().toEpochMilli(),
                        record.finishedAt().toEpochMilli(),
                        record.status(),
                        news.outcome(),
                        news.run(),
                        news.node());
    }
}

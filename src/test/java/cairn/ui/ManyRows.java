package cairn.ui;

import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.gateway.Gateway;
import cairn.store.Catalog.Summary;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.beans.InvalidationListener;
import javafx.scene.Node;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.input.ScrollEvent;
import javafx.stage.Stage;

/// Opens the paths of a home in the explorer's window, filters, sorts and scrolls them, and prints
/// a line `number what` for each: milliseconds until the rows are there, or frames a second.
///
/// Run with `-Dglass.platform=Headless -Dprism.order=sw`; the platform's pulse caps frames at 60.
public final class ManyRows {
    private static final int SECONDS = 3;
    private static final int TIMES = 9;

    private final Window window;
    private final Stage stage = new Stage();
    private final AnimationTimer pulses;
    private BooleanSupplier reached = () -> false;
    private CompletableFuture<Long> arrived = new CompletableFuture<>();
    private long last;
    private long longest;

    private ManyRows(Engine engine) {
        var settings = new SettingsModel(engine.store().home().folder().resolve("no-settings"));
        window =
                new Window(
                        engine,
                        settings,
                        new Place.Settings(),
                        new CacheSwitch(engine, Gateway::start),
                        1000,
                        800);
        stage.setScene(window.scene());
        stage.show();
        pulses =
                new AnimationTimer() {
                    @Override
                    public void handle(long now) {
                        long at = System.nanoTime();
                        longest = Math.max(longest, at - last);
                        last = at;
                        if (reached.getAsBoolean()) {
                            arrived.complete(at);
                        }
                    }
                };
        pulses.start();
    }

    public static void main(String... arguments) throws Exception {
        Toolkit.start(true);
        try (var engine = Engine.open(Path.of(arguments[0]))) {
            int all = engine.catalog().count("");
            var rows = call(() -> new ManyRows(engine));
            long begin = rows.open();
            report(rows.await(() -> rows.rows() > 0, begin), "until the first rows");
            report(rows.await(() -> rows.rows() == all, begin), "until all rows");
            rows.measure();
            call(rows::close);
        }
        Platform.exit();
    }

    /// Goes to the paths once the window is there.
    private long open() throws Exception {
        await(() -> !window.isBusy(), System.nanoTime());
        return call(() -> {
            long now = System.nanoTime();
            window.model().follow("cairn:paths");
            return now;
        });
    }

    private void measure() throws Exception {
        Summary some = call(() -> table().getItems().get(rows() / 2));
        for (String text :
                List.of(
                        "p",
                        "py",
                        "python",
                        "zlib-1.1",
                        "no such path",
                        some.path().hash().substring(4, 10),
                        some.cid().toString())) {
            var times = filter(text);
            if (text.equals("p")) {
                report(times.getFirst(), "the first filter after the rows were read");
            }
            report(median(times), "filter " + (text.length() > 20 ? "CID" : text));
        }
        for (String key : List.of("path", "version", "narSize", "registeredAt", "closureSize")) {
            double time = change(() -> sort(key));
            report(time, "sort by " + key);
        }
        report(median(filter("p")), "filter p, sorted by closure size");
        report(longest / 1e6, "longest without a frame");
        report(call(this::scroll).get(), "frames scrolling");
    }

    /// The milliseconds that a filter takes, one time after the other.
    private List<Double> filter(String text) throws Exception {
        var times = new ArrayList<Double>();
        for (int i = 0; i < TIMES; i++) {
            times.add(change(() -> filter().setText(text)));
            change(() -> filter().clear());
        }
        return times;
    }

    private static double median(List<Double> times) {
        return times.stream().sorted().toList().get(TIMES / 2);
    }

    private static void report(double number, String what) {
        System.out.printf("%.1f %s%n", number, what);
    }

    /// The milliseconds from a moment on until a pulse finds something so.
    private double await(BooleanSupplier condition, long begin) throws Exception {
        call(() -> {
            arrived = new CompletableFuture<>();
            reached = condition;
            return null;
        });
        return (arrived.get() - begin) / 1e6;
    }

    /// The milliseconds until a change has brought other rows, begun when what was there is drawn.
    private double change(Runnable action) throws Exception {
        for (int i = 0; i < 2; i++) {
            await(() -> true, System.nanoTime());
        }
        var changed = new CompletableFuture<Long>();
        InvalidationListener listener = _ -> changed.complete(System.nanoTime());
        long begin =
                call(() -> {
                    longest = 0;
                    last = System.nanoTime();
                    table().getItems().addListener(listener);
                    long now = System.nanoTime();
                    action.run();
                    return now;
                });
        double time = (changed.get() - begin) / 1e6;
        call(() -> {
            table().getItems().removeListener(listener);
            return null;
        });
        return time;
    }

    private void sort(String key) {
        for (var column : table().getColumns()) {
            if (column instanceof ListColumn<?, ?> listed && listed.getKey().equals(key)) {
                table().getSortOrder().setAll(List.of(column));
            }
        }
    }

    /// Turns the wheel once a pulse, and counts the frames in which the rows have moved.
    private CompletableFuture<Double> scroll() {
        var done = new CompletableFuture<Double>();
        Node flow = table().lookup(".virtual-flow");
        var bar = (javafx.scene.control.ScrollBar) table().lookup(".scroll-bar:vertical");
        var frames = new int[1];
        var before = new double[1];
        Runnable count =
                () -> {
                    if (bar.getValue() != before[0]) {
                        before[0] = bar.getValue();
                        frames[0]++;
                    }
                };
        window.scene().addPostLayoutPulseListener(count);
        new AnimationTimer() {
            private long start;

            @Override
            public void handle(long now) {
                start = start == 0 ? now : start;
                if (now - start > TimeUnit.SECONDS.toNanos(SECONDS)) {
                    stop();
                    done.complete(frames[0] / (double) SECONDS);
                } else {
                    Platform.runLater(() -> flow.fireEvent(wheel()));
                }
            }
        }.start();
        return done;
    }

    private static ScrollEvent wheel() {
        return new ScrollEvent(
                ScrollEvent.SCROLL,
                500,
                400,
                500,
                400,
                false,
                false,
                false,
                false,
                false,
                false,
                0,
                -90,
                0,
                -90,
                ScrollEvent.HorizontalTextScrollUnits.NONE,
                0,
                ScrollEvent.VerticalTextScrollUnits.NONE,
                0,
                0,
                null);
    }

    private int rows() {
        return window.scene().lookup("#paths-table") == null ? 0 : table().getItems().size();
    }

    @SuppressWarnings("unchecked") // what the place shows
    private TableView<Summary> table() {
        return (TableView<Summary>) window.scene().lookup("#paths-table");
    }

    private TextField filter() {
        return (TextField) window.scene().lookup("#paths-view #filter");
    }

    private Void close() {
        pulses.stop();
        stage.close();
        window.close();
        return null;
    }

    private static <T> T call(Callable<T> action) throws Exception {
        var result = new CompletableFuture<T>();
        Platform.runLater(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.get();
    }
}

package cairn.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import cairn.gateway.Gateway;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.Catalog.Summary;
import cairn.store.PathInfo;
import cairn.store.StoredPath;
import cairn.store.Transaction;
import cairn.ui.model.Figures;
import cairn.ui.model.Place;
import cairn.ui.model.Samples;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import cairn.ui.model.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.control.Labeled;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableRow;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.stage.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of ten thousand paths, with work done where it is done outside of tests.
class ManyPathsTest {
    private static final int ROWS = 10_000;

    private final CountDownLatch gate = new CountDownLatch(1);
    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
    private final Set<Thread> touching = ConcurrentHashMap.newKeySet();
    private Thread screen;
    private Engine engine;
    private FxWork work;
    private ShellModel model;
    private ShellController controller;
    private Stage stage;

    @BeforeEach
    void open(@TempDir Path home) throws Exception {
        Toolkit.start(true);
        engine = Engine.open(home);
        int registered = engine.store().commit(ManyPathsTest::register);
        assertEquals(ROWS, registered);
        work = new FxWork();
        var settings = new SettingsModel(home.resolve("settings"));
        model = call(() -> open(settings));
        var views = new Views(Words.bundle());
        controller = call(() -> new ShellController(model, views));
        stage = call(() -> show(new Scene(views.load(controller), 980, 700), settings));
        screen = call(Thread::currentThread);
    }

    private static int register(Transaction transaction) throws IOException, SQLException {
        for (int i = 0; i < ROWS; i++) {
            Bytes bytes = Bytes.utf8("path %d".formatted(i));
            var path = StorePath.of(NixHash.sha256Of(bytes).digest().slice(0, 20), name(i));
            var info =
                    new PathInfo(
                            path,
                            NixHash.sha256Of(bytes),
                            weight(i),
                            List.of(),
                            Optional.empty(),
                            List.of(),
                            Optional.empty());
            var cid = Cid.of(Codec.RAW, bytes);
            transaction.register(new StoredPath(info, cid, cid, Samples.NOW));
        }
        return ROWS;
    }

    private static String name(int number) {
        return "package-%05d-1.0".formatted(number);
    }

    /// Another for each, in no order.
    private static long weight(int number) {
        return 1000 + (number * 7919L) % ROWS;
    }

    private ShellModel open(SettingsModel settings) {
        return new ShellModel(
                engine,
                this::run,
                Platform::runLater,
                settings,
                new Place.Paths(""),
                new CacheSwitch(engine, Gateway::start));
    }

    private static Stage show(Scene scene, SettingsModel settings) {
        var shown = new Stage();
        shown.setScene(scene);
        Look.follow(scene, settings);
        shown.show();
        return shown;
    }

    /// Holds all work until the gate opens.
    private <T> Work.Ticket run(
            Callable<T> task,
            Consumer<? super T> onSuccess,
            Consumer<? super Exception> onFailure) {
        return work.run(
                () -> {
                    workers.add(Thread.currentThread());
                    gate.await();
                    return task.call();
                },
                onSuccess,
                onFailure);
    }

    @AfterEach
    void close() throws Exception {
        gate.countDown();
        call(() -> {
            stage.close();
            controller.close();
            model.close();
            return null;
        });
        work.close();
        engine.close();
    }

    @Test
    void nothingIsReadOnTheScreensThreadNorShownOnAnother() throws Exception {
        await(() -> work.pendingProperty().get() > 0);
        assertEquals(0, call(this::rows));
        gate.countDown();
        await(() -> rows() == ROWS && isIdle());
        call(() -> {
            table().getItems().subscribe(() -> touching.add(Thread.currentThread()));
            filter().setText("age-0123");
            return null;
        });
        await(() -> rows() == 10 && isIdle());
        assertFalse(workers.isEmpty());
        assertFalse(workers.contains(screen));
        assertEquals(Set.of(screen), touching);
    }

    @Test
    void oneScrollsFiltersSortsAndSelectsAmongTenThousandRows() throws Exception {
        gate.countDown();
        await(() -> rows() == ROWS && visible().contains(name(0)));

        call(() -> {
            table().scrollTo(ROWS - 1);
            return null;
        });
        await(() -> visible().contains(name(ROWS - 1)));
        List<String> last = call(this::visible);
        assertTrue(last.size() < 40, last.toString());
        assertEquals(name(ROWS - last.size()), last.getFirst());

        call(() -> {
            filter().setText("age-0123 1.0");
            return null;
        });
        await(() -> rows() == 10);
        await(() -> visible().size() == 10);
        assertEquals(
                Stream.iterate(1230, i -> i + 1).limit(10).map(ManyPathsTest::name).toList(),
                call(this::visible));
        assertTrue(
                call(this::counted).startsWith("10 of " + Figures.count(ROWS) + " paths"),
                call(this::counted));

        call(() -> {
            filter().clear();
            return null;
        });
        await(() -> rows() == ROWS);
        int heaviest =
                Stream.iterate(0, i -> i + 1)
                        .limit(ROWS)
                        .max(Comparator.comparingLong(ManyPathsTest::weight))
                        .orElseThrow();
        call(this::sortBySize);
        await(() -> table().getItems().getFirst().path().name().equals(name(heaviest)));
        call(() -> {
            table().scrollTo(0);
            table().getSelectionModel().select(0);
            return null;
        });
        await(() ->
                visible().getFirst().equals(name(heaviest)) && name(heaviest).equals(inspected()));
    }

    private Void sortBySize() {
        for (var column : table().getColumns()) {
            if (column instanceof ListColumn<?, ?> listed && listed.getKey().equals("narSize")) {
                column.setSortType(TableColumn.SortType.DESCENDING);
                table().getSortOrder().setAll(List.of(column));
            }
        }
        return null;
    }

    /// The names in the rows that can be seen, from above.
    private List<String> visible() {
        double high = table().localToScene(table().getLayoutBounds()).getMaxY();
        return table().lookupAll(".table-row-cell").stream()
                .filter(row ->
                        row.isVisible() && row instanceof TableRow<?> each && !each.isEmpty())
                .filter(row -> row.localToScene(row.getLayoutBounds()).getMinY() < high)
                .map(row -> (TableRow<?>) row)
                .sorted(Comparator.comparingInt(TableRow::getIndex))
                .map(row -> ((Summary) row.getItem()).path().name())
                .toList();
    }

    private String counted() {
        return ((Labeled) stage.getScene().lookup("#paths-view #count")).getText();
    }

    private String inspected() {
        return stage.getScene().lookup(".inspector-title") instanceof Labeled title
                ? title.getText()
                : "";
    }

    private TextField filter() {
        return (TextField) stage.getScene().lookup("#paths-view #filter");
    }

    private int rows() {
        return stage.getScene().lookup("#paths-table") == null ? 0 : table().getItems().size();
    }

    private boolean isIdle() {
        return work.pendingProperty().get() == 0;
    }

    @SuppressWarnings("unchecked") // what the place shows
    private TableView<Summary> table() {
        return (TableView<Summary>) stage.getScene().lookup("#paths-table");
    }

    /// Returns at the first pulse at which something is so.
    private static void await(BooleanSupplier condition) throws Exception {
        var reached = new CompletableFuture<Void>();
        call(() -> {
            new AnimationTimer() {
                @Override
                public void handle(long now) {
                    if (condition.getAsBoolean()) {
                        stop();
                        reached.complete(null);
                    }
                }
            }.start();
            return null;
        });
        reached.get();
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

package cairn.ui;

import cairn.nix.StorePath;
import cairn.ui.model.Figures;
import cairn.ui.model.OverviewModel;
import cairn.ui.model.OverviewModel.Numbers;
import cairn.ui.model.OverviewModel.Weighed;
import cairn.ui.model.PathsModel;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.util.Optional;
import javafx.beans.binding.Bindings;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/// Binds `Overview.fxml` to an [OverviewModel].
public final class OverviewController {
    private static final double HEADER = 32;

    private final OverviewModel model;
    private final SettingsModel settings;
    private final Runnable chooseImport;

    @FXML private StatePane state;
    @FXML private FlowPane tiles;
    @FXML private TablePane<Weighed> pane;
    @FXML private TableView<Weighed> closures;
    @FXML private TableColumn<Weighed, StorePath> name;
    @FXML private TableColumn<Weighed, Integer> count;
    @FXML private TableColumn<Weighed, Long> size;
    @FXML private TableColumn<Weighed, Double> share;

    OverviewController(OverviewModel model, SettingsModel settings, Runnable chooseImport) {
        this.model = model;
        this.settings = settings;
        this.chooseImport = chooseImport;
    }

    @FXML
    private void initialize() {
        state.follow(model.numbers());
        Cells.fill(name, Weighed::path, _ -> Cells.path());
        Cells.fill(count, Weighed::closureCount, _ -> Cells.count(this::openClosure));
        Cells.fill(size, Weighed::closureSize, _ -> Cells.size(this::openClosure));
        Cells.fill(share, this::share, _ -> new BarCell<>());
        pane.show(model.closures(), settings);
        // As high as its rows, whatever their height.
        closures.prefHeightProperty()
                .bind(
                        closures.fixedCellSizeProperty()
                                .multiply(Bindings.size(closures.getItems()))
                                .add(HEADER));
        model.numbers()
                .valueProperty()
                .subscribe(numbers -> {
                    if (numbers != null) {
                        show(numbers);
                    }
                });
    }

    @FXML
    private void chooseImport() {
        chooseImport.run();
    }

    @FXML
    private void migrate() {
        model.open(new Place.Migration(""));
    }

    @FXML
    private void fromNix() {
        model.importing().fromNix();
    }

    @FXML
    private void sample() {
        model.importing().sample();
    }

    @FXML
    private void openPaths() {
        model.open(new Place.Paths(""));
    }

    @FXML
    private void openGraph() {
        model.open(new Place.Graph(Optional.empty()));
    }

    private void openClosure(Weighed row) {
        model.open(new Place.Graph(Optional.of(row.path().hash())));
    }

    private double share(Weighed row) {
        return model.numbers()
                .known()
                .map(numbers -> (double) row.closureSize() / Math.max(1, numbers.logicalBytes()))
                .orElse(0.0);
    }

    private void show(Numbers numbers) {
        var paths = new Place.Paths("");
        tiles.getChildren()
                .setAll(
                        tile("overview.paths", Figures.count(numbers.paths()), "", paths),
                        tile(
                                "overview.content",
                                Figures.size(numbers.logicalBytes()),
                                Figures.exactSize(numbers.logicalBytes()),
                                paths),
                        tile(
                                "overview.stored",
                                Figures.size(numbers.storedBytes()),
                                Figures.exactSize(numbers.storedBytes()),
                                paths),
                        tile(
                                "overview.references",
                                Figures.count(numbers.references()),
                                "",
                                new Place.Graph(Optional.empty())),
                        tile(
                                "overview.pins",
                                Figures.count(numbers.pins()),
                                "",
                                new Place.Paths(PathsModel.PINNED)));
    }

    private Button tile(String key, String figure, String exact, Place place) {
        var number = new Label(figure);
        number.getStyleClass().add("tile-figure");
        var label = new Label(Words.text(key));
        label.getStyleClass().add("secondary");
        var tile = new Button("", new VBox(number, label));
        tile.getStyleClass().add("tile");
        tile.setAccessibleText(label.getText() + " " + figure);
        tile.setOnAction(_ -> model.open(place));
        if (!exact.isEmpty()) {
            tile.setTooltip(new Tooltip(exact));
        }
        return tile;
    }

    /// A part of a whole as a bar.
    private static final class BarCell<S> extends TableCell<S, Double> {
        private final ProgressBar bar = new ProgressBar();

        @Override
        protected void updateItem(@Nullable Double part, boolean empty) {
            super.updateItem(part, empty);
            if (empty || part == null) {
                setGraphic(null);
                return;
            }
            bar.setProgress(part);
            bar.setMaxWidth(Double.MAX_VALUE);
            setGraphic(bar);
            setTooltip(new Tooltip(Figures.percent(part)));
        }
    }
}

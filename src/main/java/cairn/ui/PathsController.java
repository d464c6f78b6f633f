package cairn.ui;

import cairn.graph.PackageName;
import cairn.nix.StorePath;
import cairn.store.Catalog.Summary;
import cairn.ui.model.Figures;
import cairn.ui.model.PathsModel;
import cairn.ui.model.PathsModel.Column;
import cairn.ui.model.PathsModel.Order;
import cairn.ui.model.Words;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javafx.beans.binding.Bindings;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.SelectionMode;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableColumn.SortType;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;

/// Binds `Paths.fxml` to a [PathsModel].
public final class PathsController {
    private final PathsModel model;
    private final Runnable chooseImport;

    @FXML private TextField filter;
    @FXML private Label count;
    @FXML private Button diff;
    @FXML private StatePane state;
    @FXML private TableView<Summary> table;
    @FXML private TableColumn<Summary, StorePath> name;
    @FXML private TableColumn<Summary, String> version;
    @FXML private TableColumn<Summary, Long> size;
    @FXML private TableColumn<Summary, Long> closure;
    @FXML private TableColumn<Summary, Integer> references;
    @FXML private TableColumn<Summary, Integer> signatures;
    @FXML private TableColumn<Summary, Instant> added;
    @FXML private TableColumn<Summary, String> hash;

    PathsController(PathsModel model, Runnable chooseImport) {
        this.model = model;
        this.chooseImport = chooseImport;
    }

    @FXML
    private void initialize() {
        filter.textProperty().bindBidirectional(model.filterProperty());
        filter.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.DOWN) {
                table.requestFocus();
                table.getSelectionModel().selectFirst();
            }
        });
        count.textProperty()
                .bind(
                        Bindings.createStringBinding(
                                this::counted,
                                model.rows(),
                                model.totalProperty(),
                                model.totalSizeProperty()));
        state.follow(model.answer());
        Cells.fill(name, Summary::path, _ -> Cells.path());
        Cells.fill(version, row -> PackageName.of(row.path()).version(), _ -> Cells.text());
        Cells.fill(size, Summary::narSize, _ -> Cells.size());
        Cells.fill(closure, _ -> 0L, _ -> Cells.size());
        closure.setCellValueFactory(row -> model.closureSize(row.getValue().path()));
        Cells.fill(references, Summary::references, _ -> Cells.count());
        Cells.fill(signatures, Summary::signatures, _ -> Cells.count());
        Cells.fill(added, Summary::registeredAt, _ -> Cells.age(model.now()));
        Cells.fill(hash, row -> row.path().hash(), _ -> Cells.name());
        table.setItems(model.rows());
        table.setPlaceholder(new Label(Words.text("paths.none")));
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_SUBSEQUENT_COLUMNS);
        // The less room there is, the fewer columns.
        table.widthProperty()
                .subscribe(width -> {
                    hash.setVisible(width.doubleValue() > 820);
                    added.setVisible(width.doubleValue() > 700);
                    signatures.setVisible(width.doubleValue() > 600);
                    version.setVisible(width.doubleValue() > 480);
                });
        table.getSelectionModel().setSelectionMode(SelectionMode.MULTIPLE);
        table.setSortPolicy(_ -> sort());
        Cells.openable(
                table,
                model::select,
                (row, beside) -> {
                    if (beside) {
                        model.openBeside(row);
                    } else {
                        model.open(row);
                    }
                });
        diff.disableProperty()
                .bind(Bindings.size(table.getSelectionModel().getSelectedItems()).isNotEqualTo(2));
    }

    @FXML
    private void chooseImport() {
        chooseImport.run();
    }

    @FXML
    private void diff() {
        List<Summary> selected = List.copyOf(table.getSelectionModel().getSelectedItems());
        model.compare(selected.getFirst(), selected.getLast());
    }

    @FXML
    private void exportCsv() {
        Export.save(table, "paths.csv", model.csv());
    }

    @FXML
    private void exportJson() {
        Export.save(table, "paths.json", model.json());
    }

    @FXML
    private void copyRows() {
        var selected = table.getSelectionModel().getSelectedItems();
        Clip.copy(
                (selected.isEmpty() ? model.rows() : selected)
                        .stream()
                                .map(row -> row.path().toString())
                                .collect(Collectors.joining("\n")));
    }

    private String counted() {
        int shown = model.rows().size();
        int total = model.totalProperty().get();
        String bytes = Figures.size(model.totalSizeProperty().get());
        return shown == total
                ? Words.text("paths.count", Figures.count(total), bytes)
                : Words.text("paths.count-of", Figures.count(shown), Figures.count(total), bytes);
    }

    /// Leaves sorting to the model.
    private boolean sort() {
        var columns =
                Map.of(
                        name, Column.NAME,
                        version, Column.VERSION,
                        size, Column.SIZE,
                        closure, Column.CLOSURE,
                        references, Column.REFERENCES,
                        signatures, Column.SIGNATURES,
                        added, Column.ADDED);
        model.sort(
                table.getSortOrder().stream()
                        .findFirst()
                        .map(column ->
                                new Order(
                                        columns.getOrDefault(column, Column.NAME),
                                        column.getSortType() == SortType.DESCENDING))
                        .orElse(Order.BY_NAME));
        return true;
    }
}

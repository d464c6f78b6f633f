package cairn.ui;

import cairn.graph.PackageName;
import cairn.nix.StorePath;
import cairn.store.Catalog.Summary;
import cairn.ui.model.Figures;
import cairn.ui.model.Listing;
import cairn.ui.model.PathsModel;
import cairn.ui.model.Place;
import cairn.ui.model.Place.OfPath.Tab;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Verdict;
import cairn.ui.model.Words;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javafx.beans.binding.Bindings;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;

/// Binds `Paths.fxml` to a [PathsModel].
public final class PathsController {
    private final PathsModel model;
    private final SettingsModel settings;
    private final Runnable chooseImport;

    @FXML private Button diff;
    @FXML private StatePane state;
    @FXML private TablePane<Summary> pane;
    @FXML private TableView<Summary> table;
    @FXML private TableColumn<Summary, StorePath> name;
    @FXML private TableColumn<Summary, String> version;
    @FXML private TableColumn<Summary, Long> size;
    @FXML private TableColumn<Summary, Long> closure;
    @FXML private TableColumn<Summary, Integer> references;
    @FXML private TableColumn<Summary, Verdict> signatures;
    @FXML private TableColumn<Summary, Instant> added;
    @FXML private TableColumn<Summary, String> hash;

    PathsController(PathsModel model, SettingsModel settings, Runnable chooseImport) {
        this.model = model;
        this.settings = settings;
        this.chooseImport = chooseImport;
    }

    @FXML
    private void initialize() {
        state.follow(model.answer());
        Cells.fill(name, Summary::path, _ -> Cells.path());
        Cells.fill(version, row -> PackageName.of(row.path()).version(), _ -> Cells.text());
        Cells.fill(size, Summary::narSize, _ -> Cells.size(row -> open(row, Tab.FILES)));
        Cells.fill(closure, _ -> 0L, _ -> Cells.size(this::openClosure));
        closure.setCellValueFactory(row -> model.closureSize(row.getValue().path()));
        Cells.fill(
                references,
                Summary::references,
                _ -> Cells.count(row -> open(row, Tab.REFERENCES)));
        signatures.setCellFactory(
                _ -> Cells.signatures(Summary::signatures, row -> open(row, Tab.SIGNATURES)));
        signatures.setCellValueFactory(row -> model.verdict(row.getValue().path()));
        Cells.fill(added, Summary::registeredAt, _ -> Cells.age(model.now()));
        Cells.fill(hash, row -> row.path().hash(), _ -> Cells.name());
        pane.show(model.listing(), settings);
        pane.setCounted(this::counted);
        diff.disableProperty()
                .bind(Bindings.size(table.getSelectionModel().getSelectedItems()).isNotEqualTo(2));
    }

    @FXML
    private void chooseImport() {
        chooseImport.run();
    }

    @FXML
    private void migrate() {
        model.listing().open(new Place.Migration(""));
    }

    @FXML
    private void diff() {
        List<Summary> selected = List.copyOf(table.getSelectionModel().getSelectedItems());
        model.compare(selected.getFirst(), selected.getLast());
    }

    private void open(Summary row, Tab tab) {
        model.listing().open(new Place.OfPath(row.path().hash(), tab));
    }

    private void openClosure(Summary row) {
        model.listing().open(new Place.Graph(Optional.of(row.path().hash())));
    }

    private String counted() {
        Listing<Summary> listing = model.listing();
        int shown = listing.rows().size();
        int total = listing.totalProperty().get();
        String bytes = Figures.size(listing.weight());
        return shown == total
                ? Words.text("paths.count", total, Figures.count(total), bytes)
                : Words.text(
                        "paths.count-of", Figures.count(shown), total, Figures.count(total), bytes);
    }
}

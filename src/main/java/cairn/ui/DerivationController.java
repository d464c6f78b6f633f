package cairn.ui;

import cairn.engine.Readiness;
import cairn.engine.Readiness.Lack;
import cairn.nix.StorePath;
import cairn.ui.model.DerivationModel;
import cairn.ui.model.Figures;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.util.List;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Derivation.fxml` to a [DerivationModel].
public final class DerivationController {
    private static final double NARROW = 480;

    private final DerivationModel model;
    private final SettingsModel settings;

    @FXML private HBox bar;
    @FXML private TextField text;
    @FXML private CheckBox offline;
    @FXML private StatePane state;
    @FXML private HBox head;
    @FXML private FontIcon icon;
    @FXML private Label verdict;
    @FXML private Label more;
    @FXML private Button pull;
    @FXML private TabPane tabs;
    @FXML private Tab lacksTab;
    @FXML private Tab buildsTab;
    @FXML private TablePane<Lack> lacks;
    @FXML private TableColumn<Lack, StorePath> path;
    @FXML private TableColumn<Lack, String> kind;
    @FXML private TableColumn<Lack, String> neededBy;
    @FXML private TableColumn<Lack, Long> size;
    @FXML private TableColumn<Lack, Lack> holder;
    @FXML private TablePane<StorePath> builds;
    @FXML private TableColumn<StorePath, StorePath> built;

    /// Whether other stores were asked.
    private boolean asked;

    DerivationController(DerivationModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        Narrow.follow(bar, NARROW);
        Narrow.follow(head, NARROW);
        text.textProperty().bindBidirectional(model.textProperty());
        offline.selectedProperty().bindBidirectional(model.offlineProperty());
        state.follow(model.readiness());
        Cells.fill(path, Lack::path, _ -> Cells.path());
        Cells.fill(kind, lack -> Words.of(lack.kind()), _ -> Cells.text());
        Cells.fill(neededBy, lack -> lack.neededBy().name(), _ -> Cells.text());
        Cells.fill(size, Lack::narSize, _ -> Cells.size());
        Cells.fill(holder, lack -> lack, _ -> new HolderCell());
        Cells.fill(built, each -> each, _ -> Cells.path());
        lacks.show(model.lacks(), settings);
        builds.show(model.builds(), settings);
        model.readiness()
                .valueProperty()
                .subscribe(known -> {
                    if (known != null) {
                        known.ifPresent(this::show);
                    }
                });
        model.pullingProperty().subscribe(pull::setDisable);
    }

    @FXML
    private void look() {
        model.look();
    }

    @FXML
    private void pull() {
        model.pull();
    }

    private void show(Readiness found) {
        asked = found.asked();
        List<Lack> obtainable = found.obtainable();
        long bytes = obtainable.stream().mapToLong(Lack::narSize).sum();
        int lacking = found.lacks().size();
        boolean yes = found.isReady();
        icon.setIconLiteral(
                yes
                        ? "fth-check-circle"
                        : found.isObtainable() ? "fth-download-cloud" : "fth-x-circle");
        icon.getStyleClass().setAll("ikonli-font-icon", "verdict");
        icon.getStyleClass()
                .add(yes ? "verdict-yes" : found.isObtainable() ? "verdict-pull" : "verdict-no");
        verdict.setText(
                found.built()
                        ? Words.text("drv.built")
                        : yes
                                ? Words.text("drv.yes")
                                : found.isObtainable()
                                        ? Words.text(
                                                "drv.obtainable",
                                                lacking,
                                                Figures.count(lacking),
                                                Figures.size(bytes))
                                        : Words.text("drv.no", lacking, Figures.count(lacking)));
        more.setText(more(found, obtainable.size()));
        pull.setText(Words.text("drv.pull", Figures.size(bytes)));
        pull.setAccessibleText(pull.getText());
        Presence.show(pull, !obtainable.isEmpty());
        int first = found.builds().size();
        lacksTab.setText(Words.text("drv.lacks-count", Figures.count(lacking)));
        buildsTab.setText(Words.text("drv.builds-count", Figures.count(first)));
        tabs.setVisible(lacking + first > 0);
        tabs.getSelectionModel().select(lacking == 0 ? buildsTab : lacksTab);
    }

    private static String more(Readiness found, int obtainable) {
        if (found.built()) {
            return Words.text("drv.system", found.system());
        }
        int first = found.builds().size();
        String known =
                Words.text(
                        "drv.known",
                        found.system(),
                        found.here(),
                        Figures.count(found.here()),
                        first,
                        Figures.count(first));
        if (found.isReady()) {
            return known;
        }
        return Words.text(
                found.asked() ? "drv.asked" : "drv.not-asked",
                known,
                obtainable,
                Figures.count(obtainable));
    }

    /// Who has a path; a shape tells whether it can be pulled from there.
    private final class HolderCell extends TableCell<Lack, Lack> {
        private final FontIcon icon = new FontIcon();
        private final Tip tip = new Tip(this);

        @Override
        protected void updateItem(@Nullable Lack lack, boolean empty) {
            super.updateItem(lack, empty);
            if (empty || lack == null) {
                setText("");
                setGraphic(null);
                tip.set("");
                return;
            }
            String uri = DerivationModel.holder(lack);
            icon.setIconLiteral(
                    lack.isObtainable()
                            ? "fth-check"
                            : uri.isEmpty() ? "fth-minus-circle" : "fth-shield-off");
            icon.getStyleClass()
                    .setAll(
                            "ikonli-font-icon",
                            "answer",
                            lack.isObtainable() ? "answer-2" : "answer-4");
            setText(uri.isEmpty() ? Words.text(asked ? "drv.nobody" : "drv.unasked") : uri);
            setGraphic(icon);
            tip.set(
                    lack.isObtainable()
                            ? uri
                            : uri.isEmpty()
                                    ? Words.text(asked ? "drv.nobody-more" : "drv.unasked-more")
                                    : Words.text(
                                            lack.isBelieved() ? "drv.torn" : "drv.stranger", uri));
        }
    }
}

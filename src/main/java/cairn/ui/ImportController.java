package cairn.ui;

import cairn.ui.model.ImportModel;
import cairn.ui.model.ImportModel.Source;
import cairn.ui.model.Words;
import java.util.Map;
import javafx.beans.binding.BooleanExpression;
import javafx.fxml.FXML;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.VBox;
import javafx.util.Subscription;

/// Binds `Import.fxml` to an [ImportModel].
public final class ImportController {
    private final ImportModel model;
    private final Chooser chooser;
    private final Runnable onClose;
    private final Runnable onMigrate;

    @FXML private ToggleButton nix;
    @FXML private ToggleButton folder;
    @FXML private ToggleButton url;
    @FXML private ToggleButton file;
    @FXML private Label explanation;
    @FXML private Label locationLabel;
    @FXML private TextField address;
    @FXML private Button choose;
    @FXML private VBox choice;
    @FXML private ToggleButton everything;
    @FXML private ToggleButton some;
    @FXML private TextField targets;
    @FXML private Label refusal;
    @FXML private Button start;

    private Subscription following = Subscription.EMPTY;

    /// @param onMigrate goes to where whole stores are brought over
    ImportController(ImportModel model, Chooser chooser, Runnable onClose, Runnable onMigrate) {
        this.model = model;
        this.chooser = chooser;
        this.onClose = onClose;
        this.onMigrate = onMigrate;
    }

    @FXML
    private void initialize() {
        address.textProperty().bindBidirectional(model.locationProperty());
        start.disableProperty().bind(model.startable().not());
        Map.of(nix, Source.NIX, folder, Source.FOLDER, url, Source.URL, file, Source.FILE)
                .forEach((button, source) ->
                        button.setOnAction(_ -> model.sourceProperty().set(source)));
        following = model.sourceProperty().subscribe(this::show);
        targets.textProperty().bindBidirectional(model.targetsProperty());
        everything.setOnAction(_ -> model.everythingProperty().set(true));
        some.setOnAction(_ -> {
            model.everythingProperty().set(false);
            targets.requestFocus();
        });
        everything.disableProperty().bind(model.listed().not());
        appear(choice, model.sourceProperty().isNotEqualTo(Source.FILE));
        appear(refusal, model.listed().not());
        var all = model.everythingProperty().and(model.listed());
        appear(targets, all.not());
        all.subscribe(whole -> (whole ? everything : some).setSelected(true));
    }

    @FXML
    private void choose() {
        boolean folder = model.sourceProperty().get() != Source.FILE;
        chooser.choose(address.getScene().getWindow(), folder)
                .ifPresent(chosen -> address.setText(chosen.toString()));
    }

    @FXML
    private void start() {
        if (model.startable().get()) {
            model.start();
            onClose.run();
        }
    }

    @FXML
    private void migrate() {
        onMigrate.run();
    }

    @FXML
    private void close() {
        onClose.run();
    }

    /// Follows the choice of the source no longer.
    void leave() {
        following.unsubscribe();
    }

    private static void appear(Node node, BooleanExpression when) {
        node.visibleProperty().bind(when);
        node.managedProperty().bind(when);
    }

    private void show(Source source) {
        ToggleButton button =
                switch (source) {
                    case NIX -> nix;
                    case FOLDER -> folder;
                    case URL -> url;
                    case FILE -> file;
                };
        button.setSelected(true);
        explanation.setText(
                Words.text(
                        switch (source) {
                            case NIX -> "import.about-nix";
                            case FOLDER -> "import.about-folder";
                            case URL -> "import.about-url";
                            case FILE -> "import.about-file";
                        }));
        String label =
                Words.text(
                        switch (source) {
                            case NIX -> "import.where-nix";
                            case FOLDER -> "import.where-folder";
                            case URL -> "import.where-url";
                            case FILE -> "import.where-file";
                        });
        locationLabel.setText(label);
        address.setAccessibleText(label);
        choose.setVisible(source != Source.URL);
    }
}

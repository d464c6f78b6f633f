package cairn.ui;

import cairn.cid.Cid;
import cairn.ui.model.DagModel;
import cairn.ui.model.DagModel.LinkRow;
import cairn.ui.model.DagModel.Look;
import cairn.ui.model.Figures;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;

/// Binds `Dag.fxml` to a [DagModel].
public final class DagController {
    private final DagModel model;
    private final SettingsModel settings;

    @FXML private StatePane graphState;
    @FXML private GraphCanvas canvas;
    @FXML private Label linksTitle;
    @FXML private Label noLinks;
    @FXML private TablePane<LinkRow> pane;
    @FXML private TableColumn<LinkRow, String> name;
    @FXML private TableColumn<LinkRow, String> target;
    @FXML private TableColumn<LinkRow, String> cid;
    @FXML private TableColumn<LinkRow, Long> size;
    @FXML private StatePane lookState;
    @FXML private HBox blockTitle;
    @FXML private Label blockNote;
    @FXML private Button blockRoot;
    @FXML private PreviewPane decoded;
    @FXML private VBox anatomy;

    DagController(DagModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        graphState.follow(model.graph());
        lookState.follow(model.look());
        model.graph()
                .valueProperty()
                .subscribe(view -> {
                    if (view != null) {
                        canvas.viewProperty().set(view);
                    }
                });
        canvas.failureProperty().subscribe(model.graph()::refuse);
        canvas.follow(Cid.class, model::look, model::open);
        Cells.fill(name, LinkRow::name, _ -> Cells.text());
        Cells.fill(target, LinkRow::target, _ -> Cells.text());
        Cells.fill(cid, link -> link.cid().toString(), _ -> Cells.name());
        Cells.fill(size, LinkRow::size, _ -> Cells.size(link -> model.open(link.cid())));
        pane.show(model.links(), settings, link -> model.look(link.cid()));
        model.look()
                .valueProperty()
                .subscribe(look -> {
                    if (look != null) {
                        show(look);
                    }
                });
    }

    @FXML
    private void openRoot() {
        model.look(model.root());
    }

    private void show(Look look) {
        String text = look.block().cid().toString();
        String label = look.block().label();
        var heading = new Label(label.isEmpty() ? Figures.shortened(text) : label);
        heading.getStyleClass().addAll(label.isEmpty() ? "mono" : "words", "section");
        heading.setTooltip(new Tooltip(text));
        blockTitle.getChildren().setAll(Kinds.icon(look.block().kind()), heading, new Digest(text));
        blockNote.setText(note(look));
        Presence.show(blockRoot, !look.block().cid().equals(model.root()));
        boolean missing = look.block().bytes().isEmpty();
        linksTitle.setText(
                missing
                        ? Words.text("dag.links")
                        : Words.text("dag.links-count", Figures.count(look.links().size())));
        noLinks.setText(Words.text(missing ? "dag.links-unknown" : "dag.no-links"));
        decoded.show(look.decoded());
        anatomy.getChildren().setAll(look.anatomy().stream().map(Copyable::new).toList());
    }

    private static String note(Look look) {
        if (look.block().bytes().isEmpty()) {
            return Words.text("dag.missing");
        }
        String size = Figures.size(look.block().bytes().get().length());
        if (!look.block().flaw().isEmpty()) {
            return look.block().flaw();
        }
        return look.block().cid().hash().isVerifiable()
                ? look.block().codec() + " · " + size
                : look.block().codec() + " · " + size + " · " + Words.text("anatomy.verifiable-no");
    }
}

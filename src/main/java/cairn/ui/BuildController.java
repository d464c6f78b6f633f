package cairn.ui;

import cairn.cid.Cid;
import cairn.engine.Change;
import cairn.engine.Outcome;
import cairn.ui.model.BuildModel;
import cairn.ui.model.BuildModel.Output;
import cairn.ui.model.BuildModel.Sheet;
import cairn.ui.model.Figures;
import cairn.ui.model.Naming;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import javafx.fxml.FXML;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;

/// Binds `Build.fxml` to a [BuildModel].
public final class BuildController {
    private final BuildModel model;
    private final SettingsModel settings;

    @FXML private StatePane state;
    @FXML private HBox title;
    @FXML private Label summary;
    @FXML private Label wave;
    @FXML private GraphCanvas canvas;
    @FXML private TablePane<Output> pane;
    @FXML private TableColumn<Output, String> output;
    @FXML private TableColumn<Output, String> path;
    @FXML private TableColumn<Output, String> cid;
    @FXML private TableColumn<Output, Long> size;
    @FXML private PreviewPane log;
    @FXML private Label logNote;
    @FXML private VBox changes;

    BuildController(BuildModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        state.follow(model.sheet());
        Cells.fill(output, Output::name, _ -> Cells.text());
        Cells.fill(path, Output::path, _ -> Cells.text());
        Cells.fill(cid, row -> row.cid().toString(), _ -> Cells.name());
        Cells.fill(size, Output::size, _ -> Cells.size());
        pane.show(model.outputs(), settings);
        canvas.failureProperty().subscribe(model.sheet()::refuse);
        canvas.follow(Cid.class, model::select, model::open);
        model.sheet()
                .valueProperty()
                .subscribe(sheet -> {
                    if (sheet != null) {
                        show(sheet);
                    }
                });
    }

    @FXML
    private void openBlocks() {
        model.openBlocks();
    }

    private void show(Sheet sheet) {
        var record = sheet.build().record();
        var heading = new Label(record.name());
        heading.getStyleClass().add("section");
        heading.setTooltip(new Tooltip(record.drvPath().toString()));
        var outcome = new Label(Words.of(sheet.build().outcome()));
        title.getChildren()
                .setAll(
                        Kinds.icon(sheet.build().outcome()),
                        heading,
                        new Digest(sheet.build().cid().toString()),
                        outcome);
        summary.setText(
                Words.text(
                        "build.summary",
                        record.project(),
                        record.system(),
                        Figures.duration(record.took()),
                        Figures.age(record.startedAt(), model.now()),
                        Figures.exactTime(record.startedAt())));
        int saved = sheet.saved().size();
        wave.setText(
                sheet.build().outcome() == Outcome.CUT_OFF
                        ? Words.text("build.stopped", saved, Figures.count(saved))
                        : run(sheet));
        canvas.viewProperty().set(sheet.graph());
        if (sheet.log().isPresent()) {
            log.show(sheet.log().get());
            logNote.setText(log.noteProperty().get());
        } else {
            log.getChildren().clear();
            logNote.setText(Words.text("build.no-log"));
        }
        logNote.setManaged(!logNote.getText().isEmpty());
        changes.getChildren().clear();
        if (sheet.changes().isEmpty()) {
            var none = new Label(Words.text("build.no-changes"));
            none.getStyleClass().add("secondary");
            none.setWrapText(true);
            changes.getChildren().add(none);
        }
        sheet.changes().stream().map(BuildController::change).forEach(changes.getChildren()::add);
        changes.getChildren()
                .addAll(
                        new Copyable(
                                new Naming(
                                        Words.text("build.derivation"),
                                        record.drvPath().toString())),
                        new Copyable(
                                new Naming(
                                        Words.text("build.record"),
                                        sheet.build().cid().toString())));
    }

    private static String run(Sheet sheet) {
        int all = sheet.run().values().stream().mapToInt(count -> count).sum();
        return Words.text(
                "build.wave",
                all,
                Figures.count(all),
                sheet.count(Outcome.BUILT),
                sheet.count(Outcome.CUT_OFF),
                sheet.count(Outcome.SAVED),
                sheet.count(Outcome.FAILED));
    }

    private static Node change(Change change) {
        return new Copyable(
                new Naming(
                        change.what(),
                        change.before().isEmpty()
                                ? Words.text("build.added", change.after())
                                : change.after().isEmpty()
                                        ? Words.text("build.gone", change.before())
                                        : Words.text(
                                                "build.changed", change.before(), change.after())));
    }
}

package cairn.ui;

import cairn.cid.Cid;
import cairn.engine.Outcome;
import cairn.ui.model.BuildModel;
import cairn.ui.model.BuildModel.Output;
import cairn.ui.model.BuildModel.Sheet;
import cairn.ui.model.Edit;
import cairn.ui.model.Figures;
import cairn.ui.model.Naming;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.util.ArrayList;
import java.util.Locale;
import java.util.stream.Collectors;
import javafx.beans.binding.Bindings;
import javafx.fxml.FXML;
import javafx.geometry.Orientation;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.SplitPane;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableColumn;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Build.fxml` to a [BuildModel].
public final class BuildController {
    /// How wide the place must be for its halves to lie side by side.
    private static final double WIDE = 560;

    /// How many lines of a change are shown.
    private static final int LINES = 100;

    private final BuildModel model;
    private final SettingsModel settings;

    @FXML private StatePane state;
    @FXML private HBox title;
    @FXML private Label summary;
    @FXML private Label wave;
    @FXML private SplitPane halves;
    @FXML private GraphCanvas canvas;
    @FXML private TabPane tabs;
    @FXML private Tab logTab;
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
        halves.orientationProperty()
                .bind(
                        Bindings.when(state.widthProperty().lessThan(WIDE))
                                .then(Orientation.VERTICAL)
                                .otherwise(Orientation.HORIZONTAL));
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
        outcome.setMinWidth(Region.USE_PREF_SIZE);
        outcome.setTooltip(new Tooltip(Words.sentence(sheet.build().outcome())));
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
                        record.took().isZero() ? "" : Figures.duration(record.took()) + " · ",
                        Figures.age(record.startedAt(), model.now()),
                        Figures.exactTime(record.startedAt())));
        wave.setText(wave(sheet));
        canvas.viewProperty().set(sheet.graph());
        boolean hasFailed = sheet.build().outcome() == Outcome.FAILED;
        if (sheet.log().isPresent()) {
            log.show(sheet.log().get());
            logNote.setText(log.noteProperty().get());
            if (hasFailed) {
                tabs.getSelectionModel().select(logTab);
                log.showEnd();
            }
        } else {
            log.getChildren().clear();
            logNote.setText(
                    Words.text(
                            hasFailed
                                    ? "build.no-log-failed"
                                    : sheet.build().outcome() == Outcome.SAVED
                                            ? "build.no-log-saved"
                                            : "build.no-log"));
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

    /// Where the wave of a change stopped, or what else there is to say of the run.
    private static String wave(Sheet sheet) {
        int saved = sheet.saved().size();
        if (sheet.build().outcome() == Outcome.CUT_OFF) {
            return Words.text("build.stopped", saved, Figures.count(saved));
        }
        if (!sheet.blockers().isEmpty()) {
            return Words.text(
                    "build.blocked",
                    sheet.blockers().stream()
                            .map(build -> build.record().name())
                            .collect(Collectors.joining(", ")));
        }
        int all = sheet.run().values().stream().mapToInt(count -> count).sum();
        var parts = new ArrayList<String>();
        for (Outcome outcome : Outcome.values()) {
            int count = sheet.count(outcome);
            if (count > 0) {
                parts.add(
                        Words.text(
                                "build.part",
                                Figures.count(count),
                                Words.of(outcome).toLowerCase(Locale.ROOT)));
            }
        }
        return Words.text("build.wave", all, Figures.count(all), String.join(", ", parts));
    }

    /// What went and what came, line by line.
    private static Node change(Edit edit) {
        var box = new VBox();
        box.getStyleClass().add("edit");
        var copy = new Button("", new FontIcon("fth-copy"));
        copy.getStyleClass().addAll("flat", "button-icon", "small");
        copy.setAccessibleText(Words.text("name.copy", edit.change().what()));
        copy.setOnAction(_ -> {
            Clip.copy(Words.text("build.changed", edit.change().before(), edit.change().after()));
            Toast.say(copy);
        });
        var what = new Label(edit.change().what());
        what.getStyleClass().add("secondary");
        what.setMinWidth(0);
        var head = new HBox(what, copy);
        head.getStyleClass().add("field-row");
        box.getChildren().add(head);
        edit.lines().stream()
                .limit(LINES)
                .forEach(changed -> {
                    var line =
                            changed.came()
                                    ? line("+ " + changed.text(), "come")
                                    : line("− " + changed.text(), "gone");
                    line.getStyleClass().add("mono");
                    box.getChildren().add(line);
                });
        int more = edit.lines().size() - LINES;
        if (more > 0) {
            box.getChildren()
                    .add(line(Words.text("build.more", more, Figures.count(more)), "secondary"));
        }
        if (edit.alike() > 0) {
            box.getChildren()
                    .add(
                            line(
                                    Words.text(
                                            "build.alike",
                                            edit.alike(),
                                            Figures.count(edit.alike())),
                                    "secondary"));
        }
        return box;
    }

    private static Label line(String text, String style) {
        var line = new Label(text);
        line.getStyleClass().add(style);
        line.setWrapText(true);
        return line;
    }
}

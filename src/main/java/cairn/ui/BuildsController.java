package cairn.ui;

import cairn.engine.Builds.Build;
import cairn.engine.Outcome;
import cairn.ui.model.BuildsModel;
import cairn.ui.model.Figures;
import cairn.ui.model.Naming;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.time.Duration;
import java.time.Instant;
import javafx.fxml.FXML;
import javafx.scene.control.TableColumn;
import javafx.scene.layout.VBox;

/// Binds `Builds.fxml` to a [BuildsModel].
public final class BuildsController {
    private final BuildsModel model;
    private final SettingsModel settings;

    @FXML private StatePane state;
    @FXML private TablePane<Build> pane;
    @FXML private TableColumn<Build, String> name;
    @FXML private TableColumn<Build, Outcome> status;
    @FXML private TableColumn<Build, String> project;
    @FXML private TableColumn<Build, String> system;
    @FXML private TableColumn<Build, Instant> started;
    @FXML private TableColumn<Build, Duration> took;
    @FXML private TableColumn<Build, Long> size;
    @FXML private VBox commands;

    BuildsController(BuildsModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        state.follow(model.answer());
        Cells.fill(name, row -> row.record().name(), _ -> Cells.text());
        Cells.fill(status, Build::outcome, _ -> Cells.outcome());
        Cells.fill(project, row -> row.record().project(), _ -> Cells.text());
        Cells.fill(system, row -> row.record().system(), _ -> Cells.text());
        Cells.fill(started, row -> row.record().startedAt(), _ -> Cells.age(model.now()));
        Cells.fill(took, row -> row.record().took(), _ -> Cells.duration());
        size.setCellFactory(_ -> Cells.size());
        size.setCellValueFactory(row -> model.size(row.getValue()));
        pane.show(model.listing(), settings);
        pane.setCounted(this::counted);
        commands.getChildren()
                .add(
                        new Copyable(
                                new Naming(
                                        Words.text("builds.command"),
                                        "cairn build -- '<nixpkgs>' -A hello")));
        model.hook()
                .map(line -> new Copyable(new Naming(Words.text("builds.hook"), line)))
                .ifPresent(commands.getChildren()::add);
    }

    private String counted() {
        int shown = model.listing().rows().size();
        int total = model.listing().totalProperty().get();
        return shown == total
                ? Words.text("builds.count", total, Figures.count(total))
                : Words.text("builds.count-of", Figures.count(shown), total, Figures.count(total));
    }
}

package cairn.ui;

import cairn.engine.Outcome;
import cairn.ui.model.BuildsModel;
import cairn.ui.model.BuildsModel.Row;
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
    @FXML private TablePane<Row> pane;
    @FXML private TableColumn<Row, String> name;
    @FXML private TableColumn<Row, Outcome> status;
    @FXML private TableColumn<Row, String> project;
    @FXML private TableColumn<Row, String> system;
    @FXML private TableColumn<Row, Instant> started;
    @FXML private TableColumn<Row, Duration> took;
    @FXML private TableColumn<Row, Long> size;
    @FXML private VBox commands;

    BuildsController(BuildsModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        state.follow(model.answer());
        Cells.fill(name, row -> row.build().record().name(), _ -> Cells.text());
        Cells.fill(status, row -> row.build().outcome(), _ -> Cells.outcome());
        Cells.fill(project, row -> row.build().record().project(), _ -> Cells.text());
        Cells.fill(system, row -> row.build().record().system(), _ -> Cells.text());
        Cells.fill(started, row -> row.build().record().startedAt(), _ -> Cells.age(model.now()));
        Cells.fill(took, row -> row.build().record().took(), _ -> Cells.duration());
        Cells.fill(size, Row::size, _ -> Cells.size());
        pane.show(model.listing(), settings);
        pane.setCounted(this::counted);
        commands.getChildren()
                .setAll(
                        new Copyable(
                                new Naming(
                                        Words.text("builds.command"),
                                        "cairn build -- '<nixpkgs>' -A hello")),
                        new Copyable(
                                new Naming(
                                        Words.text("builds.hook"),
                                        "post-build-hook = /opt/cairn/packaging/nix/post-build-hook")));
    }

    private String counted() {
        int shown = model.listing().rows().size();
        int total = model.listing().totalProperty().get();
        return shown == total
                ? Words.text("builds.count", total, Figures.count(total))
                : Words.text("builds.count-of", Figures.count(shown), total, Figures.count(total));
    }
}

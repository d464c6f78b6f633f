package cairn.ui;

import cairn.engine.Outcome;
import cairn.ui.model.BuildsModel;
import cairn.ui.model.BuildsModel.Row;
import cairn.ui.model.Figures;
import cairn.ui.model.LiveBuilds.Note;
import cairn.ui.model.Naming;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Builds.fxml` to a [BuildsModel].
public final class BuildsController {
    private final BuildsModel model;
    private final SettingsModel settings;
    private final Consumer<Place> places;

    @FXML private StatePane state;
    @FXML private TablePane<Row> pane;
    @FXML private TableColumn<Row, String> name;
    @FXML private TableColumn<Row, Outcome> status;
    @FXML private TableColumn<Row, String> project;
    @FXML private TableColumn<Row, String> system;
    @FXML private TableColumn<Row, Instant> started;
    @FXML private TableColumn<Row, Duration> took;
    @FXML private TableColumn<Row, Long> size;
    @FXML private TableColumn<Row, String> node;
    @FXML private VBox commands;
    @FXML private BorderPane root;
    @FXML private SinceBox since;
    @FXML private ToggleButton pause;
    @FXML private FontIcon foot;
    @FXML private Label note;
    @FXML private Button connect;
    @FXML private Button retry;
    @FXML private Label nothing;

    /// @param places opens a place
    BuildsController(BuildsModel model, SettingsModel settings, Consumer<Place> places) {
        this.model = model;
        this.settings = settings;
        this.places = places;
    }

    @FXML
    private void initialize() {
        state.follow(model.answer());
        Cells.fill(name, row -> row.record().name(), _ -> Cells.text());
        Cells.fill(status, Row::outcome, _ -> Cells.outcome());
        Cells.fill(project, row -> row.record().project(), _ -> Cells.text());
        Cells.fill(system, row -> row.record().system(), _ -> Cells.text());
        Cells.fill(started, row -> row.record().startedAt(), _ -> Cells.age(model::now));
        Cells.fill(took, row -> row.record().took(), _ -> Cells.duration());
        size.setCellFactory(_ -> Cells.size());
        size.setCellValueFactory(row -> model.size(row.getValue()));
        Cells.fill(node, Row::node, _ -> Cells.text());
        since.valueProperty().bindBidirectional(model.live().sinceProperty());
        pause.selectedProperty().bindBidirectional(model.live().pausedProperty());
        Frames.follow(root, model::pulse);
        pane.show(model.listing(), settings);
        pane.setCounted(this::counted);
        commands.getChildren()
                .add(
                        new Copyable(
                                new Naming(
                                        Words.text("builds.command"),
                                        "cairn build -- '<nixpkgs>' -A hello")));
        var whole = new Tooltip();
        whole.textProperty().bind(note.textProperty());
        note.setTooltip(whole);
        model.live().noteProperty().subscribe(this::tell);
        model.hook()
                .map(line -> new Copyable(new Naming(Words.text("builds.hook"), line)))
                .ifPresent(commands.getChildren()::add);
    }

    @FXML
    private void connect() {
        places.accept(new Place.Peers());
    }

    @FXML
    private void retry() {
        model.live().listen();
    }

    private void tell(Note now) {
        String text =
                switch (now) {
                    case Note.Apart(var sentence) -> sentence;
                    case Note.Quiet(var sentence) -> sentence;
                    case Note.Failed(var problem) -> problem.sentence();
                };
        note.setText(text);
        boolean among = model.live().isAmong();
        foot.setIconLiteral(now instanceof Note.Failed ? "fth-alert-triangle" : "fth-radio");
        Presence.show(connect, now instanceof Note.Apart);
        Presence.show(retry, now instanceof Note.Failed);
        Presence.show(since, among);
        Presence.show(pause, among);
        nothing.setText(Words.text(among ? "live.nothing" : "paths.none"));
    }

    private String counted() {
        int shown = model.listing().rows().size();
        int total = model.listing().totalProperty().get();
        return shown == total
                ? Words.text("builds.count", total, Figures.count(total))
                : Words.text("builds.count-of", Figures.count(shown), total, Figures.count(total));
    }
}

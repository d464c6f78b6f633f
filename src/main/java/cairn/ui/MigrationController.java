package cairn.ui;

import cairn.engine.Migration;
import cairn.store.Sharing;
import cairn.ui.PartsPane.Part;
import cairn.ui.model.ActivitiesModel.Line;
import cairn.ui.model.Figures;
import cairn.ui.model.Listing;
import cairn.ui.model.Migrating.Findings;
import cairn.ui.model.Migrating.Phase;
import cairn.ui.model.Migrating.Setback;
import cairn.ui.model.Migrating.State;
import cairn.ui.model.Migrating.Step;
import cairn.ui.model.MigrationModel;
import cairn.ui.model.Naming;
import cairn.ui.model.Place;
import cairn.ui.model.Problem;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.binding.Bindings;
import javafx.css.PseudoClass;
import javafx.fxml.FXML;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Migration.fxml` to a [MigrationModel].
public final class MigrationController {
    private static final double HEADER = 32;

    /// How many rows of a list are shown at once.
    private static final int LISTED = 10;

    private static final PseudoClass FAILED = PseudoClass.getPseudoClass("failed");

    private final MigrationModel model;
    private final SettingsModel settings;
    private final Chooser chooser;

    @FXML private VBox form;
    @FXML private TextField address;
    @FXML private Label targetsLabel;
    @FXML private TextField targets;
    @FXML private Button plan;
    @FXML private Button bring;
    @FXML private VBox chosen;
    @FXML private Label source;
    @FXML private Label wanted;
    @FXML private Button another;
    @FXML private FlowPane steps;
    @FXML private VBox working;
    @FXML private Label doing;
    @FXML private ProgressBar bar;
    @FXML private Label status;
    @FXML private Label what;
    @FXML private VBox stopped;
    @FXML private Label stop;
    @FXML private FontIcon stopIcon;
    @FXML private Label advice;
    @FXML private Label after;
    @FXML private Button again;
    @FXML private Button details;
    @FXML private VBox said;
    @FXML private Label statement;
    @FXML private FontIcon statementIcon;
    @FXML private Label meaning;
    @FXML private Label trust;
    @FXML private Label came;
    @FXML private Label last;
    @FXML private FontIcon lastIcon;
    @FXML private VBox losses;
    @FXML private Label lossesTitle;
    @FXML private TablePane<Setback> setbacks;
    @FXML private TableColumn<Setback, String> path;
    @FXML private TableColumn<Setback, String> why;
    @FXML private TableColumn<Setback, String> reason;
    @FXML private VBox saved;
    @FXML private Label savedOf;
    @FXML private PartsPane savedParts;
    @FXML private VBox alikeBox;
    @FXML private Label alikeTitle;
    @FXML private TablePane<Sharing.Alike> alike;
    @FXML private TableColumn<Sharing.Alike, String> alikeName;
    @FXML private TableColumn<Sharing.Alike, Integer> alikePaths;
    @FXML private TableColumn<Sharing.Alike, Long> alikeSize;
    @FXML private TableColumn<Sharing.Alike, Long> alikeApart;
    @FXML private VBox nothing;
    @FXML private VBox planned;
    @FXML private Label plannedTitle;
    @FXML private Label plannedFrom;
    @FXML private PartsPane plannedParts;
    @FXML private Label signed;
    @FXML private VBox interim;
    @FXML private VBox meanwhile;

    MigrationController(MigrationModel model, SettingsModel settings, Chooser chooser) {
        this.model = model;
        this.settings = settings;
        this.chooser = chooser;
    }

    @FXML
    private void initialize() {
        var migrating = model.migrating();
        address.textProperty().bindBidirectional(migrating.locationProperty());
        targets.textProperty().bindBidirectional(migrating.targetsProperty());
        plan.disableProperty().bind(migrating.startable().not());
        var needed = migrating.listed().not();
        targetsLabel
                .textProperty()
                .bind(
                        Bindings.when(needed)
                                .then(Words.text("migration.targets-needed"))
                                .otherwise(Words.text("migration.targets")));
        targets.accessibleTextProperty().bind(targetsLabel.textProperty());
        targets.promptTextProperty()
                .bind(
                        Bindings.when(needed)
                                .then(Words.text("migration.targets-needed-prompt"))
                                .otherwise(Words.text("migration.targets-prompt")));
        source.textProperty()
                .bind(
                        Bindings.createStringBinding(
                                () ->
                                        Words.text(
                                                "migration.chosen",
                                                migrating.locationProperty().get().strip()),
                                migrating.locationProperty()));
        wanted.textProperty().bind(migrating.targetsProperty());
        wanted.managedProperty().bind(wanted.textProperty().isNotEmpty());
        Cells.fill(path, Setback::name, _ -> Cells.text());
        Cells.fill(why, row -> Words.of(row.why()), _ -> Cells.text());
        Cells.fill(reason, Setback::reason, _ -> Cells.text());
        list(setbacks, model.setbacks());
        Cells.fill(alikeName, row -> row.paths().getFirst().name(), _ -> Cells.text());
        Cells.fill(alikePaths, row -> row.paths().size(), _ -> Cells.count());
        Cells.fill(alikeSize, Sharing.Alike::narSize, _ -> Cells.size());
        Cells.fill(alikeApart, Sharing.Alike::apartBytes, _ -> Cells.size());
        list(alike, model.alike());
        model.stateProperty().subscribe(this::showState);
        model.progressProperty().subscribe(this::showProgress);
    }

    /// Shows a list as high as its rows, up to some.
    private <S> void list(TablePane<S> pane, Listing<S> listing) {
        pane.show(listing, settings);
        var table = pane.getTable();
        table.prefHeightProperty()
                .bind(
                        table.fixedCellSizeProperty()
                                .multiply(
                                        Bindings.max(
                                                2,
                                                Bindings.min(
                                                        LISTED, Bindings.size(table.getItems()))))
                                .add(HEADER));
    }

    @FXML
    private void chooseFolder() {
        chooser.choose(address.getScene().getWindow(), true).ifPresent(model::fromFolder);
    }

    @FXML
    private void fromNix() {
        model.fromNix();
    }

    @FXML
    private void plan() {
        model.plan();
    }

    @FXML
    private void bring() {
        model.migrating().bring();
    }

    @FXML
    private void another() {
        model.migrating().another();
        address.requestFocus();
    }

    @FXML
    private void cancel() {
        model.migrating().cancel();
    }

    /// Tries again what failed or was stopped.
    @FXML
    private void again() {
        if (model.stateProperty().get().step() == Step.PLAN) {
            model.plan();
        } else {
            model.migrating().bring();
        }
    }

    @FXML
    private void copyDetails() {
        model.stateProperty().get().problem().map(Problem::details).ifPresent(Clip::copy);
        Toast.say(details);
    }

    @FXML
    private void openPaths() {
        model.open(new Place.Paths(""));
    }

    private void showState(State state) {
        Phase phase = state.phase();
        Presence.show(form, state.isOpen());
        Presence.show(chosen, !state.isOpen());
        var found = state.findings();
        boolean hasAny = found.plan().filter(plan -> plan.paths().paths() > 0).isPresent();
        Presence.show(bring, phase == Phase.PLANNED && hasAny);
        Presence.show(another, phase == Phase.DONE);
        plan.getStyleClass().remove("accent");
        if (phase == Phase.IDLE) {
            plan.getStyleClass().add("accent");
        }
        Presence.show(steps, phase != Phase.IDLE);
        showSteps(state);
        Presence.show(working, phase == Phase.WORKING);
        doing.setText(
                Words.text(
                        switch (state.step()) {
                            case PLAN -> "migration.doing-plan";
                            case BRING -> "migration.doing-bring";
                            case VERIFY -> "migration.doing-verify";
                            case COMPARE -> "migration.doing-compare";
                        }));
        showStop(state);
        Presence.show(planned, hasAny);
        Presence.show(nothing, found.plan().isPresent() && !hasAny && found.setbacks().isEmpty());
        found.plan().ifPresent(this::show);
        plannedTitle.setText(
                Words.text(
                        found.brought().isPresent() ? "migration.plan-was" : "migration.planned"));
        Presence.show(said, found.statement().isPresent());
        Presence.show(interim, found.statement().isEmpty() || !found.setbacks().isEmpty());
        found.statement().ifPresent(statement -> show(statement, found));
        Presence.show(saved, found.sharing().isPresent());
        found.sharing().ifPresent(this::show);
        int lost = found.setbacks().size();
        lossesTitle.setText(
                Words.text(
                        found.brought().isPresent()
                                ? "migration.setbacks"
                                : "migration.setbacks-planned",
                        lost,
                        Figures.count(lost)));
        fill(losses, lost > 0, lossesTitle, setbacks);
        int groups = found.sharing().map(sharing -> sharing.alike().size()).orElse(0);
        alikeTitle.setText(Words.text("migration.alike", groups, Figures.count(groups)));
        fill(alikeBox, groups > 0, alikeTitle, alike);
    }

    /// Puts a list where it belongs, or takes it away: a table that is only hidden would share out
    /// no width among its columns.
    private static void fill(VBox box, boolean shown, Node... content) {
        Presence.show(box, shown);
        if (shown == box.getChildren().isEmpty()) {
            box.getChildren().setAll(shown ? List.of(content) : List.of());
        }
    }

    private void showSteps(State state) {
        steps.getChildren().clear();
        for (Step step : Step.values()) {
            String name =
                    Words.text(
                            switch (step) {
                                case PLAN -> "migration.step-plan";
                                case BRING -> "migration.step-bring";
                                case VERIFY -> "migration.step-verify";
                                case COMPARE -> "migration.step-compare";
                            });
            boolean isPast = step.compareTo(state.step()) < 0;
            boolean isOver =
                    isPast
                            || step == state.step()
                                    && (state.phase() == Phase.DONE
                                            || state.phase() == Phase.PLANNED);
            String kind =
                    isOver
                            ? "done"
                            : step != state.step() ? "open" : state.isWorking() ? "now" : "stopped";
            var icon =
                    new FontIcon(
                            switch (kind) {
                                case "done" -> "fth-check-circle";
                                case "now" -> "fth-play-circle";
                                case "stopped" -> "fth-pause-circle";
                                default -> "fth-circle";
                            });
            var label = new Label(name, icon);
            label.getStyleClass().addAll("step", kind);
            label.setAccessibleText(
                    Words.text(
                            switch (kind) {
                                case "done" -> "migration.step-done";
                                case "now" -> "migration.step-now";
                                case "stopped" -> "migration.step-stopped";
                                default -> "migration.step-open";
                            },
                            name));
            if (step != Step.PLAN) {
                steps.getChildren().add(new FontIcon("fth-chevron-right"));
            }
            steps.getChildren().add(label);
        }
    }

    private void showStop(State state) {
        boolean hasFailed = state.phase() == Phase.FAILED;
        Presence.show(stopped, hasFailed || state.phase() == Phase.CANCELLED);
        var problem = state.problem();
        stopped.pseudoClassStateChanged(FAILED, hasFailed);
        stopIcon.setIconLiteral(hasFailed ? "fth-alert-triangle" : "fth-pause-circle");
        stop.setText(problem.map(Problem::sentence).orElse(Words.text("migration.cancelled")));
        advice.setText(problem.map(Problem::advice).orElse(""));
        Presence.show(advice, problem.isPresent());
        after.setText(
                Words.text(
                        !hasFailed
                                ? "migration.cancelled-more"
                                : state.step() == Step.PLAN
                                        ? "migration.failed-plan"
                                        : "migration.failed"));
        again.setText(Words.text(hasFailed ? "migration.retry" : "migration.again"));
        Presence.show(details, hasFailed);
    }

    private void showProgress(Optional<Line> line) {
        bar.setProgress(line.map(now -> now.snapshot().fraction()).orElse(-1.0));
        status.setText(line.map(Line::status).orElse(""));
        what.setText(line.map(now -> now.snapshot().what()).orElse(""));
    }

    private void show(Migration.Plan found) {
        boolean isHere = found.coming().paths() == 0;
        bring.setText(
                isHere
                        ? Words.text("migration.check")
                        : Words.text(
                                "migration.bring",
                                found.coming().paths(),
                                Figures.count(found.coming().paths()),
                                Figures.size(found.coming().bytes())));
        plannedFrom.setText(found.source());
        plannedFrom.setTooltip(new Tooltip(found.source()));
        plannedParts.show(
                List.of(
                        part("", "migration.has", "migration.has-more", found.paths()),
                        part("part-here", "migration.here", "migration.here-more", found.here()),
                        part(
                                "part-coming",
                                "migration.comes",
                                "migration.comes-more",
                                found.coming()),
                        part("", "migration.equal", "migration.equal-more", found.equal())));
        var signers = new ArrayList<String>();
        found.signers()
                .forEach((name, paths) ->
                        signers.add(Words.text("migration.signed-by", Figures.count(paths), name)));
        signers.add(Words.text("migration.signed-nobody", Figures.count(found.unsigned())));
        signed.setText(Words.text("migration.signed", String.join(", ", signers)));
        meanwhile
                .getChildren()
                .setAll(
                        new Copyable(
                                new Naming(
                                        Words.text("migration.in"),
                                        "substituters = [\"" + found.substituter() + "\"]")));
    }

    private static Part part(String style, String key, String more, Migration.Amount amount) {
        return new Part(
                style,
                Words.text(key),
                Words.text("migration.paths", amount.paths(), Figures.count(amount.paths())),
                amount.bytes(),
                Words.text(more));
    }

    private void show(Migration.Statement found, Findings all) {
        long wrong = found.wrong().size();
        long checked = found.intact() + wrong;
        said.pseudoClassStateChanged(FAILED, wrong > 0);
        statementIcon.setIconLiteral(wrong > 0 ? "fth-alert-triangle" : "fth-check-circle");
        statement.setText(
                wrong > 0
                        ? Words.text(
                                "migration.wrong",
                                Figures.count(wrong),
                                checked,
                                Figures.count(checked))
                        : checked == 0
                                ? Words.text("migration.verifies-none")
                                : Words.text(
                                        all.setbacks().isEmpty()
                                                ? "migration.verifies"
                                                : "migration.verifies-here",
                                        checked,
                                        Figures.count(checked)));
        meaning.setText(Words.text("migration.verifies-more"));
        Presence.show(meaning, wrong == 0 && checked > 0);
        trust.setText(MigrationModel.trust(found));
        all.brought()
                .ifPresent(brought -> {
                    came.setText(came(brought));
                    boolean isWhole = brought.failed().isEmpty() && wrong == 0;
                    boolean isNamed = !model.migrating().targetsProperty().get().isBlank();
                    last.pseudoClassStateChanged(FAILED, !isWhole);
                    lastIcon.setIconLiteral(isWhole ? "fth-check-circle" : "fth-alert-triangle");
                    last.setText(
                            Words.text(
                                    !isWhole
                                            ? "migration.not-all-here"
                                            : isNamed
                                                    ? "migration.some-here"
                                                    : "migration.all-here"));
                });
    }

    private static String came(Migration.Brought brought) {
        var copied = brought.copied();
        if (copied.newPaths() + brought.logs() + brought.realisations() == 0) {
            return Words.text("migration.came-nothing");
        }
        return Words.text(
                "migration.came",
                copied.newPaths(),
                Figures.count(copied.newPaths()),
                Figures.count(copied.newBlocks()),
                Figures.size(copied.newBytes()),
                Figures.size(brought.packBytes()),
                brought.logs(),
                Figures.count(brought.logs()),
                brought.realisations(),
                Figures.count(brought.realisations()),
                Figures.duration(copied.took()));
    }

    private void show(Sharing found) {
        savedOf.setText(
                Words.text(
                        "migration.saved-of",
                        found.paths(),
                        Figures.count(found.paths()),
                        Figures.count(found.inputAddressed())));
        savedParts.show(
                List.of(
                        new Part(
                                "",
                                Words.text("migration.contents"),
                                "",
                                found.trees().bytes(),
                                ""),
                        new Part(
                                "part-coming",
                                Words.text("migration.remain"),
                                "",
                                found.blocks().distinctBytes(),
                                Words.text("migration.remain-more")),
                        part(
                                "part-trees",
                                "migration.trees",
                                "migration.trees-more",
                                found.trees()),
                        part(
                                "part-files",
                                "migration.files",
                                "migration.files-more",
                                found.files()),
                        part(
                                "part-blocks",
                                "migration.blocks",
                                "migration.blocks-more",
                                found.blocks())));
    }

    private static Part part(String style, String key, String more, Sharing.Part part) {
        return new Part(
                style,
                Words.text(key),
                "",
                part.savedBytes(),
                Words.text(
                        more,
                        Figures.count(part.all() - part.distinct()),
                        Figures.count(part.all())));
    }
}

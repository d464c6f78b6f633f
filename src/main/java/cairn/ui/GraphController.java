package cairn.ui;

import cairn.engine.Timeline.Moment;
import cairn.nix.StorePath;
import cairn.ui.model.Answer;
import cairn.ui.model.Figures;
import cairn.ui.model.GraphModel;
import cairn.ui.model.Problem;
import cairn.ui.model.Replay;
import cairn.ui.model.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.animation.AnimationTimer;
import javafx.collections.ListChangeListener;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Graph.fxml` to a [GraphModel].
public final class GraphController {
    private final GraphModel model;
    private final Runnable chooseImport;

    @FXML private Label summary;
    @FXML private HBox whyBox;
    @FXML private StatePane state;
    @FXML private GraphCanvas canvas;
    @FXML private ToggleButton replay;
    @FXML private HBox replayBar;
    @FXML private Button play;
    @FXML private FontIcon playIcon;
    @FXML private Slider slider;
    @FXML private Label moment;
    private long ticked;

    private final AnimationTimer clock =
            new AnimationTimer() {
                @Override
                public void handle(long now) {
                    model.replay().tick((now - ticked) / 1e9);
                    ticked = now;
                }
            };

    GraphController(GraphModel model, Runnable chooseImport) {
        this.model = model;
        this.chooseImport = chooseImport;
    }

    @FXML
    private void initialize() {
        state.follow(model.drawing());
        model.drawing()
                .valueProperty()
                .subscribe(drawing -> {
                    if (drawing != null) {
                        canvas.viewProperty().set(drawing.view());
                        summary.setText(
                                Words.text(
                                        "graph.summary",
                                        drawing.paths(),
                                        Figures.count(drawing.paths()),
                                        Figures.size(drawing.size())));
                    }
                });
        canvas.failureProperty().subscribe(model.drawing()::refuse);
        canvas.selected()
                .addListener((ListChangeListener<Object>) _ -> model.select(canvas.selected()));
        canvas.setOnOpen(model::open);
        model.endsProperty().subscribe(_ -> showWhy());
        model.why().phaseProperty().subscribe(_ -> showWhy());
        model.why().valueProperty().subscribe(_ -> showWhy());
        bindReplay();
    }

    private void bindReplay() {
        var past = model.replay();
        replay.setTooltip(new Tooltip(Words.text("graph.replay-more")));
        replay.visibleProperty().bind(model.drawing().valueProperty().isNotNull());
        replayBar.managedProperty().bind(replay.selectedProperty());
        replayBar.visibleProperty().bind(replay.selectedProperty());
        replay.selectedProperty()
                .subscribe(shown -> {
                    if (shown) {
                        model.askReplay();
                    } else {
                        past.pause();
                    }
                    showThen();
                });
        past.timeline()
                .valueProperty()
                .subscribe(_ -> {
                    slider.setDisable(past.size() == 0);
                    play.setDisable(past.size() == 0);
                });
        past.timeline().phaseProperty().subscribe(_ -> showThen());
        slider.valueProperty().subscribe(value -> past.show((int) Math.round(value.doubleValue())));
        past.positionProperty()
                .subscribe(position -> {
                    slider.setMax(Math.max(1, past.size())); // or it would not take the value
                    if (Math.round(slider.getValue()) != position.intValue()) {
                        slider.setValue(position.intValue());
                    }
                    showThen();
                });
        past.playingProperty()
                .subscribe(playing -> {
                    playIcon.setIconLiteral(playing ? "fth-pause" : "fth-play");
                    String verb = Words.text(playing ? "graph.pause" : "graph.play");
                    play.setTooltip(new Tooltip(verb));
                    play.setAccessibleText(verb);
                    if (playing) {
                        ticked = System.nanoTime();
                        clock.start();
                    } else {
                        clock.stop();
                    }
                });
        canvas.viewProperty()
                .subscribe(view -> {
                    past.draw(view);
                    showThen();
                });
    }

    @FXML
    private void playOrPause() {
        if (model.replay().playingProperty().get()) {
            model.replay().pause();
        } else {
            model.replay().play();
        }
    }

    /// Shows the graph as it was at the time of the slider.
    private void showThen() {
        var past = model.replay();
        boolean shown = replay.isSelected();
        canvas.showThen(shown ? past.then() : Optional.empty());
        Problem problem = past.timeline().problemProperty().get();
        moment.setText(problem != null ? problem.sentence() : sentence(past));
    }

    private static String sentence(Replay past) {
        if (past.timeline().phaseProperty().get() == Answer.Phase.EMPTY) {
            return Words.text("graph.replay-none");
        }
        if (past.size() == 0) {
            return "";
        }
        if (past.moment().isEmpty()) {
            var first = past.timeline().known().orElseThrow().moments().getFirst();
            return Words.text("graph.replay-before", Figures.exactTime(first.at()));
        }
        Moment last = past.moment().get();
        return Words.text(
                "graph.moment",
                Figures.exactTime(last.at()),
                what(last),
                Figures.count(past.positionProperty().get()),
                Figures.count(past.size()));
    }

    private static String what(Moment moment) {
        return switch (moment) {
            case Moment.Imported(_, var path) -> Words.text("graph.imported", path.name());
            case Moment.Built(_, var build, _) ->
                    Words.text(
                            "graph.built",
                            build.record().name(),
                            Words.of(build.outcome()).toLowerCase(Locale.ROOT));
            case Moment.Signed(_, var path, var signer) ->
                    Words.text("graph.signed", path.name(), signer);
        };
    }

    @FXML
    private void chooseImport() {
        chooseImport.run();
    }

    /// Names the chain between two selected paths, and lights it.
    private void showWhy() {
        whyBox.getChildren().clear();
        if (model.endsProperty().get().isEmpty()) {
            return;
        }
        if (model.why().phaseProperty().get() == Answer.Phase.EMPTY) {
            whyBox.getChildren().add(new Label(Words.text("graph.no-way")));
            return;
        }
        Problem problem = model.why().problemProperty().get();
        if (problem != null) {
            whyBox.getChildren().add(new Label(problem.sentence()));
            return;
        }
        List<StorePath> way = model.why().known().orElse(List.of());
        for (StorePath step : way) {
            if (!whyBox.getChildren().isEmpty()) {
                whyBox.getChildren().add(new Label("→"));
            }
            var link = new Hyperlink(step.name());
            link.setOnAction(_ -> canvas.select(List.of(step)));
            whyBox.getChildren().add(link);
        }
        canvas.showWay(way);
    }
}

package cairn.ui;

import cairn.ui.model.Answer;
import cairn.ui.model.Problem;
import cairn.ui.model.Words;
import java.util.Optional;
import javafx.animation.PauseTransition;
import javafx.beans.DefaultProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Shows what an answer holds, or that it is waited for, that there is none, or why it failed.
///
/// For 150 ms of waiting it shows nothing, then a skeleton.
@DefaultProperty("content")
public final class StatePane extends StackPane {
    static final Duration PATIENCE = Duration.millis(150);
    private static final int BARS = 9;

    private final ObjectProperty<Node> content = new SimpleObjectProperty<>(this, "content");
    private final ObjectProperty<Node> empty = new SimpleObjectProperty<>(this, "empty");
    private final PauseTransition patience = new PauseTransition(PATIENCE);
    private @Nullable Problem problem;

    public StatePane() {
        getStyleClass().add("state-pane");
        patience.setOnFinished(_ -> getChildren().setAll(skeleton()));
    }

    public ObjectProperty<Node> contentProperty() {
        return content;
    }

    public Node getContent() {
        return content.get();
    }

    public void setContent(Node node) {
        content.set(node);
    }

    /// What is shown where there is nothing.
    public ObjectProperty<Node> emptyProperty() {
        return empty;
    }

    public Node getEmpty() {
        return empty.get();
    }

    public void setEmpty(Node node) {
        empty.set(node);
    }

    /// Why there is nothing to show, if it failed.
    Optional<Problem> problem() {
        return Optional.ofNullable(problem);
    }

    /// Follows an answer from now on; it must not live longer than the pane.
    void follow(Answer<?> answer) {
        answer.phaseProperty().subscribe(phase -> show(answer, phase));
    }

    private void show(Answer<?> answer, Answer.Phase phase) {
        patience.stop();
        problem = phase == Answer.Phase.FAILED ? answer.problemProperty().get() : null;
        switch (phase) {
            case WAITING -> {
                getChildren().clear();
                patience.playFromStart();
            }
            case READY -> {
                if (content.get() != null) {
                    getChildren().setAll(content.get());
                }
            }
            case EMPTY -> getChildren().setAll(empty.get() == null ? content.get() : empty.get());
            case FAILED -> {
                if (problem != null) {
                    getChildren().setAll(failed(problem, answer));
                }
            }
        }
    }

    private static Node skeleton() {
        var bars = new VBox();
        bars.getStyleClass().add("skeleton");
        for (int i = 0; i < BARS; i++) {
            var bar = new Region();
            bar.getStyleClass().add("skeleton-bar");
            bar.setMaxWidth(220 + 97 * i % 260);
            bars.getChildren().add(bar);
        }
        return bars;
    }

    private static Node failed(Problem problem, Answer<?> answer) {
        var icon = new FontIcon("fth-alert-triangle");
        var sentence = new Label(problem.sentence());
        sentence.setId("problem");
        sentence.getStyleClass().add("problem-sentence");
        sentence.setWrapText(true);
        var advice = new Label(problem.advice());
        advice.getStyleClass().add("secondary");
        advice.setWrapText(true);
        var retry = new Button(Words.text("problem.retry"));
        retry.setId("retry");
        retry.setOnAction(_ -> answer.again());
        var copy = new Button(Words.text("problem.copy"));
        copy.setId("copy-details");
        copy.getStyleClass().add("flat");
        copy.setOnAction(_ -> Clip.copy(problem.details()));
        var actions = new HBox(retry, copy);
        actions.getStyleClass().add("actions");
        actions.setAlignment(Pos.CENTER);
        var box = new VBox(icon, sentence, advice, actions);
        box.getStyleClass().addAll("notice", "problem");
        return box;
    }
}

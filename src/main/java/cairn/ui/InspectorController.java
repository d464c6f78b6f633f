package cairn.ui;

import cairn.ui.model.InspectorModel;
import cairn.ui.model.InspectorModel.Figure;
import cairn.ui.model.InspectorModel.Inspection;
import cairn.ui.model.Place;
import cairn.ui.model.Subject;
import cairn.ui.model.Verdict;
import cairn.ui.model.Words;
import java.util.function.Consumer;
import javafx.fxml.FXML;
import javafx.geometry.HPos;
import javafx.scene.Node;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseButton;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/// Binds `Inspector.fxml` to an [InspectorModel].
public final class InspectorController {
    private final InspectorModel model;
    private final Consumer<Place> open;
    private final Runnable onClose;

    @FXML private Label nothing;
    @FXML private StatePane state;
    @FXML private VBox facts;

    InspectorController(InspectorModel model, Consumer<Place> open, Runnable onClose) {
        this.model = model;
        this.open = open;
        this.onClose = onClose;
    }

    @FXML
    private void initialize() {
        model.subjectProperty()
                .subscribe(subject -> {
                    boolean none = subject instanceof Subject.Nothing;
                    nothing.setVisible(none);
                    state.setVisible(!none);
                });
        state.follow(model.inspection());
        model.inspection()
                .valueProperty()
                .subscribe(found -> {
                    if (found != null) {
                        show(found);
                    }
                });
    }

    @FXML
    private void close() {
        onClose.run();
    }

    private void show(Inspection found) {
        facts.getChildren().setAll(head(found));
        found.verdict().ifPresent(verdict -> facts.getChildren().add(trust(verdict)));
        if (!found.ways().isEmpty()) {
            var ways = new VBox();
            ways.getStyleClass().add("ways");
            found.ways()
                    .forEach(way -> {
                        var link = new Hyperlink(way.label());
                        link.setOnAction(_ -> open.accept(way.place()));
                        ways.getChildren().add(link);
                    });
            facts.getChildren().add(ways);
        }
        if (!found.figures().isEmpty()) {
            var figures = new GridPane();
            figures.getStyleClass().add("figures");
            found.figures().forEach(figure -> add(figures, figure));
            facts.getChildren().addAll(section("inspector.numbers"), figures);
        }
        if (!found.names().isEmpty()) {
            facts.getChildren().add(section("inspector.names"));
            found.names().forEach(name -> facts.getChildren().add(new Copyable(name)));
        }
    }

    private static Node head(Inspection found) {
        var title = new Label(found.title());
        title.getStyleClass().add("inspector-title");
        title.setWrapText(true);
        title.setTooltip(new Tooltip(found.title()));
        Clip.offer(title);
        var kind = new Label(found.subtitle(), Kinds.icon(found.kind()));
        kind.getStyleClass().add("secondary");
        var line = new HBox(kind);
        line.getStyleClass().add("kind-line");
        if (!found.identity().isEmpty()) {
            line.getChildren().add(new Digest(found.identity()));
        }
        return new VBox(title, line);
    }

    private static Node trust(Verdict verdict) {
        var mark = new Label(Words.of(verdict.mark()), new TrustIcon(verdict.mark()));
        mark.setId("inspector-trust");
        var reason = new Label(verdict.reason());
        reason.getStyleClass().add("secondary");
        reason.setWrapText(true);
        Clip.offer(reason);
        return new VBox(mark, reason);
    }

    private static Label section(String key) {
        var label = new Label(Words.text(key));
        label.getStyleClass().add("section-label");
        return label;
    }

    private void add(GridPane grid, Figure figure) {
        var label = new Label(figure.label());
        label.getStyleClass().add("secondary");
        Label number = new Label(figure.text());
        number.getStyleClass().add("figure");
        Clip.offer(number);
        if (!figure.exact().isEmpty()) {
            number.setTooltip(new Tooltip(figure.exact()));
        }
        figure.place()
                .ifPresent(place -> {
                    number.getStyleClass().add("clickable");
                    number.setOnMouseClicked(event -> {
                        if (event.getButton() == MouseButton.PRIMARY) {
                            open.accept(place);
                        }
                    });
                });
        grid.addRow(grid.getRowCount(), label, number);
        GridPane.setHgrow(label, Priority.ALWAYS);
        GridPane.setHalignment(number, HPos.RIGHT);
    }
}

package cairn.ui;

import cairn.nix.StorePath;
import cairn.ui.model.Answer;
import cairn.ui.model.Figures;
import cairn.ui.model.GraphModel;
import cairn.ui.model.Problem;
import cairn.ui.model.Words;
import java.util.List;
import javafx.collections.ListChangeListener;
import javafx.fxml.FXML;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;

/// Binds `Graph.fxml` to a [GraphModel].
public final class GraphController {
    private final GraphModel model;
    private final Runnable chooseImport;

    @FXML private Label summary;
    @FXML private HBox whyBox;
    @FXML private StatePane state;
    @FXML private GraphCanvas canvas;

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

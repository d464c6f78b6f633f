package cairn.ui;

import cairn.engine.Meeting.Venue;
import cairn.ui.model.JoinModel;
import cairn.ui.model.MeetingSwitch.State;
import cairn.ui.model.Problem;
import cairn.ui.model.Words;
import javafx.fxml.FXML;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Join.fxml` to a [JoinModel].
final class JoinController {
    private final JoinModel model;

    @FXML private VBox notice;
    @FXML private FontIcon icon;
    @FXML private Label title;
    @FXML private Label more;
    @FXML private Label advice;
    @FXML private HBox failed;
    @FXML private Button copyDetails;
    @FXML private HBox waiting;
    @FXML private GridPane ways;
    @FXML private Label ownMore;
    @FXML private Button host;
    @FXML private Label serverMore;
    @FXML private TextField address;
    @FXML private Button join;

    private @Nullable Problem problem;

    JoinController(JoinModel model) {
        this.model = model;
    }

    @FXML
    private void initialize() {
        address.textProperty().bindBidirectional(model.addressProperty());
        model.stateProperty().subscribe(this::show);
        model.canHostProperty().subscribe(this::showOwn);
        model.configuredProperty().subscribe(this::showConfigured);
        model.addressProperty().subscribe(text -> join.setDisable(text.isBlank()));
    }

    @FXML
    private void host() {
        model.host();
    }

    @FXML
    private void join() {
        model.join();
    }

    @FXML
    private void again() {
        model.again();
    }

    @FXML
    private void cancel() {
        model.leave();
    }

    @FXML
    private void copyDetails() {
        if (problem != null) {
            Clip.copy(problem.details());
            Toast.say(copyDetails);
        }
    }

    private void showOwn(boolean possible) {
        host.setDisable(!possible);
        ownMore.setText(Words.text(possible ? "join.own-more" : "join.own-missing"));
    }

    private void showConfigured(String url) {
        serverMore.setText(
                url.isEmpty()
                        ? Words.text("join.server-more")
                        : Words.text("join.server-configured", url));
    }

    private void show(State state) {
        problem = state instanceof State.Failed(_, var cause) ? cause : null;
        boolean busy = state instanceof State.Joining || state instanceof State.Leaving;
        notice.getStyleClass().remove("problem");
        if (problem != null) {
            notice.getStyleClass().add("problem");
        }
        icon.setIconLiteral(problem == null ? "fth-radio" : "fth-alert-triangle");
        title.setText(
                switch (state) {
                    case State.Off _, State.On _ -> Words.text("join.title");
                    case State.Joining _ -> Words.text("join.joining");
                    case State.Leaving _ -> Words.text("join.leaving");
                    case State.Failed _ -> Words.text("join.failed");
                });
        more.setText(
                switch (state) {
                    case State.Off _, State.On _, State.Leaving _ -> Words.text("join.more");
                    case State.Joining(Venue.Own _) -> Words.text("join.starting");
                    case State.Joining(Venue.At(var url)) -> url;
                    case State.Failed(_, var cause) -> cause.sentence();
                });
        advice.setText(problem == null ? "" : problem.advice());
        Presence.show(advice, problem != null);
        Presence.show(failed, problem != null);
        Presence.show(waiting, state instanceof State.Joining);
        Presence.show(ways, !busy);
    }
}

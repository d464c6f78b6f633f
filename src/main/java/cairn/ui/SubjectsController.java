package cairn.ui;

import cairn.engine.Meeting.Message;
import cairn.ui.model.Answer;
import cairn.ui.model.Figures;
import cairn.ui.model.MeetingSwitch.State;
import cairn.ui.model.Naming;
import cairn.ui.model.Preview;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.SubjectsModel;
import cairn.ui.model.SubjectsModel.Content;
import cairn.ui.model.SubjectsModel.Outcome;
import cairn.ui.model.SubjectsModel.Row;
import cairn.ui.model.Words;
import java.time.Instant;
import java.util.Optional;
import javafx.fxml.FXML;
import javafx.scene.Parent;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.StackPane;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// Binds `Subjects.fxml` to a [SubjectsModel].
final class SubjectsController {
    private static final double NARROW = 520;

    private final SubjectsModel model;
    private final SettingsModel settings;
    private final Parent off;

    @FXML private StackPane root;
    @FXML private BorderPane on;
    @FXML private HBox bar;
    @FXML private TextField subject;
    @FXML private MenuButton suggested;
    @FXML private SinceBox since;
    @FXML private Button listen;
    @FXML private FontIcon listenIcon;
    @FXML private TablePane<Row> pane;
    @FXML private ToggleButton pause;
    @FXML private TableColumn<Row, Instant> at;
    @FXML private TableColumn<Row, String> name;
    @FXML private TableColumn<Row, Long> bytes;
    @FXML private TableColumn<Row, String> brief;
    @FXML private Label nothing;
    @FXML private Label nothingMore;
    @FXML private Button retry;
    @FXML private TabPane tabs;
    @FXML private Tab messageTab;
    @FXML private Tab sendTab;
    @FXML private HBox messageBar;
    @FXML private Label type;
    @FXML private Label facts;
    @FXML private Hyperlink block;
    @FXML private Button answerIt;
    @FXML private PreviewPane content;
    @FXML private TextField sendSubject;
    @FXML private TextArea payload;
    @FXML private Button request;
    @FXML private Button publish;
    @FXML private Label outcome;
    @FXML private ProgressIndicator waiting;
    @FXML private Hyperlink replyBlock;
    @FXML private Button giveUp;
    @FXML private PreviewPane reply;
    @FXML private Label note;

    private @Nullable Message seen;

    /// @param off what is shown while one is not among others
    SubjectsController(SubjectsModel model, SettingsModel settings, Parent off) {
        this.model = model;
        this.settings = settings;
        this.off = off;
    }

    @FXML
    private void initialize() {
        root.getChildren().add(off);
        Narrow.follow(bar, NARROW);
        Frames.follow(root, model::pulse);
        fillBar();
        fillTable();
        fillForm();
        model.stateProperty().subscribe(this::show);
        model.noteProperty().subscribe(this::tell);
        model.content().valueProperty().subscribe(_ -> showContent());
        model.content().phaseProperty().subscribe(_ -> showContent());
        model.outcomeProperty().subscribe(this::show);
        if (!model.subjectProperty().get().isEmpty()
                && !model.subjectProperty().get().matches(".*[*>].*")) {
            tabs.getSelectionModel().select(sendTab);
        }
    }

    @FXML
    private void listen() {
        if (model.isListening()) {
            model.stop();
        } else {
            model.listen();
        }
    }

    @FXML
    private void clear() {
        model.clear();
    }

    @FXML
    private void openBlock() {
        model.content().known().flatMap(Content::block).ifPresent(model::open);
    }

    @FXML
    private void openReplyBlock() {
        if (model.outcomeProperty().get() instanceof Outcome.Answered answered) {
            answered.content().block().ifPresent(model::open);
        }
    }

    @FXML
    private void reuse() {
        if (seen != null) {
            model.sendSubjectProperty().set(seen.subject());
            model.payloadProperty().set(seen.payload().text().orElse(""));
            tabs.getSelectionModel().select(sendTab);
            sendSubject.requestFocus();
        }
    }

    @FXML
    private void request() {
        model.request();
    }

    @FXML
    private void publish() {
        model.publish();
    }

    @FXML
    private void giveUp() {
        model.giveUp();
    }

    private void fillBar() {
        subject.textProperty().bindBidirectional(model.subjectProperty());
        // Another subject is listened to at once; the same one stops.
        subject.setOnAction(_ -> model.listen());
        for (Naming each : SubjectsModel.SUGGESTED) {
            var item = new MenuItem(Words.text("subjects.suggestion", each.text(), each.label()));
            item.setMnemonicParsing(false);
            item.setOnAction(_ -> {
                model.subjectProperty().set(each.text());
                model.listen();
            });
            suggested.getItems().add(item);
        }
        since.valueProperty().bindBidirectional(model.sinceProperty());
        pause.selectedProperty().bindBidirectional(model.pausedProperty());
    }

    private void fillTable() {
        Cells.fill(at, row -> row.message().at(), _ -> Cells.time());
        Cells.fill(name, row -> row.message().subject(), _ -> Cells.text());
        Cells.fill(bytes, row -> (long) row.message().payload().length(), _ -> Cells.size());
        Cells.fill(brief, Row::brief, _ -> Cells.plainMono());
        pane.show(model.listing(), settings);
        pane.getTable()
                .getSelectionModel()
                .selectedItemProperty()
                .subscribe(row -> {
                    if (row != null && !row.message().equals(seen)) {
                        seen = row.message();
                        model.look(row);
                        tabs.getSelectionModel().select(messageTab);
                    }
                });
        pane.getTable()
                .addEventFilter(
                        KeyEvent.KEY_PRESSED,
                        event -> {
                            if (event.getCode() == KeyCode.SPACE) {
                                pause.fire();
                                event.consume();
                            }
                        });
    }

    private void fillForm() {
        sendSubject.textProperty().bindBidirectional(model.sendSubjectProperty());
        payload.textProperty().bindBidirectional(model.payloadProperty());
        model.sendSubjectProperty()
                .subscribe(text -> {
                    request.setDisable(text.isBlank());
                    publish.setDisable(text.isBlank());
                });
        payload.addEventFilter(
                KeyEvent.KEY_PRESSED,
                event -> {
                    if (event.getCode() == KeyCode.ENTER && event.isShortcutDown()) {
                        model.request();
                        event.consume();
                    }
                });
    }

    private void show(State now) {
        boolean among = now instanceof State.On;
        on.setVisible(among);
        off.setVisible(!among);
    }

    private void tell(String text) {
        note.setText(text);
        boolean listening = model.isListening();
        listen.setText(Words.text(listening ? "subjects.stop" : "subjects.listen"));
        listenIcon.setIconLiteral(listening ? "fth-square" : "fth-play");
        var problem = model.problem();
        nothing.setText(
                problem.isPresent()
                        ? problem.get().sentence()
                        : Words.text(listening ? "subjects.silence" : "subjects.nothing"));
        nothingMore.setText(
                problem.isPresent()
                        ? problem.get().advice()
                        : Words.text(
                                listening ? "subjects.silence-more" : "subjects.nothing-more"));
        Presence.show(retry, problem.isPresent());
    }

    private void showContent() {
        var message = seen;
        Optional<Content> known = model.content().known();
        Presence.show(messageBar, message != null);
        var phase = model.content().phaseProperty().get();
        if (message == null) {
            content.show(new Preview.Text("", ""));
            return;
        }
        if (phase == Answer.Phase.WAITING) {
            return; // what is shown stays until then
        }
        type.setText(known.map(Content::type).orElse(""));
        facts.setText(facts(message));
        facts.setTooltip(new Tooltip(facts.getText()));
        known.ifPresent(shown -> content.show(shown.preview()));
        Presence.show(block, known.flatMap(Content::block).isPresent());
        Presence.show(answerIt, true);
    }

    private static String facts(Message message) {
        var text = new StringBuilder();
        text.append(message.subject())
                .append(" · ")
                .append(Figures.size(message.payload().length()))
                .append(" · ")
                .append(Figures.exactTime(message.at()));
        if (!message.reply().isEmpty()) {
            text.append(" · ").append(Words.text("subjects.reply-to", message.reply()));
        }
        message.headers().forEach(header -> text.append(" · ").append(header));
        return text.toString();
    }

    private void show(Outcome now) {
        outcome.getStyleClass().remove("problem-text");
        Presence.show(waiting, now instanceof Outcome.Waiting);
        Presence.show(giveUp, now instanceof Outcome.Waiting);
        Presence.show(replyBlock, false);
        switch (now) {
            case Outcome.Nothing() -> {
                outcome.setText(Words.text("subjects.send-more"));
                reply.show(new Preview.Text("", ""));
            }
            case Outcome.Waiting() -> outcome.setText(Words.text("subjects.waiting"));
            case Outcome.Published(var to, var size) -> {
                outcome.setText(Words.text("subjects.published", to, Figures.size(size)));
                reply.show(new Preview.Text("", ""));
            }
            case Outcome.Answered(_, var took, var size, var shown) -> {
                outcome.setText(
                        Words.text(
                                "subjects.answered",
                                shown.type(),
                                Figures.size(size),
                                Figures.brief(took)));
                reply.show(shown.preview());
                Presence.show(replyBlock, shown.block().isPresent());
            }
            case Outcome.Failed(var problem) -> {
                outcome.getStyleClass().add("problem-text");
                outcome.setText(problem.sentence());
                reply.show(new Preview.Text("", ""));
            }
        }
    }
}

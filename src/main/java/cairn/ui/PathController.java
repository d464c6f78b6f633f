package cairn.ui;

import cairn.graph.PackageName;
import cairn.nix.StorePath;
import cairn.ui.model.Figures;
import cairn.ui.model.FileNode;
import cairn.ui.model.NodeKind;
import cairn.ui.model.PathModel;
import cairn.ui.model.PathModel.Entry;
import cairn.ui.model.PathModel.Facts;
import cairn.ui.model.PathModel.Neighbour;
import cairn.ui.model.Place;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Verdict;
import cairn.ui.model.Verdict.Signed;
import cairn.ui.model.Words;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.fxml.FXML;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.TextArea;
import javafx.scene.control.Tooltip;
import javafx.scene.control.TreeItem;
import javafx.scene.control.TreeTableCell;
import javafx.scene.control.TreeTableColumn;
import javafx.scene.control.TreeTableView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/// Binds `Path.fxml` to a [PathModel].
public final class PathController {
    private static final double NARROW = 560;

    private final PathModel model;
    private final SettingsModel settings;

    @FXML private StatePane state;
    @FXML private HBox head;
    @FXML private HBox title;
    @FXML private HBox summary;
    @FXML private TabPane tabs;
    @FXML private TablePane<Entry> filePane;
    @FXML private TreeTableView<FileNode> files;
    @FXML private TreeTableColumn<FileNode, FileNode> fileName;
    @FXML private TreeTableColumn<FileNode, FileNode> fileSize;
    @FXML private TableView<Entry> found;
    @FXML private TableColumn<Entry, String> foundName;
    @FXML private TableColumn<Entry, Long> foundSize;
    @FXML private Label previewName;
    @FXML private Label previewNote;
    @FXML private HBox previewBar;
    @FXML private Label choose;
    @FXML private StatePane previewState;
    @FXML private PreviewPane preview;
    @FXML private Tab filesTab;
    @FXML private Tab referencesTab;
    @FXML private TablePane<Neighbour> referencesPane;
    @FXML private TableColumn<Neighbour, StorePath> referenceName;
    @FXML private TableColumn<Neighbour, Long> referenceSize;
    @FXML private TableColumn<Neighbour, Long> referenceClosure;
    @FXML private TableColumn<Neighbour, Verdict> referenceTrust;
    @FXML private Tab referrersTab;
    @FXML private TablePane<Neighbour> referrersPane;
    @FXML private TableColumn<Neighbour, StorePath> referrerName;
    @FXML private TableColumn<Neighbour, Long> referrerSize;
    @FXML private TableColumn<Neighbour, Long> referrerClosure;
    @FXML private TableColumn<Neighbour, Verdict> referrerTrust;
    @FXML private Tab signaturesTab;
    @FXML private TablePane<Signed> signaturesPane;
    @FXML private TableColumn<Signed, String> signatureKey;
    @FXML private TableColumn<Signed, Verdict> signatureVerdict;
    @FXML private TableColumn<Signed, String> signatureReason;
    @FXML private TableColumn<Signed, String> signatureText;
    @FXML private Tab namesTab;
    @FXML private VBox names;
    @FXML private Tab narinfoTab;
    @FXML private TextArea narinfo;

    private @Nullable Entry shown;

    PathController(PathModel model, SettingsModel settings) {
        this.model = model;
        this.settings = settings;
    }

    @FXML
    private void initialize() {
        state.follow(model.facts());
        Narrow.follow(head, NARROW);
        previewState.follow(model.preview());
        previewNote.textProperty().bind(preview.noteProperty());
        fillFiles();
        fillFound();
        fill(referenceName, referenceSize, referenceClosure, referenceTrust);
        referencesPane.show(model.references(), settings);
        fill(referrerName, referrerSize, referrerClosure, referrerTrust);
        referrersPane.show(model.referrers(), settings);
        fillSignatures();
        fillTabs();
        model.facts()
                .valueProperty()
                .subscribe(known -> {
                    if (known != null) {
                        show(known);
                    }
                });
        model.preview()
                .valueProperty()
                .subscribe(seen -> {
                    if (seen != null) {
                        preview.show(seen);
                    }
                });
    }

    private void fillTabs() {
        var shown =
                Map.of(
                        filesTab, Place.OfPath.Tab.FILES,
                        referencesTab, Place.OfPath.Tab.REFERENCES,
                        referrersTab, Place.OfPath.Tab.REFERRERS,
                        signaturesTab, Place.OfPath.Tab.SIGNATURES,
                        namesTab, Place.OfPath.Tab.NAMES,
                        narinfoTab, Place.OfPath.Tab.NARINFO);
        model.tabProperty()
                .subscribe(wanted ->
                        shown.forEach((tab, place) -> {
                            if (place == wanted) {
                                tabs.getSelectionModel().select(tab);
                            }
                        }));
        tabs.getSelectionModel()
                .selectedItemProperty()
                .subscribe(tab -> model.look(shown.getOrDefault(tab, Place.OfPath.Tab.FILES)));
    }

    @FXML
    private void openGraph() {
        model.openGraph();
    }

    @FXML
    private void openBlocks() {
        model.openBlocks();
    }

    @FXML
    private void verify() {
        model.verify();
    }

    @FXML
    private void openFileBlocks() {
        if (shown != null) {
            model.openBlocks(shown.file());
        }
    }

    private void fillFiles() {
        files.setColumnResizePolicy(TreeTableView.CONSTRAINED_RESIZE_POLICY_SUBSEQUENT_COLUMNS);
        fileName.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue().getValue()));
        fileName.setCellFactory(_ -> new NameCell());
        fileSize.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue().getValue()));
        fileSize.setCellFactory(_ -> new SizeCell());
        fileName.setComparator(
                Comparator.comparing(FileNode::label, String.CASE_INSENSITIVE_ORDER));
        fileSize.setComparator(Comparator.comparingLong(FileNode::size));
        files.addEventFilter(
                KeyEvent.KEY_PRESSED,
                event -> {
                    TreeItem<FileNode> item = files.getSelectionModel().getSelectedItem();
                    if (event.isShortcutDown() && event.getCode() == KeyCode.C && item != null) {
                        Clip.copy(
                                model.files()
                                        .copied(List.of(new Entry(inside(item), item.getValue()))));
                        event.consume();
                    }
                });
        files.getSelectionModel()
                .selectedItemProperty()
                .subscribe(item -> {
                    if (item != null) {
                        select(new Entry(inside(item), item.getValue()));
                    }
                });
    }

    private void fillFound() {
        Cells.fill(foundName, Entry::inside, _ -> Cells.text());
        Cells.fill(foundSize, row -> row.file().size(), _ -> Cells.size());
        filePane.show(model.files(), settings);
        found.getSelectionModel()
                .selectedItemProperty()
                .subscribe(row -> {
                    if (row != null) {
                        select(row);
                    }
                });
    }

    private void fillSignatures() {
        Cells.fill(signatureKey, Signed::key, _ -> Cells.text());
        Cells.fill(
                signatureVerdict,
                row -> new Verdict(row.mark(), row.reason(), List.of()),
                _ -> Cells.trust());
        Cells.fill(signatureReason, Signed::reason, _ -> Cells.text());
        Cells.fill(signatureText, Signed::text, _ -> Cells.name());
        signaturesPane.show(model.signatures(), settings);
    }

    private void select(Entry entry) {
        choose.setVisible(false);
        previewState.setVisible(true);
        previewBar.setVisible(true);
        previewName.setText(entry.inside().isEmpty() ? name(entry.file()) : entry.inside());
        shown = entry;
        model.select(entry.file(), entry.inside());
    }

    private static String name(FileNode file) {
        return file.name().isEmpty() ? "/" : file.label();
    }

    private static String inside(TreeItem<FileNode> item) {
        var parts = new ArrayDeque<String>();
        for (var at = item; at.getParent() != null; at = at.getParent()) {
            parts.push(at.getValue().label());
        }
        return String.join("/", parts);
    }

    private void fill(
            TableColumn<Neighbour, StorePath> name,
            TableColumn<Neighbour, Long> size,
            TableColumn<Neighbour, Long> closure,
            TableColumn<Neighbour, Verdict> trust) {
        Cells.fill(name, Neighbour::path, _ -> Cells.path());
        Cells.fill(size, Neighbour::size, _ -> Cells.size(row -> model.open(row.path())));
        Cells.fill(
                closure,
                Neighbour::closureSize,
                _ -> Cells.size(row -> model.openGraph(row.path())));
        trust.setCellFactory(_ -> Cells.trust());
        trust.setCellValueFactory(row -> model.verdict(row.getValue().path()));
    }

    private void show(Facts facts) {
        StorePath path = facts.path();
        var name = PackageName.of(path);
        var heading = new Label(name.name());
        heading.getStyleClass().add("title");
        heading.setTooltip(new Tooltip(path.toString()));
        Clip.offer(heading);
        var version =
                new Label(
                        name.output().isEmpty()
                                ? name.version()
                                : name.version() + " · " + name.output());
        version.getStyleClass().add("title-version");
        version.setMinWidth(Math.min(120, 10.0 * version.getText().length()));
        version.setTooltip(new Tooltip(version.getText()));
        title.getChildren()
                .setAll(
                        Kinds.icon(path.isDerivation() ? NodeKind.DERIVATION : NodeKind.PATH),
                        heading,
                        version,
                        new Digest(path.hash()));
        showSummary(facts);
        showFiles(facts);
        referencesTab.setText(
                Words.text("path.references-count", Figures.count(facts.references().size())));
        referrersTab.setText(
                Words.text("path.referrers-count", Figures.count(facts.referrers().size())));
        signaturesTab.setText(
                Words.text(
                        "path.signatures-count",
                        Figures.count(facts.verdict().signatures().size())));
        names.getChildren().setAll(facts.names().stream().map(Copyable::new).toList());
        narinfo.setText(facts.narInfo());
    }

    /// Shows the tree anew only if it is another one, so that what is open stays open.
    private void showFiles(Facts facts) {
        TreeItem<FileNode> before = files.getRoot();
        if (before != null && before.getValue().equals(facts.root())) {
            return;
        }
        // The preview of a directory tells why it could not be listed.
        var root = new FileItem(facts.root(), model, files.getSelectionModel()::select);
        files.setRoot(root);
        root.setExpanded(true);
        if (root.isLeaf()) {
            files.getSelectionModel().select(root);
        }
    }

    /// How far the path is trusted, and its numbers, each leading to what it counts.
    private void showSummary(Facts facts) {
        Verdict verdict = facts.verdict();
        var trust = figure(Words.of(verdict.mark()), () -> model.look(Place.OfPath.Tab.SIGNATURES));
        trust.setId("path-trust");
        trust.setGraphic(new TrustIcon(verdict.mark()));
        trust.setTooltip(new Tooltip(verdict.reason()));
        summary.getChildren()
                .setAll(
                        trust,
                        figure(
                                Figures.size(facts.stored().info().narSize()),
                                () -> model.look(Place.OfPath.Tab.FILES)),
                        figure(
                                Words.text(
                                        "path.summary",
                                        Figures.size(facts.closureSize()),
                                        facts.closureCount(),
                                        Figures.count(facts.closureCount())),
                                model::openGraph));
    }

    private static Hyperlink figure(String text, Runnable open) {
        var link = new Hyperlink(text);
        link.getStyleClass().add("secondary");
        Clip.offer(link);
        link.setOnAction(_ -> open.run());
        return link;
    }

    private static final class NameCell extends TreeTableCell<FileNode, FileNode> {
        @Override
        protected void updateItem(@Nullable FileNode file, boolean empty) {
            super.updateItem(file, empty);
            if (empty || file == null) {
                setText("");
                setGraphic(null);
                return;
            }
            String name = name(file);
            setText(file.type() == FileNode.Type.SYMLINK ? name + " → " + file.target() : name);
            setGraphic(Kinds.icon(file.type()));
            setTooltip(new Tooltip(getText()));
        }
    }

    private static final class SizeCell extends TreeTableCell<FileNode, FileNode> {
        SizeCell() {
            getStyleClass().add("number");
        }

        @Override
        protected void updateItem(@Nullable FileNode file, boolean empty) {
            super.updateItem(file, empty);
            if (empty || file == null || file.type() == FileNode.Type.SYMLINK || file.size() < 0) {
                setText("");
                setTooltip(null);
                return;
            }
            setText(Figures.size(file.size()));
            setTooltip(new Tooltip(Figures.exactSize(file.size())));
        }
    }
}

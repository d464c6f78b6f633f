package cairn.ui;

import cairn.graph.PackageName;
import cairn.nix.StorePath;
import cairn.ui.model.Figures;
import cairn.ui.model.FileNode;
import cairn.ui.model.NodeKind;
import cairn.ui.model.PathModel;
import cairn.ui.model.PathModel.Facts;
import cairn.ui.model.PathModel.Neighbour;
import cairn.ui.model.Preview;
import cairn.ui.model.Words;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.fxml.FXML;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.Tab;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.TextArea;
import javafx.scene.control.Tooltip;
import javafx.scene.control.TreeItem;
import javafx.scene.control.TreeTableCell;
import javafx.scene.control.TreeTableColumn;
import javafx.scene.control.TreeTableView;
import javafx.scene.image.Image;
import javafx.scene.image.ImageView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.jspecify.annotations.Nullable;

/// Binds `Path.fxml` to a [PathModel].
public final class PathController {
    private final PathModel model;

    @FXML private StatePane state;
    @FXML private HBox title;
    @FXML private Label summary;
    @FXML private TreeTableView<FileNode> files;
    @FXML private TreeTableColumn<FileNode, FileNode> fileName;
    @FXML private TreeTableColumn<FileNode, FileNode> fileSize;
    @FXML private Label previewName;
    @FXML private Label previewNote;
    @FXML private HBox previewBar;
    @FXML private Label choose;
    @FXML private StatePane previewState;
    @FXML private StackPane preview;
    @FXML private Tab referencesTab;
    @FXML private TableView<Neighbour> references;
    @FXML private TableColumn<Neighbour, StorePath> referenceName;
    @FXML private TableColumn<Neighbour, Long> referenceSize;
    @FXML private TableColumn<Neighbour, Long> referenceClosure;
    @FXML private Tab referrersTab;
    @FXML private TableView<Neighbour> referrers;
    @FXML private TableColumn<Neighbour, StorePath> referrerName;
    @FXML private TableColumn<Neighbour, Long> referrerSize;
    @FXML private TableColumn<Neighbour, Long> referrerClosure;
    @FXML private VBox names;
    @FXML private TextArea narinfo;

    PathController(PathModel model) {
        this.model = model;
    }

    @FXML
    private void initialize() {
        state.follow(model.facts());
        previewState.follow(model.preview());
        fillFiles();
        fill(references, referenceName, referenceSize, referenceClosure);
        fill(referrers, referrerName, referrerSize, referrerClosure);
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
                        show(seen);
                    }
                });
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
    private void openFileBlocks() {
        TreeItem<FileNode> selected = files.getSelectionModel().getSelectedItem();
        if (selected != null) {
            model.openBlocks(selected.getValue());
        }
    }

    private void fillFiles() {
        files.setColumnResizePolicy(TreeTableView.CONSTRAINED_RESIZE_POLICY_SUBSEQUENT_COLUMNS);
        fileName.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue().getValue()));
        fileName.setCellFactory(_ -> new NameCell());
        fileSize.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue().getValue()));
        fileSize.setCellFactory(_ -> new SizeCell());
        files.getSelectionModel()
                .selectedItemProperty()
                .subscribe(item -> {
                    if (item != null) {
                        select(item);
                    }
                });
    }

    private void select(TreeItem<FileNode> item) {
        String inside = inside(item);
        choose.setVisible(false);
        previewState.setVisible(true);
        previewBar.setVisible(true);
        previewName.setText(inside.isEmpty() ? name(item.getValue()) : inside);
        model.select(item.getValue(), inside);
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
            TableView<Neighbour> table,
            TableColumn<Neighbour, StorePath> name,
            TableColumn<Neighbour, Long> size,
            TableColumn<Neighbour, Long> closure) {
        Cells.fill(name, Neighbour::path, _ -> Cells.path());
        name.setComparator(Comparator.comparing(StorePath::name));
        Cells.fill(size, Neighbour::size, _ -> Cells.size());
        Cells.fill(closure, Neighbour::closureSize, _ -> Cells.size());
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_SUBSEQUENT_COLUMNS);
        Cells.openable(
                table,
                row -> model.select(row.path()),
                (row, beside) -> {
                    if (beside) {
                        model.openBeside(row.path());
                    } else {
                        model.open(row.path());
                    }
                });
    }

    private void show(Facts facts) {
        StorePath path = facts.path();
        var name = PackageName.of(path);
        var heading = new Label(name.name());
        heading.getStyleClass().add("title");
        heading.setTooltip(new Tooltip(path.toString()));
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
        summary.setText(
                Words.text(
                        "path.summary",
                        Figures.size(facts.stored().info().narSize()),
                        Figures.size(facts.closureSize()),
                        facts.closureCount(),
                        Figures.count(facts.closureCount())));
        showFiles(facts);
        referencesTab.setText(
                Words.text("path.references-count", Figures.count(facts.references().size())));
        referrersTab.setText(
                Words.text("path.referrers-count", Figures.count(facts.referrers().size())));
        references.setItems(FXCollections.observableArrayList(facts.references()));
        references.setPlaceholder(new Label(Words.text("path.no-references")));
        referrers.setItems(FXCollections.observableArrayList(facts.referrers()));
        referrers.setPlaceholder(new Label(Words.text("path.no-referrers")));
        names.getChildren().setAll(facts.names().stream().map(Copyable::new).toList());
        narinfo.setText(facts.narInfo());
    }

    /// Shows the tree anew only if it is another one, so that what is open stays open.
    private void showFiles(Facts facts) {
        TreeItem<FileNode> shown = files.getRoot();
        if (shown != null && shown.getValue().equals(facts.root())) {
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

    private void show(Preview seen) {
        previewNote.setText("");
        preview.getChildren()
                .setAll(
                        switch (seen) {
                            case Preview.Text(var text, var complete) -> {
                                cut(complete);
                                yield sheet(text);
                            }
                            case Preview.Hex(var rows, var complete) -> {
                                cut(complete);
                                yield hex(rows);
                            }
                            case Preview.Picture(var bytes) -> {
                                var image = new Image(bytes.toInputStream());
                                if (!image.isError()) {
                                    yield picture(image);
                                }
                                previewNote.setText(Words.text("preview.no-picture"));
                                yield hex(Preview.rows(bytes));
                            }
                            case Preview.Link(var target) ->
                                    notice(Words.text("preview.link", target));
                            case Preview.Directory(var entries) ->
                                    notice(
                                            Words.text(
                                                    "preview.directory",
                                                    entries,
                                                    Figures.count(entries)));
                        });
    }

    private void cut(boolean complete) {
        previewNote.setText(
                complete ? "" : Words.text("preview.beginning", Figures.size(Preview.LIMIT)));
    }

    private static Node sheet(String text) {
        var area = new TextArea(text);
        area.setId("preview-text");
        area.setEditable(false);
        area.getStyleClass().addAll("mono", "sheet");
        return area;
    }

    private static Node hex(List<String> rows) {
        var list = new ListView<>(FXCollections.observableArrayList(rows));
        list.setId("preview-hex");
        list.getStyleClass().addAll("mono", "hex");
        return list;
    }

    private static Node picture(Image image) {
        var view = new ImageView(image);
        view.setId("preview-picture");
        view.setPreserveRatio(true);
        var pane = new StackPane(view);
        pane.getStyleClass().add("picture");
        pane.setMinSize(0, 0);
        pane.layoutBoundsProperty()
                .subscribe(bounds -> {
                    view.setFitWidth(Math.min(image.getWidth(), bounds.getWidth() - 32));
                    view.setFitHeight(Math.min(image.getHeight(), bounds.getHeight() - 32));
                });
        return pane;
    }

    private static Node notice(String text) {
        var label = new Label(text);
        label.setWrapText(true);
        label.getStyleClass().addAll("secondary", "padded");
        StackPane.setAlignment(label, Pos.TOP_LEFT);
        return label;
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
            if (empty || file == null || file.type() == FileNode.Type.SYMLINK) {
                setText("");
                setTooltip(null);
                return;
            }
            setText(Figures.size(file.size()));
            setTooltip(new Tooltip(Figures.exactSize(file.size())));
        }
    }
}

package cairn.ui;

import cairn.ui.model.FileNode;
import cairn.ui.model.PathModel;
import java.util.function.Consumer;
import javafx.scene.control.TreeItem;

/// A line of the tree of files; what a directory holds is asked for when it is opened.
final class FileItem extends TreeItem<FileNode> {
    private final PathModel model;
    private final Consumer<FileItem> onProblem;
    private boolean asked;

    /// @param onProblem told of a directory that could not be listed; it is closed again
    FileItem(FileNode file, PathModel model, Consumer<FileItem> onProblem) {
        super(file);
        this.model = model;
        this.onProblem = onProblem;
        expandedProperty()
                .subscribe(expanded -> {
                    if (expanded && !asked) {
                        ask();
                    }
                });
    }

    @Override
    public boolean isLeaf() {
        return getValue().type() != FileNode.Type.DIRECTORY;
    }

    private void ask() {
        asked = true;
        var listing = model.entries(getValue());
        listing.problemProperty()
                .subscribe(problem -> {
                    if (problem != null) {
                        asked = false;
                        setExpanded(false);
                        onProblem.accept(this);
                    }
                });
        listing.valueProperty()
                .subscribe(entries -> {
                    if (entries != null) {
                        getChildren()
                                .setAll(
                                        entries.stream()
                                                .map(entry -> new FileItem(entry, model, onProblem))
                                                .toList());
                    }
                });
    }
}

package cairn.ui;

import cairn.ui.model.FileNode;
import cairn.ui.model.PathModel;
import javafx.scene.control.TreeItem;

/// A line of the tree of files; what a directory holds is asked for when it is opened.
final class FileItem extends TreeItem<FileNode> {
    private final PathModel model;
    private boolean asked;

    FileItem(FileNode file, PathModel model) {
        super(file);
        this.model = model;
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
        model.entries(getValue())
                .valueProperty()
                .subscribe(entries -> {
                    if (entries != null) {
                        getChildren()
                                .setAll(
                                        entries.stream()
                                                .map(entry -> new FileItem(entry, model))
                                                .toList());
                    }
                });
    }
}

package cairn.ui;

import cairn.ui.model.ShellModel;
import cairn.ui.model.Words;
import java.io.File;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.input.DragEvent;
import javafx.scene.input.Dragboard;
import javafx.scene.input.TransferMode;

/// Takes what is dropped on the shell: files are imported, texts followed.
final class ShellDrops {
    private final ShellModel model;
    private final ShellSearch search;
    private final Veil veil;
    private final Node drop;
    private final Label dropWords;
    private final Runnable openImport;

    /// @param drop lies above all while something hangs over it
    /// @param dropWords say in it what will become of that
    /// @param openImport lets one look at an import before it starts
    ShellDrops(
            ShellModel model,
            Node root,
            ShellSearch search,
            Veil veil,
            Node drop,
            Label dropWords,
            Runnable openImport) {
        this.model = model;
        this.search = search;
        this.veil = veil;
        this.drop = drop;
        this.dropWords = dropWords;
        this.openImport = openImport;
        root.setOnDragOver(this::dragOver);
        root.setOnDragExited(_ -> drop.setVisible(false));
        root.setOnDragDropped(this::dropped);
    }

    private void dragOver(DragEvent event) {
        Dragboard board = event.getDragboard();
        if (board.hasFiles() || !text(board).isEmpty()) {
            event.acceptTransferModes(TransferMode.COPY);
            dropWords.setText(Words.text(board.hasFiles() ? "import.drop" : "search.drop"));
            drop.setVisible(true);
        }
        event.consume();
    }

    private void dropped(DragEvent event) {
        drop.setVisible(false);
        Dragboard board = event.getDragboard();
        String text = text(board);
        veil.close();
        if (board.hasFiles()) {
            model.importing().files(board.getFiles().stream().map(File::toPath).toList());
        } else if (model.importing().offer(text)) {
            openImport.run();
        } else {
            search.enter(false);
            model.follow(text);
        }
        event.setDropCompleted(board.hasFiles() || !text.isEmpty());
        event.consume();
    }

    private static String text(Dragboard board) {
        String text = board.hasUrl() ? board.getUrl() : board.hasString() ? board.getString() : "";
        return text.strip();
    }
}

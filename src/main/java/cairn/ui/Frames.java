package cairn.ui;

import javafx.animation.AnimationTimer;
import javafx.scene.Node;

/// Does something with every frame in which a view is in a window, and nothing else holds.
final class Frames extends AnimationTimer {
    private final Runnable action;

    private Frames(Runnable action) {
        this.action = action;
    }

    static void follow(Node view, Runnable action) {
        var frames = new Frames(action);
        view.sceneProperty()
                .subscribe(scene -> {
                    if (scene == null) {
                        frames.stop();
                    } else {
                        frames.start();
                    }
                });
    }

    @Override
    public void handle(long now) {
        action.run();
    }
}

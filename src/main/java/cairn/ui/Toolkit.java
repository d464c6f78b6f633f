package cairn.ui;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javafx.application.Platform;

/// JavaFX's toolkit, which a process can start once.
final class Toolkit {
    // Kept, because a logger that nobody holds forgets its level.
    private static final Logger LOG = Logger.getLogger("javafx");

    private Toolkit() {}

    /// Starts the toolkit unless it runs, and returns when it does.
    ///
    /// @param headless draw without a display, in software
    static void start(boolean headless) throws InterruptedException {
        if (headless) {
            System.setProperty("glass.platform", "Headless");
            System.setProperty("prism.order", "sw");
            System.setProperty("java.awt.headless", "true");
        }
        if (System.getProperty("prism.order") == null && !hasGraphics()) {
            System.setProperty("prism.order", "sw"); // as it would come to after a look for OpenGL
        }
        // It warns that JavaFX lies on the class path, which is meant so.
        LOG.setLevel(Level.SEVERE);
        var started = new CountDownLatch(1);
        try {
            Platform.startup(started::countDown);
        } catch (IllegalStateException _) {
            return; // It runs already.
        }
        started.await();
        Platform.setImplicitExit(false);
        Platform.runLater(Look::loadFonts);
    }

    /// Whether there may be a graphics processor: on Linux one is a device, also below Windows.
    private static boolean hasGraphics() {
        return !System.getProperty("os.name").equals("Linux")
                || Stream.of("/dev/dri", "/dev/nvidiactl", "/dev/dxg")
                        .anyMatch(device -> Files.exists(Path.of(device)));
    }
}

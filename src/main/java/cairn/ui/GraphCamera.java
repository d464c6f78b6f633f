package cairn.ui;

import cairn.graph.LayeredLayout;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javafx.animation.Interpolator;
import javafx.animation.KeyFrame;
import javafx.animation.KeyValue;
import javafx.animation.Timeline;
import javafx.application.Platform;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.geometry.Insets;
import javafx.geometry.Point2D;
import javafx.scene.layout.Region;
import javafx.util.Duration;
import org.jspecify.annotations.Nullable;

/// Where one stands before a graph, and how one moves: at once under the hand, else in a moment, so
/// that one sees where it goes. Use on the UI thread.
final class GraphCamera {
    private static final Duration MOTION = Duration.millis(120);
    private static final double NAME_ROOM = 80;
    private static final double LARGEST = 3;

    /// What fills less than this part of the height is a band.
    private static final double BAND = 8;

    private final Region canvas;
    private final Supplier<LayeredLayout> layout;
    private final Supplier<Insets> margins;
    private final BooleanSupplier isShown;
    private final Runnable onMove;
    private Stand stand = new Stand(1, 0, 0);
    private Stand goal = stand;
    private @Nullable Supplier<Stand> rest = this::beginning;
    private @Nullable Timeline motion;

    /// Where the layout lies on the canvas: pixels per unit, and the place of its origin.
    record Stand(double scale, double left, double top) {
        Point2D place(double x, double y) {
            return new Point2D(x * scale + left, y * scale + top);
        }

        /// The same with another scale, under which a point of the canvas keeps its place.
        Stand scaled(double newScale, double x, double y) {
            return new Stand(
                    newScale, x - (x - left) * newScale / scale, y - (y - top) * newScale / scale);
        }
    }

    /// @param layout what is looked at
    /// @param margins what to leave free around it when all is shown
    /// @param isShown whether there is a picture to move
    /// @param onMove told whenever the stand has changed
    GraphCamera(
            Region canvas,
            Supplier<LayeredLayout> layout,
            Supplier<Insets> margins,
            BooleanSupplier isShown,
            Runnable onMove) {
        this.canvas = canvas;
        this.layout = layout;
        this.margins = margins;
        this.isShown = isShown;
        this.onMove = onMove;
    }

    Stand stand() {
        return stand;
    }

    /// Begins anew with another graph, from the next layout on and until one moves.
    void begin() {
        rest = this::beginning;
    }

    /// Whether the whole graph would be but a thin band, of which one begins with the left end.
    boolean isBand() {
        var of = layout.get();
        double scale = fitted().scale;
        return scale < GraphFrame.NAMES_FROM && of.height() * scale < height() / BAND;
    }

    /// Takes note that there may be another room to fit the graph into.
    void resized() {
        if (rest != null && motion == null && canvas.getWidth() > 0 && canvas.getHeight() > 0) {
            stand = rest.get();
            goal = stand;
        }
    }

    void fit() {
        rest = this::fitted;
        glide(fitted());
    }

    /// Brings a point of the layout into the middle.
    void centre(double x, double y) {
        jump(centred(x, y, stand.scale));
    }

    /// Brings a node into the middle, as a card.
    void focus(int node) {
        rest = null;
        var of = layout.get();
        glide(centred(of.x(node), of.y(node), Math.max(stand.scale, 1)));
    }

    /// Zooms around the middle.
    void zoom(double factor) {
        rest = null;
        glide(zoomed(goal, factor, canvas.getWidth() / 2, canvas.getHeight() / 2));
    }

    /// Zooms around a point of the canvas, at once.
    void zoom(double factor, double x, double y) {
        jump(zoomed(stand, factor, x, y));
    }

    void pan(double dx, double dy) {
        jump(new Stand(stand.scale, stand.left + dx, stand.top + dy));
    }

    /// Brings a node into view if it is not, without zooming.
    void reveal(int node) {
        double wide = canvas.getWidth();
        double high = canvas.getHeight();
        if (wide < 1) {
            return;
        }
        var of = layout.get();
        Point2D at = stand.place(of.x(node), of.y(node));
        double margin = GraphCanvas.MARGIN;
        double roomX = Math.min(wide / 2, of.spacing().width() * stand.scale / 2 + margin);
        double roomY = Math.min(high / 2, of.spacing().height() * stand.scale / 2 + margin);
        double dx = Math.clamp(at.getX(), roomX, wide - roomX) - at.getX();
        double dy = Math.clamp(at.getY(), roomY, high - roomY) - at.getY();
        if (dx != 0 || dy != 0) {
            rest = null;
            glide(new Stand(stand.scale, stand.left + dx, stand.top + dy));
        }
    }

    /// Ends a movement where it is.
    void stop() {
        if (motion != null) {
            motion.stop();
            motion = null;
        }
    }

    private double height() {
        var free = margins.get();
        return Math.max(1, canvas.getHeight() - free.getTop() - free.getBottom());
    }

    private Stand beginning() {
        if (!isBand()) {
            return fitted();
        }
        var of = layout.get();
        double scale = Math.min(1, height() / Math.max(1, of.height()));
        var free = margins.get();
        return new Stand(
                scale, free.getLeft(), free.getTop() + (height() - of.height() * scale) / 2);
    }

    private Stand fitted() {
        var of = layout.get();
        var free = margins.get();
        double wide = Math.max(1, canvas.getWidth() - free.getLeft() - free.getRight());
        double high = height();
        double tall = Math.min(1, high / Math.max(1, of.height()));
        double scale = Math.min(tall, wide / Math.max(1, of.width()));
        if (scale < GraphFrame.NAMES_FROM) {
            wide -= Math.min(NAME_ROOM, wide / 3);
            scale = Math.min(tall, wide / Math.max(1, of.width()));
        }
        return new Stand(
                scale,
                free.getLeft() + (wide - of.width() * scale) / 2,
                free.getTop() + (high - of.height() * scale) / 2);
    }

    private Stand centred(double x, double y, double scale) {
        return new Stand(
                scale, canvas.getWidth() / 2 - x * scale, canvas.getHeight() / 2 - y * scale);
    }

    private Stand zoomed(Stand from, double factor, double x, double y) {
        double least = Math.min(0.25, fitted().scale / 2);
        return from.scaled(Math.clamp(from.scale * factor, least, LARGEST), x, y);
    }

    private void jump(Stand to) {
        stop();
        rest = null;
        stand = to;
        goal = to;
        onMove.run();
    }

    private void glide(Stand to) {
        stop();
        goal = to;
        if (!isShown.getAsBoolean() || Platform.getPreferences().isReducedMotion()) {
            stand = to;
            onMove.run();
            return;
        }
        Stand from = stand;
        var part = new SimpleDoubleProperty();
        part.addListener((_, _, now) -> step(from, to, now.doubleValue()));
        motion = new Timeline(new KeyFrame(MOTION, new KeyValue(part, 1, Interpolator.EASE_OUT)));
        motion.setOnFinished(_ -> motion = null);
        motion.play();
        onMove.run();
    }

    boolean isMoving() {
        return motion != null;
    }

    private void step(Stand from, Stand to, double part) {
        double scale = from.scale * Math.pow(to.scale / from.scale, part);
        // While the scale changes, the point that keeps its place should keep it.
        double way = to.scale == from.scale ? part : (scale - from.scale) / (to.scale - from.scale);
        stand =
                new Stand(
                        scale,
                        from.left + (to.left - from.left) * way,
                        from.top + (to.top - from.top) * way);
        onMove.run();
    }
}

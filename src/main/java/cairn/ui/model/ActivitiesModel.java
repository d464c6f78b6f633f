package cairn.ui.model;

import cairn.engine.Activities;
import cairn.engine.Activity;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;

/// The long work that runs and that ran. Use on the UI thread only.
public final class ActivitiesModel implements AutoCloseable {
    /// An activity as it was when it was last looked at.
    public record Line(Activity activity, Activity.Snapshot snapshot) {
        Line(Activity activity) {
            this(activity, activity.snapshot());
        }

        public boolean isRunning() {
            return snapshot.state() instanceof Activity.State.Running;
        }

        public boolean hasFailed() {
            return snapshot.state() instanceof Activity.State.Failed;
        }

        /// How far it is, how fast, or how it ended.
        public String status() {
            return switch (snapshot.state()) {
                case Activity.State.Running _ when activity.isCancelled() ->
                        Words.text("activity.cancelling");
                case Activity.State.Running _ -> running();
                case Activity.State.Done(_, var result) -> result;
                case Activity.State.Cancelled _ -> Words.text("activity.cancelled");
                case Activity.State.Failed(_, var cause) -> Problems.describe(cause).sentence();
            };
        }

        /// Why it failed, if it did.
        public Optional<Problem> problem() {
            return snapshot.state() instanceof Activity.State.Failed(_, var cause)
                    ? Optional.of(Problems.describe(cause))
                    : Optional.empty();
        }

        private String running() {
            String rate =
                    activity.unit() == Activity.Unit.BYTES
                            ? Figures.size((long) snapshot.rate())
                            : Figures.count((long) snapshot.rate());
            boolean isKnown = snapshot.total() > 0;
            String done = isKnown ? figure(snapshot.done()) : amount(snapshot.done());
            return isKnown
                    ? Words.text("activity.of", done, amount(snapshot.total()), rate)
                    : Words.text("activity.so-far", done, rate);
        }

        private String figure(long number) {
            return activity.unit() == Activity.Unit.BYTES
                    ? Figures.size(number)
                    : Figures.count(number);
        }

        private String amount(long number) {
            return activity.unit() == Activity.Unit.PATHS
                    ? Words.text("activity.paths", number, Figures.count(number))
                    : figure(number);
        }
    }

    /// What a list of lines shows of each.
    static final Listing.Kind<Line> KIND =
            new Listing.Kind<>(
                    "activities",
                    Line::activity,
                    line -> line.activity.title() + ": " + line.status(),
                    line -> line.activity.title() + " " + line.status(),
                    _ -> Subject.NOTHING,
                    _ -> Optional.empty(),
                    List.of(
                            Column.text("title", line -> line.activity.title()),
                            Column.text("status", Line::status),
                            Column.number(
                                    "milliseconds", line -> line.snapshot.elapsed().toMillis()),
                            Column.time("startedAt", line -> line.activity.startedAt())));

    private final Activities activities;
    private final Runnable onDone;
    private final Activities.Registration registration;
    private final ObservableList<Line> lines = FXCollections.observableArrayList();
    private final ObservableList<Line> shown = FXCollections.unmodifiableObservableList(lines);
    private final ReadOnlyObjectWrapper<Optional<Line>> current =
            new ReadOnlyObjectWrapper<>(this, "current", Optional.empty());
    private final ReadOnlyIntegerWrapper running = new ReadOnlyIntegerWrapper(this, "running");
    private final ReadOnlyObjectWrapper<Optional<Line>> ended =
            new ReadOnlyObjectWrapper<>(this, "ended", Optional.empty());

    /// @param uiThread runs something on the UI thread
    /// @param onDone called on the UI thread when an activity ended
    public ActivitiesModel(Activities activities, Executor uiThread, Runnable onDone) {
        this.activities = activities;
        this.onDone = onDone;
        registration = activities.onChange(() -> uiThread.execute(this::look));
        look();
    }

    /// Looks at what the activities do now.
    public void look() {
        var before =
                lines.stream()
                        .filter(line -> !line.isRunning())
                        .map(Line::activity)
                        .collect(Collectors.toSet());
        lines.setAll(activities.list().stream().map(Line::new).toList());
        List<Line> now = lines.stream().filter(Line::isRunning).toList();
        current.set(now.stream().findFirst());
        running.set(now.size());
        ended.set(lines.stream().filter(line -> !line.isRunning()).findFirst());
        if (lines.stream().anyMatch(line -> !line.isRunning() && !before.contains(line.activity))) {
            onDone.run();
        }
    }

    public ObservableList<Line> lines() {
        return shown;
    }

    /// The activity that was started last, of those that run.
    public ReadOnlyObjectProperty<Optional<Line>> currentProperty() {
        return current.getReadOnlyProperty();
    }

    /// The activity that was started last, of those that have ended.
    public ReadOnlyObjectProperty<Optional<Line>> endedProperty() {
        return ended.getReadOnlyProperty();
    }

    public ReadOnlyIntegerProperty runningProperty() {
        return running.getReadOnlyProperty();
    }

    public void cancel(Line line) {
        line.activity.cancel();
        look();
    }

    @Override
    public void close() {
        registration.close();
    }
}

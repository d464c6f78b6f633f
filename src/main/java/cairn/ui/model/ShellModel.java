package cairn.ui.model;

import cairn.cid.FormatException;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;

/// The window around the places: where one is, what is selected, what is under way. Use on the UI
/// thread only.
public final class ShellModel implements AutoCloseable {
    private final Engine engine;
    private final Work work;
    private final Library library;
    private final SettingsModel settings;
    private final InspectorModel inspector;
    private final ActivitiesModel activities;
    private final Listing<ActivitiesModel.Line> activityList;
    private final ImportModel importing;
    private final Migrating migrating;
    private final NodeSwitch node;
    private final MeetingSwitch meeting;
    private final SearchModel search;
    private final Side first;
    private final ReadOnlyObjectWrapper<Optional<Side>> second =
            new ReadOnlyObjectWrapper<>(this, "second", Optional.empty());
    private final ReadOnlyObjectWrapper<Side> active = new ReadOnlyObjectWrapper<>(this, "active");
    private final BooleanProperty activitiesOpen =
            new SimpleBooleanProperty(this, "activitiesOpen");
    private final BooleanProperty keysOpen = new SimpleBooleanProperty(this, "keysOpen");
    private Runnable refresh = () -> {};
    private Runnable growth = () -> {};
    private long seen = -1;
    private boolean watching;
    private boolean stirred;

    /// @param uiThread runs something on the UI thread
    /// @param serving turns it on and off that Nix is served; whoever gives it closes it
    public ShellModel(
            Engine engine,
            Work work,
            Executor uiThread,
            SettingsModel settings,
            Place place,
            CacheSwitch serving) {
        this.engine = engine;
        this.work = work;
        this.settings = settings;
        library = new Library(engine);
        inspector = new InspectorModel(library, work, engine.clock());
        importing = new ImportModel(engine);
        migrating = new Migrating(engine, uiThread);
        node = new NodeSwitch(engine, serving, work);
        meeting = new MeetingSwitch(engine, work, settings.meetingProperty());
        first = new Side(place, this::openBeside, inspector::inspect);
        active.set(first);
        search = new SearchModel(library, work, actions(), this::open, this::openBeside);
        activities = new ActivitiesModel(engine.activities(), uiThread, () -> refresh.run());
        activityList = new Listing<>(ActivitiesModel.KIND, library, work, first);
        activityList.set(activities.lines());
        activities.lines().subscribe(() -> activityList.set(activities.lines()));
    }

    public Engine engine() {
        return engine;
    }

    public Library library() {
        return library;
    }

    public Work work() {
        return work;
    }

    public SettingsModel settings() {
        return settings;
    }

    public InspectorModel inspector() {
        return inspector;
    }

    public ActivitiesModel activities() {
        return activities;
    }

    public Listing<ActivitiesModel.Line> activityList() {
        return activityList;
    }

    public ImportModel importing() {
        return importing;
    }

    public Migrating migrating() {
        return migrating;
    }

    public NodeSwitch node() {
        return node;
    }

    public MeetingSwitch meeting() {
        return meeting;
    }

    public SearchModel search() {
        return search;
    }

    /// The half of the window that is always there.
    public Side first() {
        return first;
    }

    /// The other half, if the window is split.
    public ReadOnlyObjectProperty<Optional<Side>> secondProperty() {
        return second.getReadOnlyProperty();
    }

    /// The half that back, forward and the search act on.
    public ReadOnlyObjectProperty<Side> activeProperty() {
        return active.getReadOnlyProperty();
    }

    public void activate(Side side) {
        active.set(side);
    }

    /// Whether the list of what ran is shown.
    public BooleanProperty activitiesOpenProperty() {
        return activitiesOpen;
    }

    /// Whether the list of keys is shown.
    public BooleanProperty keysOpenProperty() {
        return keysOpen;
    }

    /// Goes somewhere in the half that is in use.
    public void open(Place place) {
        active.get().open(place);
    }

    /// Goes somewhere in the other half, which is opened if need be.
    public void openBeside(Place place) {
        if (second.get().isEmpty()) {
            var side = new Side(place, this::openBeside, inspector::inspect);
            second.set(Optional.of(side));
            active.set(side);
            return;
        }
        Side other = active.get() == first ? second.get().get() : first;
        other.open(place);
        active.set(other);
    }

    /// Leaves one place for the whole window: that of the first half.
    public void unsplit() {
        second.set(Optional.empty());
        active.set(first);
    }

    /// Goes to where a link leads; a text that is no link changes nothing.
    public void follow(String link) {
        try {
            open(Place.parse(link.strip()));
        } catch (FormatException _) {
            search.textProperty().set(link.strip());
        }
    }

    /// Looks whether the store has changed, also by another process. While it goes on changing,
    /// views only take up what is cheap; once it rests, everything is asked again.
    public void watch() {
        node.look();
        meeting.look();
        if (watching) {
            return;
        }
        watching = true;
        Work.Ticket _ =
                work.run(
                        library.catalog()::lastChange,
                        cursor -> {
                            watching = false;
                            boolean moved = seen >= 0 && seen != cursor;
                            seen = cursor;
                            if (moved) {
                                growth.run();
                            } else if (stirred && activities.runningProperty().get() == 0) {
                                refresh.run();
                            }
                            stirred = moved || stirred && activities.runningProperty().get() > 0;
                        },
                        _ -> watching = false);
    }

    /// What to do with all views while the store is being changed.
    public void onStoreGrowth(Runnable action) {
        growth = action;
    }

    /// What to do with all views when the store changed.
    public void onStoreChange(Runnable action) {
        refresh = action;
    }

    public void toggleInspector() {
        settings.inspectorOpenProperty().set(!settings.inspectorOpenProperty().get());
    }

    public void toggleRail() {
        settings.wideRailProperty().set(!settings.wideRailProperty().get());
    }

    @Override
    public void close() {
        migrating.close();
        activities.close();
    }

    private List<SearchModel.Line.Action> actions() {
        return List.of(
                action("action.overview", "", () -> open(new Place.Overview())),
                action("action.paths", "", () -> open(new Place.Paths(""))),
                action("action.graph", "", () -> open(new Place.Graph(Optional.empty()))),
                action("action.builds", "", () -> open(new Place.Builds())),
                action("action.node", "", () -> open(new Place.Node())),
                action("action.peers", "", () -> open(new Place.Peers())),
                action("action.subjects", "", () -> open(new Place.Subjects(""))),
                action("drv.title", "", () -> open(new Place.Derivation(""))),
                action("action.settings", "", () -> open(new Place.Settings())),
                action("action.import-nix", "", importing::fromNix),
                action("action.import-sample", "", importing::sample),
                action("action.migrate", "", () -> open(new Place.Migration(""))),
                action("action.verify", "", library::verifyAll),
                action("action.back", "Alt+←", () -> active.get().history().back()),
                action("action.forward", "Alt+→", () -> active.get().history().forward()),
                action("action.inspector", "Ctrl+I", this::toggleInspector),
                action("action.rail", "Ctrl+B", this::toggleRail),
                action("action.unsplit", "Ctrl+W", this::unsplit),
                action("action.activities", "", () -> activitiesOpen.set(true)),
                action("action.light", "", () -> theme(SettingsModel.Theme.LIGHT)),
                action("action.dark", "", () -> theme(SettingsModel.Theme.DARK)),
                action("action.keys", "?", () -> keysOpen.set(true)));
    }

    private void theme(SettingsModel.Theme theme) {
        settings.themeProperty().set(theme);
    }

    private static SearchModel.Line.Action action(String key, String keys, Runnable run) {
        return new SearchModel.Line.Action(Words.text(key), keys, run);
    }
}

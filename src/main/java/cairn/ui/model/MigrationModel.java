package cairn.ui.model;

import cairn.cid.FormatException;
import cairn.engine.Check;
import cairn.engine.Migration;
import cairn.nix.StorePath;
import cairn.store.Sharing;
import cairn.ui.model.ActivitiesModel.Line;
import cairn.ui.model.Migrating.Phase;
import cairn.ui.model.Migrating.Setback;
import cairn.ui.model.Migrating.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;
import javafx.util.Subscription;

/// The place where one sees what a migration is going to do, how far it is and what it did. Use on
/// the UI thread only.
public final class MigrationModel implements Screen {
    private static final Listing.Kind<Setback> SETBACKS =
            new Listing.Kind<>(
                    "setbacks",
                    row -> row,
                    Setback::path,
                    row -> row.path() + " " + Words.of(row.why()) + " " + row.reason(),
                    row -> path(row).<Subject>map(Subject.OfPath::new).orElse(Subject.NOTHING),
                    row ->
                            row.why() == Setback.Why.WRONG_HERE
                                            || row.why() == Setback.Why.DIFFERENT
                                    ? path(row).map(path -> new Place.OfPath(path.hash()))
                                    : Optional.empty(),
                    List.of(
                            Column.text("path", Setback::path),
                            Column.text("why", row -> row.why().name()),
                            Column.text("reason", Setback::reason)));

    private static final Listing.Kind<Sharing.Alike> ALIKE =
            new Listing.Kind<>(
                    "alike",
                    row -> row.paths().getFirst(),
                    row -> new Subject.OfPaths(row.paths()).text(),
                    row -> new Subject.OfPaths(row.paths()).text(),
                    row -> new Subject.OfPaths(row.paths()),
                    row ->
                            Optional.of(
                                    new Place.Diff(
                                            row.paths().getFirst().hash(),
                                            row.paths().getLast().hash())),
                    List.of(
                            Column.text("path", row -> row.paths().getFirst().name()),
                            Column.number("paths", row -> row.paths().size()),
                            Column.number("narSize", Sharing.Alike::narSize),
                            Column.number("apartBytes", Sharing.Alike::apartBytes)));

    private final Migrating migrating;
    private final Side side;
    private final Listing<Setback> setbacks;
    private final Listing<Sharing.Alike> alike;
    private final ReadOnlyObjectWrapper<State> state;
    private final ReadOnlyObjectWrapper<Optional<Line>> progress =
            new ReadOnlyObjectWrapper<>(this, "progress", Optional.empty());
    private final ObservableValue<List<Crumb>> crumbs =
            new ReadOnlyObjectWrapper<>(
                    List.of(
                            new Crumb(Words.text("place.overview"), new Place.Overview()),
                            new Crumb(Words.text("place.migration"))));
    private final Subscription following;

    public MigrationModel(
            Place.Migration place,
            Migrating migrating,
            ActivitiesModel activities,
            Library library,
            Work work,
            Side side) {
        this.migrating = migrating;
        this.side = side;
        setbacks = new Listing<>(SETBACKS, library, work, side);
        alike = new Listing<>(ALIKE, library, work, side);
        state = new ReadOnlyObjectWrapper<>(this, "state", migrating.stateProperty().get());
        following =
                Subscription.combine(
                        migrating.stateProperty().subscribe(this::show),
                        activities.lines().subscribe(() -> look(activities)));
        look(activities);
        migrating.follow(place.from());
    }

    /// What is migrated, and what one can do about it.
    public Migrating migrating() {
        return migrating;
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// How far the step is that is under way.
    public ReadOnlyObjectProperty<Optional<Line>> progressProperty() {
        return progress.getReadOnlyProperty();
    }

    public Listing<Setback> setbacks() {
        return setbacks;
    }

    /// Paths that differ by their own hash alone.
    public Listing<Sharing.Alike> alike() {
        return alike;
    }

    /// Asks the source what it has, and lets the link that leads here name it.
    public void plan() {
        String from = migrating.locationProperty().get().strip();
        migrating.locationProperty().set(from);
        side.history().replace(new Place.Migration(from));
        migrating.plan();
    }

    public void fromNix() {
        migrating.locationProperty().set("local");
    }

    public void fromFolder(Path folder) {
        migrating.locationProperty().set(folder.toString());
    }

    public void open(Place place) {
        side.open(place);
    }

    /// Who vouches for what came.
    public static String trust(Migration.Statement found) {
        var words = new ArrayList<String>();
        for (Check.Trust trust : Check.Trust.values()) {
            String number = Figures.count(found.trust().getOrDefault(trust, 0L));
            words.add(
                    Words.text(
                            switch (trust) {
                                case TRUSTED -> "migration.trusted";
                                case UNTRUSTED -> "migration.untrusted";
                                case UNSIGNED -> "migration.unsigned";
                            },
                            number));
        }
        String vouchers =
                found.vouchers().entrySet().stream()
                        .map(key ->
                                Words.text(
                                        "migration.voucher",
                                        Figures.count(key.getValue()),
                                        key.getKey().name()))
                        .sorted()
                        .collect(Collectors.joining(", "));
        return Words.text(
                "migration.trust",
                String.join(", ", words) + (vouchers.isEmpty() ? "" : " (" + vouchers + ")"));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public boolean moveTo(Place place) {
        if (place instanceof Place.Migration(var from)) {
            migrating.follow(from);
            return true;
        }
        return false;
    }

    /// What was found was found when it was looked for.
    @Override
    public void refresh() {}

    @Override
    public void close() {
        following.unsubscribe();
        setbacks.cancel();
        alike.cancel();
    }

    private void show(State now) {
        setbacks.set(now.findings().setbacks());
        alike.set(now.findings().sharing().map(Sharing::alike).orElse(List.of()));
        if (now.phase() != Phase.WORKING) {
            progress.set(Optional.empty());
        }
        state.set(now);
    }

    private void look(ActivitiesModel activities) {
        if (state.get().isWorking()) {
            progress.set(
                    activities.lines().stream()
                            .filter(line ->
                                    migrating.activity().equals(Optional.of(line.activity())))
                            .findFirst());
        }
    }

    private static Optional<StorePath> path(Setback row) {
        try {
            return Optional.of(StorePath.parse(row.path()));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }
}

package cairn.ui.model;

import cairn.engine.Activity;
import cairn.engine.Provision;
import cairn.engine.Readiness;
import cairn.engine.Readiness.Lack;
import cairn.nix.StorePath;
import cairn.store.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;

/// Whether a derivation can be built offline, what it lacks, and who has that. Use on the UI thread
/// only.
public final class DerivationModel implements Screen {
    private static final Listing.Kind<Lack> LACKS =
            new Listing.Kind<>(
                    "lacking",
                    lack -> lack,
                    lack -> lack.path().toString(),
                    lack ->
                            String.join(
                                    " ",
                                    lack.path().base(),
                                    Words.of(lack.kind()),
                                    lack.neededBy().base(),
                                    holder(lack)),
                    _ -> Subject.NOTHING,
                    _ -> Optional.empty(),
                    List.of(
                            Column.text("path", (Lack lack) -> lack.path().toString())
                                    .sorted(
                                            lack -> lack.path().name(),
                                            String.CASE_INSENSITIVE_ORDER),
                            Column.text(
                                    "kind", lack -> lack.kind().name().toLowerCase(Locale.ROOT)),
                            Column.text("neededBy", (Lack lack) -> lack.neededBy().toString())
                                    .sorted(
                                            lack -> lack.neededBy().name(),
                                            String.CASE_INSENSITIVE_ORDER),
                            Column.number("narSize", Lack::narSize),
                            Column.text("holder", DerivationModel::holder)));

    private static final Listing.Kind<StorePath> BUILDS =
            new Listing.Kind<>(
                    "to-build",
                    path -> path,
                    StorePath::toString,
                    StorePath::base,
                    Subject.OfPath::new,
                    path -> Optional.of(new Place.Derivation(path.toString())),
                    List.of(
                            Column.text("path", StorePath::toString)
                                    .sorted(StorePath::name, String.CASE_INSENSITIVE_ORDER)));

    private final String derivation;
    private final Library library;
    private final Side side;
    private final StringProperty text = new SimpleStringProperty(this, "text");
    private final boolean serving;
    private final BooleanProperty offline;
    private final Answer<Optional<Readiness>> readiness;
    private final ReadOnlyBooleanWrapper pulling = new ReadOnlyBooleanWrapper(this, "pulling");
    private final Listing<Lack> lacks;
    private final Listing<StorePath> builds;
    private final ReadOnlyObjectWrapper<List<Crumb>> crumbs;

    /// @param node tells whether other stores are asked; the configuration does as long as it is
    ///   off
    public DerivationModel(
            Place.Derivation place, NodeSwitch node, Library library, Work work, Side side) {
        derivation = place.text();
        this.library = library;
        this.side = side;
        serving = node.server().isPresent();
        offline = new SimpleBooleanProperty(this, "offline", node.isOffline());
        text.set(derivation);
        lacks = new Listing<>(LACKS, library, work, side);
        builds = new Listing<>(BUILDS, library, work, side);
        crumbs = new ReadOnlyObjectWrapper<>(crumbs(derivation));
        readiness = new Answer<>(work, Optional::isEmpty);
        readiness
                .valueProperty()
                .subscribe(known -> {
                    if (known != null && known.isPresent()) {
                        show(known.get());
                    }
                });
        ask();
        offline.subscribe((_, _) -> ask());
    }

    /// What one types: a derivation by its path, its hash or its name, or a file.
    public StringProperty textProperty() {
        return text;
    }

    /// Whether no other store is asked for what is lacking.
    public BooleanProperty offlineProperty() {
        return offline;
    }

    /// Empty as long as nothing was asked for.
    public Answer<Optional<Readiness>> readiness() {
        return readiness;
    }

    public Listing<Lack> lacks() {
        return lacks;
    }

    /// The derivations that would be built first.
    public Listing<StorePath> builds() {
        return builds;
    }

    /// Whether what is lacking is being brought in.
    public ReadOnlyBooleanProperty pullingProperty() {
        return pulling.getReadOnlyProperty();
    }

    /// Goes to the derivation that was typed.
    public void look() {
        String typed = text.get().strip();
        if (typed.equals(derivation)) {
            ask();
        } else if (!typed.isEmpty()) {
            side.open(new Place.Derivation(typed));
        }
    }

    /// Begins to bring in what is lacking, as far as somebody has it.
    public void pull() {
        var known = readiness.known().flatMap(found -> found);
        if (known.isEmpty() || pulling.get()) {
            return;
        }
        pulling.set(true);
        String name = known.get().derivation().name();
        library.start(
                Words.text("drv.activity", name),
                Activity.Unit.BYTES,
                activity -> told(library.provision().supply(derivation, activity)));
    }

    /// Where a lacking path can be had, in words; empty where that is nowhere.
    public static String holder(Lack lack) {
        return lack.holder().map(it -> it.uri()).orElse("");
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs.getReadOnlyProperty();
    }

    @Override
    public void refresh() {
        pulling.set(false);
        readiness.again();
    }

    @Override
    public void close() {
        readiness.cancel();
        lacks.cancel();
        builds.cancel();
    }

    private static List<Crumb> crumbs(String name) {
        var node = new Crumb(Words.text("place.node"), new Place.Node());
        return name.isEmpty()
                ? List.of(node, new Crumb(Words.text("place.derivation")))
                : List.of(
                        node,
                        new Crumb(Words.text("place.derivation"), new Place.Derivation("")),
                        new Crumb(name));
    }

    private void ask() {
        boolean nobody = offline.get();
        readiness.update(() -> derivation.isEmpty() ? Optional.empty() : Optional.of(read(nobody)));
    }

    private Readiness read(boolean nobody) throws IOException {
        return library.provision()
                .readiness(
                        derivation,
                        nobody || !serving && library.configuration().offline(),
                        Progress.until(Thread.currentThread()::isInterrupted));
    }

    private void show(Readiness found) {
        crumbs.set(crumbs(found.derivation().name()));
        lacks.set(found.lacks());
        builds.set(found.builds());
    }

    private static String told(Provision.Supply supply) {
        int left = supply.after().lacks().size();
        return Words.text(
                "drv.pulled",
                supply.paths(),
                Figures.count(supply.paths()),
                Figures.size(supply.bytes()),
                left,
                Figures.count(left));
    }
}

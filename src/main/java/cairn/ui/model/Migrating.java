package cairn.ui.model;

import cairn.engine.Activities;
import cairn.engine.Activity;
import cairn.engine.Check;
import cairn.engine.Engine;
import cairn.engine.Migration;
import cairn.nix.StorePath;
import cairn.store.PathStore;
import cairn.store.Sharing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.jspecify.annotations.Nullable;

/// The migration of a window: it goes on whatever place one looks at.
///
/// Each step is an activity of its own and begins when the one before is done. What was stopped is
/// begun anew, and goes on where it stood, because what is here is not asked for again. Use on the
/// UI thread only.
public final class Migrating implements AutoCloseable {
    private static final Pattern LISTED = Pattern.compile("^(local$|local\\?|file:)");
    private static final Pattern URI = Pattern.compile("^(local$|[a-z+]{2,}[:?])");
    private static final Pattern HTTP = Pattern.compile("^https?:");
    private static final Pattern SLASH = Pattern.compile("/$");
    private static final Path DATABASE = Path.of("nix", "var", "nix", "db", "db.sqlite");

    /// What is done, in this order.
    public enum Step {
        PLAN,
        BRING,
        VERIFY,
        COMPARE
    }

    /// How a migration stands.
    public enum Phase {
        IDLE,
        WORKING,
        PLANNED,
        CANCELLED,
        FAILED,
        DONE
    }

    /// What the steps that are done gave.
    public record Findings(
            Optional<Migration.Plan> plan,
            Optional<Migration.Brought> brought,
            Optional<Migration.Statement> statement,
            Optional<Sharing> sharing) {
        static final Findings NONE =
                new Findings(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        /// What did not come and what does not verify, as far as that is known.
        public List<Setback> setbacks() {
            var setbacks = new ArrayList<Setback>();
            brought.map(Migration.Brought::failed)
                    .or(() -> plan.map(Migration.Plan::cannotCome))
                    .ifPresent(failed -> failed.stream().map(Setback::of).forEach(setbacks::add));
            statement.ifPresent(
                    said -> said.wrong().stream().map(Setback::of).forEach(setbacks::add));
            return List.copyOf(setbacks);
        }
    }

    /// A path that does not come, or that came and does not verify.
    ///
    /// @param path in full, or its 32 characters where no more is known
    public record Setback(String path, Why why, String reason) {
        private static final String FOLDER = StorePath.NIX_STORE + "/";

        /// How long a hash is, with the dash after it.
        private static final int HASH = 33;

        /// What is the matter with it.
        public enum Why {
            DAMAGED,
            LACKING,
            HELD_BACK,
            DIFFERENT,
            UNREADABLE,
            WRONG_HERE
        }

        /// Its name, or its 32 characters where no more is known.
        public String name() {
            return path.substring(path.startsWith(FOLDER) ? FOLDER.length() + HASH : 0);
        }

        static Setback of(Migration.Failed failed) {
            Why why =
                    switch (failed.why()) {
                        case DAMAGED -> Why.DAMAGED;
                        case LACKING -> Why.LACKING;
                        case HELD_BACK -> Why.HELD_BACK;
                        case DIFFERENT -> Why.DIFFERENT;
                        case UNREADABLE -> Why.UNREADABLE;
                    };
            return new Setback(failed.path(), why, failed.reason());
        }

        static Setback of(Check check) {
            return new Setback(check.path().toString(), Why.WRONG_HERE, check.reason());
        }
    }

    /// Where a migration is.
    ///
    /// @param step the one that is under way or was the last
    /// @param problem why it stopped, if it failed
    public record State(Phase phase, Step step, Findings findings, Optional<Problem> problem) {
        static final State IDLE = new State(Phase.IDLE, Step.PLAN, Findings.NONE, Optional.empty());

        public boolean isWorking() {
            return phase == Phase.WORKING;
        }

        /// Whether one may still say what to bring; what was found is kept until one leaves it.
        public boolean isOpen() {
            return phase != Phase.WORKING && phase != Phase.DONE;
        }
    }

    /// A source that was surveyed and is still open.
    private record Surveyed(PathStore from, Migration migration) {}

    /// Work of one step.
    @FunctionalInterface
    private interface Task<T> {
        T run(Activity activity) throws Exception;
    }

    private final Engine engine;
    private final Activities.Registration registration;
    private final StringProperty location = new SimpleStringProperty(this, "location", "");
    private final StringProperty targets = new SimpleStringProperty(this, "targets", "");
    private final ReadOnlyObjectWrapper<State> state =
            new ReadOnlyObjectWrapper<>(this, "state", State.IDLE);
    private final BooleanBinding listed;
    private final BooleanBinding startable;
    private Optional<Activity> activity = Optional.empty();
    private Runnable next = () -> {};
    private @Nullable Surveyed surveyed;

    /// @param uiThread runs something on the UI thread
    public Migrating(Engine engine, Executor uiThread) {
        this.engine = engine;
        registration = engine.activities().onChange(() -> uiThread.execute(this::look));
        listed =
                Bindings.createBooleanBinding(
                        () -> !HTTP.matcher(location.get().strip()).find(), location);
        startable =
                Bindings.createBooleanBinding(
                        () ->
                                !location.get().isBlank()
                                        && state.get().isOpen()
                                        && (listed.get() || !targets.get().isBlank()),
                        location,
                        targets,
                        state,
                        listed);
        location.subscribe((_, _) -> forget());
        targets.subscribe((_, _) -> forget());
    }

    /// What to bring over: a URI, or a folder that is a binary cache or the root of a Nix store.
    public StringProperty locationProperty() {
        return location;
    }

    /// What to bring of it with all that it needs, in words; everything if empty.
    public StringProperty targetsProperty() {
        return targets;
    }

    /// Whether the source can tell what it has; a binary cache over HTTP cannot.
    public BooleanBinding listed() {
        return listed;
    }

    public BooleanBinding startable() {
        return startable;
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// What is under way, or was last.
    Optional<Activity> activity() {
        return activity;
    }

    /// Takes what a link names as the source, unless another is being worked on.
    ///
    /// What is on this machine is asked at once for what it has; nothing is asked elsewhere.
    void follow(String from) {
        if (from.isBlank() || !state.get().isOpen() || from.equals(location.get())) {
            return;
        }
        location.set(from);
        if (LISTED.matcher(from).find() || !URI.matcher(from).find()) {
            plan();
        }
    }

    /// Asks the source what it has; reads no contents.
    public void plan() {
        survey(found -> rest(Phase.PLANNED, Step.PLAN, Optional.empty()));
    }

    /// Brings what is not here, checks all and looks at what was saved; makes a plan first if there
    /// is none.
    public void bring() {
        var known = surveyed;
        if (known == null) {
            survey(this::bring);
        } else {
            bring(known);
        }
    }

    public void cancel() {
        activity.ifPresent(Activity::cancel);
    }

    /// Leaves what one migration found, to begin another.
    public void another() {
        forget();
    }

    /// What was planned is left; what is under way goes on.
    @Override
    public void close() {
        registration.close();
        forget();
    }

    private void survey(Consumer<Surveyed> then) {
        if (!startable.get()) {
            return;
        }
        forget();
        String place = location.get().strip();
        String wanted = targets.get().strip();
        begin(
                Step.PLAN,
                Activity.Unit.PATHS,
                running -> survey(place, wanted, running),
                found -> told(found.migration.plan()),
                found -> {
                    surveyed = found;
                    var plan = Optional.of(found.migration.plan());
                    know(new Findings(plan, Optional.empty(), Optional.empty(), Optional.empty()));
                    then.accept(found);
                });
    }

    private Surveyed survey(String place, String wanted, Activity running) throws IOException {
        PathStore from = engine.open(uri(place));
        try {
            return new Surveyed(
                    from,
                    wanted.isEmpty()
                            ? Migration.of(engine, from, running)
                            : Migration.of(engine, from, ImportModel.roots(from, wanted), running));
        } catch (IOException | RuntimeException e) {
            from.close();
            throw e;
        }
    }

    /// The URI of what may be named by its folder alone.
    private static String uri(String place) {
        if (URI.matcher(place).find()) {
            return place;
        }
        Path folder = Path.of(place).toAbsolutePath();
        return Files.exists(folder.resolve(DATABASE))
                ? "local?root=" + folder
                : SLASH.matcher(folder.toUri().toString()).replaceFirst("");
    }

    private void bring(Surveyed found) {
        surveyed = null;
        var migration = found.migration;
        begin(
                Step.BRING,
                Activity.Unit.BYTES,
                running -> {
                    try (var _ = found.from) {
                        return migration.bring(running);
                    }
                },
                brought -> ImportModel.told(brought.copied()),
                brought -> {
                    var before = state.get().findings;
                    know(
                            new Findings(
                                    before.plan,
                                    Optional.of(brought),
                                    Optional.empty(),
                                    Optional.empty()));
                    verify(migration);
                });
    }

    private void verify(Migration migration) {
        begin(
                Step.VERIFY,
                Activity.Unit.PATHS,
                running -> migration.verify(engine.configuration().trustedKeys(), running),
                Migrating::told,
                statement -> {
                    var before = state.get().findings;
                    know(
                            new Findings(
                                    before.plan,
                                    before.brought,
                                    Optional.of(statement),
                                    Optional.empty()));
                    compare(migration);
                });
    }

    private void compare(Migration migration) {
        begin(
                Step.COMPARE,
                Activity.Unit.PATHS,
                migration::sharing,
                Migrating::told,
                sharing -> {
                    var before = state.get().findings;
                    know(
                            new Findings(
                                    before.plan,
                                    before.brought,
                                    before.statement,
                                    Optional.of(sharing)));
                    rest(Phase.DONE, Step.COMPARE, Optional.empty());
                });
    }

    private <T> void begin(
            Step step,
            Activity.Unit unit,
            Task<T> task,
            Function<T, String> told,
            Consumer<T> then) {
        var result = new AtomicReference<@Nullable T>();
        String title =
                Words.text(
                        switch (step) {
                            case PLAN -> "migration.activity-plan";
                            case BRING -> "migration.activity-bring";
                            case VERIFY -> "migration.activity-verify";
                            case COMPARE -> "migration.activity-compare";
                        },
                        location.get().strip());
        next = () -> then.accept(Objects.requireNonNull(result.get()));
        activity =
                Optional.of(
                        engine.activities()
                                .start(
                                        title,
                                        unit,
                                        running -> {
                                            T made = task.run(running);
                                            result.set(made);
                                            return told.apply(made);
                                        }));
        state.set(new State(Phase.WORKING, step, state.get().findings, Optional.empty()));
    }

    private void look() {
        var now = state.get();
        if (!now.isWorking()) {
            return;
        }
        switch (activity.orElseThrow().snapshot().state()) {
            case Activity.State.Running _ -> {}
            case Activity.State.Done _ -> next.run();
            case Activity.State.Cancelled _ -> rest(Phase.CANCELLED, now.step, Optional.empty());
            case Activity.State.Failed(_, var cause) ->
                    rest(Phase.FAILED, now.step, Optional.of(Problems.describe(cause)));
        }
    }

    private void know(Findings findings) {
        state.set(new State(state.get().phase, state.get().step, findings, Optional.empty()));
    }

    private void rest(Phase phase, Step step, Optional<Problem> problem) {
        state.set(new State(phase, step, state.get().findings, problem));
    }

    /// Leaves what was planned, because something else is asked for.
    private void forget() {
        if (state.get().isWorking()) {
            return;
        }
        if (surveyed != null) {
            try {
                surveyed.from.close();
            } catch (IOException _) {
                // It was only read.
            }
            surveyed = null;
        }
        state.set(State.IDLE);
    }

    private static String told(Migration.Plan plan) {
        return Words.text(
                "migration.told-plan",
                Figures.count(plan.coming().paths()),
                plan.paths().paths(),
                Figures.count(plan.paths().paths()),
                Figures.size(plan.coming().bytes()));
    }

    private static String told(Migration.Statement statement) {
        long all = statement.intact() + statement.wrong().size();
        return statement.wrong().isEmpty()
                ? Words.text("verify.intact", all, Figures.count(all))
                : Words.text(
                        "verify.damaged",
                        Figures.count(statement.wrong().size()),
                        Figures.count(all),
                        statement.wrong().getFirst().path().name(),
                        statement.wrong().getFirst().reason());
    }

    private static String told(Sharing sharing) {
        return Words.text(
                "migration.told-compare",
                Figures.size(sharing.trees().bytes() - sharing.blocks().distinctBytes()),
                Figures.size(sharing.trees().bytes()));
    }
}

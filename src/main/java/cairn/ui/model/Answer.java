package cairn.ui.model;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import org.jspecify.annotations.Nullable;

/// Something that a view asked for and waits for, has, or could not get. Use on the UI thread only.
public final class Answer<T> {
    /// How a question stands.
    public enum Phase {
        WAITING,
        EMPTY,
        READY,
        FAILED
    }

    private final Work work;
    private final Predicate<? super T> isEmpty;
    private final ReadOnlyObjectWrapper<Phase> phase =
            new ReadOnlyObjectWrapper<>(this, "phase", Phase.WAITING);
    private final ReadOnlyObjectWrapper<@Nullable T> value =
            new ReadOnlyObjectWrapper<>(this, "value");
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem =
            new ReadOnlyObjectWrapper<>(this, "problem");
    private @Nullable Callable<? extends T> question;
    private Work.Ticket current = Work.Ticket.NONE;

    /// @param isEmpty which answers hold nothing to show
    public Answer(Work work, Predicate<? super T> isEmpty) {
        this.work = work;
        this.isEmpty = isEmpty;
    }

    public Answer(Work work) {
        this(work, _ -> false);
    }

    /// Asks something else; what was known is gone, and an older question is abandoned.
    public void ask(Callable<? extends T> newQuestion) {
        current.cancel();
        question = newQuestion;
        value.set(null);
        phase.set(Phase.WAITING);
        send(newQuestion);
    }

    /// Asks for something that replaces what is shown once it is there.
    public void update(Callable<? extends T> newQuestion) {
        current.cancel();
        question = newQuestion;
        if (phase.get() == Phase.FAILED) {
            phase.set(Phase.WAITING);
        }
        send(newQuestion);
    }

    /// Asks the same again.
    public void again() {
        if (question != null) {
            update(question);
        }
    }

    /// Takes note that what was answered cannot be shown.
    ///
    /// @param cause null if it can
    public void refuse(@Nullable Exception cause) {
        if (cause != null) {
            fail(cause);
        }
    }

    public void cancel() {
        current.cancel();
    }

    /// What is known, if anything is.
    public Optional<T> known() {
        return Optional.ofNullable(value.get());
    }

    public ReadOnlyObjectProperty<Phase> phaseProperty() {
        return phase.getReadOnlyProperty();
    }

    /// Null as long as nothing is known.
    public ReadOnlyObjectProperty<@Nullable T> valueProperty() {
        return value.getReadOnlyProperty();
    }

    /// Null unless it failed.
    public ReadOnlyObjectProperty<@Nullable Problem> problemProperty() {
        return problem.getReadOnlyProperty();
    }

    private void send(Callable<? extends T> asked) {
        problem.set(null);
        current = work.run(asked, this::show, this::fail);
    }

    private void show(T answer) {
        value.set(answer);
        phase.set(isEmpty.test(answer) ? Phase.EMPTY : Phase.READY);
    }

    private void fail(Exception cause) {
        problem.set(Problems.describe(cause));
        phase.set(Phase.FAILED);
    }
}

package cairn.ui.model;

import cairn.engine.Meeting;
import cairn.engine.Meeting.Feed;
import cairn.engine.Meeting.Taken;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import org.jspecify.annotations.Nullable;

/// What a view hears on a subject: nothing, soon, or what comes. Use on the UI thread only.
final class Hearing {
    private static final Taken NOTHING = new Taken(List.of(), 0);

    /// How it stands.
    sealed interface State {
        record Off() implements State {}

        record Starting() implements State {}

        record On() implements State {}

        record Failed(Problem problem) implements State {}
    }

    /// A feed that may be there only when nobody wants it any more.
    private static final class Ear {
        private @Nullable Feed feed;
        private boolean over;

        Feed open(Callable<Feed> opening) throws Exception {
            Feed opened = opening.call();
            take(opened);
            return opened;
        }

        private synchronized void take(Feed opened) {
            feed = opened;
            if (over) {
                opened.close();
            }
        }

        synchronized void end() {
            over = true;
            if (feed != null) {
                feed.close();
            }
        }
    }

    private final Work work;
    private final ReadOnlyObjectWrapper<State> state =
            new ReadOnlyObjectWrapper<>(this, "state", new State.Off());
    private Ear ear = new Ear();
    private Work.Ticket opening = Work.Ticket.NONE;
    private @Nullable Feed feed;

    Hearing(Work work) {
        this.work = work;
    }

    ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// Listens to something else from now on.
    void listen(Meeting meeting, String subject, Optional<Instant> since) {
        stop();
        var next = new Ear();
        ear = next;
        state.set(new State.Starting());
        opening =
                work.run(
                        () -> next.open(() -> meeting.listen(subject, since)),
                        opened -> {
                            feed = opened;
                            state.set(new State.On());
                        },
                        cause -> state.set(new State.Failed(Problems.describe(cause))));
    }

    void stop() {
        opening.cancel();
        ear.end();
        feed = null;
        state.set(new State.Off());
    }

    /// What came since it was asked last.
    Taken take() {
        return feed == null ? NOTHING : feed.take();
    }
}

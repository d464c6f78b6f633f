package cairn.ui.model;

import cairn.ui.model.MeetingSwitch.State;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringProperty;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.util.Subscription;

/// Where one chooses at which server to meet other nodes, in one view. Use on the UI thread only.
public final class JoinModel {
    private final MeetingSwitch meetings;
    private final StringProperty address = new SimpleStringProperty(this, "address", "");
    private final ReadOnlyObjectWrapper<State> state;
    private final ReadOnlyStringWrapper configured =
            new ReadOnlyStringWrapper(this, "configured", "");
    private final ReadOnlyBooleanWrapper canHost =
            new ReadOnlyBooleanWrapper(this, "canHost", true);
    private final Subscription following;

    public JoinModel(MeetingSwitch meetings) {
        this.meetings = meetings;
        state = new ReadOnlyObjectWrapper<>(this, "state", meetings.stateProperty().get());
        address.bindBidirectional(meetings.addressProperty());
        following =
                Subscription.combine(
                        meetings.stateProperty().subscribe(state::set),
                        meetings.configuredProperty().subscribe(configured::set),
                        meetings.canHostProperty().subscribe(canHost::set));
        meetings.survey();
    }

    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// The server that one types.
    public StringProperty addressProperty() {
        return address;
    }

    /// The server that the configuration names, or empty.
    public ReadOnlyStringProperty configuredProperty() {
        return configured.getReadOnlyProperty();
    }

    /// Whether a server of the home's own can be started here.
    public ReadOnlyBooleanProperty canHostProperty() {
        return canHost.getReadOnlyProperty();
    }

    /// Starts a server of the home's own and goes there.
    public void host() {
        meetings.host();
    }

    /// Goes to the server that was typed.
    public void join() {
        meetings.join();
    }

    /// Tries again what failed.
    public void again() {
        meetings.again();
    }

    /// Abandons it to join, or leaves.
    public void leave() {
        meetings.leave();
    }

    void close() {
        following.unsubscribe();
        address.unbindBidirectional(meetings.addressProperty());
    }
}

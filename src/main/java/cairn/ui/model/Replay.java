package cairn.ui.model;

import cairn.engine.Timeline;
import cairn.engine.Timeline.Moment;
import cairn.nix.StorePath;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;

/// A graph as it was before, from the first thing that happened to its paths to the last. Use on
/// the UI thread only.
public final class Replay {
    private static final double SECONDS_PER_MOMENT = 0.25;
    private static final double SHORTEST = 4;
    private static final double LONGEST = 20;

    /// What of a graph was there at a time.
    ///
    /// @param present the nodes of which something had come
    /// @param news the nodes to which something happened last
    public record Then(BitSet present, BitSet news) {}

    private final Answer<Timeline> timeline;
    private final ReadOnlyIntegerWrapper position = new ReadOnlyIntegerWrapper(this, "position", 0);
    private final ReadOnlyBooleanWrapper playing =
            new ReadOnlyBooleanWrapper(this, "playing", false);
    private double exact;

    private GraphView drawn = GraphView.EMPTY;

    /// Whether the next two are about what is drawn, and what is known to have happened to it.
    private boolean prepared;

    private final Map<StorePath, Integer> numbers = new HashMap<>();

    /// For each node the first moment that concerns it.
    private int[] firsts = {};

    Replay(Work work) {
        timeline = new Answer<>(work, known -> known.moments().isEmpty());
        timeline.valueProperty()
                .subscribe(_ -> {
                    prepared = false;
                    show(size());
                });
    }

    void ask(Callable<Timeline> question) {
        timeline.ask(question);
    }

    void close() {
        pause();
        timeline.cancel();
    }

    public Answer<Timeline> timeline() {
        return timeline;
    }

    /// How many moments there are.
    public int size() {
        return moments().size();
    }

    /// How many moments are over, from none to all.
    public ReadOnlyIntegerProperty positionProperty() {
        return position.getReadOnlyProperty();
    }

    public ReadOnlyBooleanProperty playingProperty() {
        return playing.getReadOnlyProperty();
    }

    /// Goes to where so many moments are over, or as near to it as there are any.
    public void show(int moments) {
        exact = Math.clamp(moments, 0, size());
        position.set((int) exact);
    }

    /// Goes on to the end, or from the beginning if the end is reached.
    public void play() {
        if (position.get() == size()) {
            show(0);
        }
        playing.set(size() > 0);
    }

    public void pause() {
        playing.set(false);
    }

    /// Lets time pass while it plays.
    public void tick(double seconds) {
        if (!playing.get()) {
            return;
        }
        double whole = Math.clamp(size() * SECONDS_PER_MOMENT, SHORTEST, LONGEST);
        exact = Math.min(size(), exact + seconds * size() / whole);
        position.set((int) exact);
        if (position.get() == size()) {
            pause();
        }
    }

    /// What happened last.
    public Optional<Moment> moment() {
        return position.get() == 0
                ? Optional.empty()
                : Optional.of(moments().get(position.get() - 1));
    }

    /// Takes the graph that is shown.
    public void draw(GraphView view) {
        drawn = view;
        prepared = false;
    }

    /// What of the graph was there, or nothing if all of it is and nothing is to be pointed out.
    public Optional<Then> then() {
        if (position.get() == size()) {
            return Optional.empty();
        }
        if (!prepared) {
            prepare();
        }
        var then = new Then(new BitSet(), new BitSet());
        for (int node = 0; node < firsts.length; node++) {
            then.present.set(node, firsts[node] < position.get());
        }
        moment().stream()
                .flatMap(last -> last.paths().stream())
                .flatMap(path -> Stream.ofNullable(numbers.get(path)))
                .forEach(then.news::set);
        return Optional.of(then);
    }

    private void prepare() {
        prepared = true;
        numbers.clear();
        var nodes = drawn.nodes();
        for (int node = 0; node < nodes.size(); node++) {
            switch (nodes.get(node).id()) {
                case StorePath path -> numbers.put(path, node);
                case GraphView.Cluster(var members) -> {
                    for (StorePath path : members) {
                        numbers.put(path, node);
                    }
                }
                default -> {}
            }
        }
        firsts = new int[nodes.size()];
        Arrays.fill(firsts, Integer.MAX_VALUE);
        List<Moment> moments = moments();
        for (int i = moments.size() - 1; i >= 0; i--) {
            for (StorePath path : moments.get(i).paths()) {
                Integer node = numbers.get(path);
                if (node != null) {
                    firsts[node] = i;
                }
            }
        }
    }

    private List<Moment> moments() {
        return timeline.known().map(Timeline::moments).orElse(List.of());
    }
}

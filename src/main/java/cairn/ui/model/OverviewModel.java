package cairn.ui.model;

import cairn.graph.PathGraph;
import cairn.nix.StorePath;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// What is here, in numbers, and what to do first. Use on the UI thread only.
public final class OverviewModel implements Screen {
    private static final int LISTED = 8;

    /// Of how many closures, the largest by estimate, the sizes are summed.
    private static final int WEIGHED = 5 * LISTED;

    /// What there is.
    ///
    /// @param logicalBytes the NARs of all paths, one after the other
    /// @param storedBytes what they take on the disk
    /// @param closures paths that nothing else refers to, largest closure first
    public record Numbers(
            int paths,
            int references,
            long logicalBytes,
            long storedBytes,
            int pins,
            List<Weighed> closures) {
        public Numbers {
            closures = List.copyOf(closures);
        }
    }

    public record Weighed(StorePath path, long closureSize, int closureCount) {}

    private static final Listing.Kind<Weighed> KIND =
            new Listing.Kind<>(
                    "closures",
                    Weighed::path,
                    row -> row.path.toString(),
                    row -> row.path.name(),
                    row -> new Subject.OfPath(row.path),
                    row -> Optional.of(new Place.OfPath(row.path.hash())),
                    List.of(
                            Column.text("path", (Weighed row) -> row.path.toString())
                                    .sorted(Comparator.comparing(row -> row.path.name())),
                            Column.number("closureCount", Weighed::closureCount),
                            Column.number("closureSize", Weighed::closureSize)));

    private final Library library;
    private final Side side;
    private final ImportModel importing;
    private final Answer<Numbers> numbers;
    private final Listing<Weighed> closures;

    public OverviewModel(Library library, Work work, Side side, ImportModel importing) {
        this.library = library;
        this.side = side;
        this.importing = importing;
        numbers = new Answer<>(work, found -> found.paths == 0);
        closures = new Listing<>(KIND, library, work, side);
        numbers.valueProperty()
                .subscribe(found -> {
                    if (found != null) {
                        closures.offer(found.closures);
                    }
                });
        numbers.ask(this::count);
    }

    public Answer<Numbers> numbers() {
        return numbers;
    }

    public ImportModel importing() {
        return importing;
    }

    public void open(Place place) {
        side.open(place);
    }

    /// The largest closures.
    public Listing<Weighed> closures() {
        return closures;
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.overview"))));
    }

    @Override
    public void refresh() {
        numbers.again();
    }

    @Override
    public void close() {
        numbers.cancel();
        closures.cancel();
    }

    private static Weighed weighed(PathGraph graph, int node) {
        int[] closure = graph.digraph().closure(node);
        long size = IntStream.of(closure).mapToLong(graph::size).sum();
        return new Weighed(graph.path(node), size, closure.length);
    }

    private Numbers count() throws IOException {
        PathGraph graph = library.graph();
        long bytes = IntStream.range(0, graph.paths().size()).mapToLong(graph::size).sum();
        double[] about = graph.digraph().estimatedClosureSizes(graph.sizes());
        var closures =
                IntStream.of(graph.digraph().roots())
                        .filter(node -> !graph.path(node).isDerivation())
                        .boxed()
                        .sorted(Comparator.comparingDouble(node -> -about[node]))
                        .limit(WEIGHED)
                        .map(node -> weighed(graph, node))
                        .sorted(Comparator.comparingLong(weighed -> -weighed.closureSize))
                        .limit(LISTED)
                        .toList();
        return new Numbers(
                graph.paths().size(),
                graph.digraph().edges(),
                bytes,
                library.storedBytes(),
                library.catalog().pins().size(),
                closures);
    }
}

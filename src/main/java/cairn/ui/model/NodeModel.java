package cairn.ui.model;

import cairn.engine.CacheServer;
import cairn.engine.CacheServer.Request;
import cairn.engine.Configuration;
import cairn.engine.Substituters.Health;
import cairn.engine.Uploads;
import cairn.nix.StorePath;
import cairn.ui.model.NodeSwitch.Flow;
import cairn.ui.model.NodeSwitch.State;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.value.ObservableBooleanValue;
import javafx.beans.value.ObservableValue;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;

/// The node: what it answers, and the stores that it draws on. Use on the UI thread only.
public final class NodeModel implements Screen {
    /// How many requests stay in the list, among them those that the server has forgotten.
    private static final int KEPT = 2048;

    /// A request in the list.
    public record Row(Request request, Asked asked) {
        /// The name of what it asks for, as far as that is known here.
        public String name() {
            return asked.path()
                    .map(StorePath::name)
                    .or(() -> asked.block().map(cid -> Figures.shortened(cid.toString())))
                    .orElse("");
        }
    }

    /// Another store that is asked for what is not here.
    ///
    /// @param order of asking, from 1
    public record Source(int order, Health health) {}

    private static final Listing.Kind<Row> REQUESTS =
            new Listing.Kind<>(
                    "requests",
                    row -> row.request.number(),
                    row -> row.request.method() + " " + row.request.target(),
                    row ->
                            String.join(
                                    " ",
                                    row.request.method(),
                                    row.request.target(),
                                    Words.of(row.asked.kind()),
                                    row.name(),
                                    row.request.client(),
                                    status(row.request)),
                    NodeModel::subject,
                    NodeModel::place,
                    List.of(
                            Column.time("at", row -> row.request.at()),
                            Column.text("method", row -> row.request.method()),
                            Column.text("kind", row -> Words.of(row.asked.kind())),
                            Column.text("name", Row::name),
                            Column.text("target", row -> row.request.target()),
                            Column.text("client", row -> row.request.client()),
                            Column.number("status", row -> row.request.status()),
                            Column.number("bytes", row -> row.request.bytes()),
                            Column.number("micros", row -> row.request.took().toNanos() / 1000),
                            Column.number("number", row -> row.request.number())));

    private static final Listing.Kind<Source> SOURCES =
            new Listing.Kind<>(
                    "upstreams",
                    Source::order,
                    row -> row.health.uri(),
                    row ->
                            String.join(
                                    " ",
                                    row.health.uri(),
                                    Words.of(row.health.state()),
                                    row.health.trouble()),
                    _ -> Subject.NOTHING,
                    _ -> Optional.empty(),
                    List.of(
                            Column.number("order", Source::order),
                            Column.text("uri", row -> row.health.uri()),
                            Column.number("priority", row -> row.health.priority()),
                            Column.text(
                                    "state",
                                    row -> row.health.state().name().toLowerCase(Locale.ROOT)),
                            Column.number("asked", row -> row.health.asked()),
                            Column.number("found", row -> row.health.found()),
                            Column.number("failed", row -> row.health.failed()),
                            Column.time("restsUntil", row -> row.health.restsUntil()),
                            Column.text("trouble", row -> row.health.trouble())));

    private final NodeSwitch node;
    private final Library library;
    private final Work work;
    private final Listing<Row> requests;
    private final Listing<Source> sources;
    private final ReadOnlyObjectWrapper<State> state;
    private final ReadOnlyObjectWrapper<Flow> flow;
    private final SimpleBooleanProperty offline = new SimpleBooleanProperty(this, "offline");
    private final Answer<Configuration> configuration;
    private final ObservableValue<List<Crumb>> crumbs =
            new ReadOnlyObjectWrapper<>(List.of(new Crumb(Words.text("place.node"))));
    private final Subscription following;
    private List<Row> known = List.of();
    private List<Source> knownSources = List.of();
    private @Nullable CacheServer followed;
    private Work.Ticket naming = Work.Ticket.NONE;
    private boolean isNaming;

    public NodeModel(NodeSwitch node, Library library, Work work, Side side) {
        this.node = node;
        this.library = library;
        this.work = work;
        requests = new Listing<>(REQUESTS, library, work, side);
        sources = new Listing<>(SOURCES, library, work, side);
        configuration = new Answer<>(work);
        configuration.ask(library::configuration);
        state = new ReadOnlyObjectWrapper<>(this, "state", node.stateProperty().get());
        flow = new ReadOnlyObjectWrapper<>(this, "flow", node.flowProperty().get());
        following =
                Subscription.combine(
                        node.stateProperty().subscribe(_ -> look()),
                        node.flowProperty().subscribe(_ -> look()));
    }

    /// How the node stands.
    public ReadOnlyObjectProperty<State> stateProperty() {
        return state.getReadOnlyProperty();
    }

    /// What is being asked.
    public ReadOnlyObjectProperty<Flow> flowProperty() {
        return flow.getReadOnlyProperty();
    }

    public void turnOn() {
        node.turnOn();
    }

    public void turnOff() {
        node.turnOff();
    }

    /// The last requests, the newest first.
    public Listing<Row> requests() {
        return requests;
    }

    /// The stores that are asked for what is not here, in this order.
    public Listing<Source> sources() {
        return sources;
    }

    /// Whether no other store is asked.
    public ObservableBooleanValue offlineProperty() {
        return offline;
    }

    /// What is set now; what the node runs with was set when it was turned on.
    public Answer<Configuration> configuration() {
        return configuration;
    }

    /// Asks no other store from now on, or asks them again.
    public void setOffline(boolean nobody) {
        node.server().ifPresent(server -> server.setOffline(nobody));
        node.look();
        look();
    }

    /// Goes to where one asks whether something can be built offline.
    public void askOffline() {
        requests.open(new Place.Derivation(""));
    }

    /// The lines that a client of the node needs.
    public List<Naming> lines() {
        return node.server().map(NodeModel::lines).orElse(List.of());
    }

    private static List<Naming> lines(CacheServer server) {
        var conf = server.nixConf();
        var lines = new ArrayList<Naming>();
        conf.forEach(line -> lines.add(new Naming(Words.text("node.nix-conf"), line)));
        server.netrc().ifPresent(line -> lines.add(new Naming(Words.text("node.netrc"), line)));
        return lines;
    }

    /// How many keys are trusted.
    public static int trusted(Configuration set) {
        return set.trustedKeys().keys().size();
    }

    /// An address as a link to it begins.
    public static String text(InetSocketAddress listen) {
        String host = listen.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + listen.getPort();
    }

    /// What is not set anywhere, in words.
    public static String fixed() {
        var limits = Uploads.Limits.DEFAULT;
        return Words.text("node.fixed", StorePath.NIX_STORE, Figures.size(limits.narBytes()));
    }

    /// Where the configuration is written.
    public Path file() {
        return library.configurationFile();
    }

    /// When ages are counted from.
    public Instant now() {
        return library.now();
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public void refresh() {
        configuration.again();
    }

    @Override
    public void close() {
        following.unsubscribe();
        naming.cancel();
        configuration.cancel();
        requests.cancel();
        sources.cancel();
    }

    private void look() {
        var server = node.server().orElse(null);
        if (server != null) {
            if (!server.equals(followed)) {
                followed = server;
                known = List.of();
                requests.set(known);
            }
            offline.set(server.isOffline());
            showSources(server.upstreams());
            if (!isNaming) {
                showRequests(server.requests());
            }
        }
        flow.set(node.flowProperty().get());
        state.set(node.stateProperty().get());
    }

    private void showSources(List<Health> healths) {
        var rows = new ArrayList<Source>();
        for (Health health : healths) {
            rows.add(new Source(rows.size() + 1, health));
        }
        if (!rows.equals(knownSources)) {
            knownSources = List.copyOf(rows);
            sources.set(rows);
        }
    }

    /// Shows the requests of the server in front of those that it has forgotten by now.
    private void showRequests(List<Request> told) {
        var before = known;
        boolean same =
                told.size() <= before.size()
                        && before.subList(0, told.size()).stream()
                                .map(Row::request)
                                .toList()
                                .equals(told);
        if (same) {
            return;
        }
        isNaming = true;
        naming =
                work.run(
                        () -> merged(told, before),
                        rows -> {
                            isNaming = false;
                            known = rows;
                            if (before.isEmpty()) {
                                requests.set(rows);
                            } else {
                                requests.offer(rows);
                            }
                        },
                        cause -> {
                            isNaming = false;
                            requests.tell(cause);
                        });
    }

    private List<Row> merged(List<Request> told, List<Row> before) throws IOException {
        var asked =
                before.stream()
                        .filter(row -> row.asked.path().isPresent())
                        .collect(Collectors.toMap(row -> row.request.number(), Row::asked));
        var rows = new ArrayList<Row>();
        for (Request request : told) {
            var found = asked.get(request.number());
            rows.add(
                    new Row(
                            request,
                            found == null ? Asked.of(request.target(), library.catalog()) : found));
        }
        long oldest = told.getLast().number();
        before.stream()
                .filter(row -> row.request.number() < oldest)
                .limit(KEPT - told.size())
                .forEach(rows::add);
        return List.copyOf(rows);
    }

    private static String status(Request request) {
        return request.status() == 0 ? "" : Integer.toString(request.status());
    }

    private static Subject subject(Row row) {
        return row.asked
                .path()
                .<Subject>map(Subject.OfPath::new)
                .or(() -> row.asked.block().map(Subject.OfBlock::new))
                .orElse(Subject.NOTHING);
    }

    private static Optional<Place> place(Row row) {
        return Place.of(subject(row));
    }
}

package cairn.ui.model;

import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.graph.Digraph;
import cairn.ipld.NamedLink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;

/// The blocks below one block. Use on the UI thread only.
public final class DagModel implements Screen {
    /// How many blocks are drawn; those farther from the root are counted.
    private static final int MOST = 60;

    /// Of how many links the blocks are read that they lead to.
    private static final int NAMED = 300;

    /// A link out of the block that is looked at.
    ///
    /// @param number its place among the links, from 0
    /// @param target what the block it leads to calls itself or is, else empty
    /// @param size of the block it leads to, or -1 if that is not here
    public record LinkRow(
            int number, String name, String target, Cid cid, String codec, long size) {}

    private static final Listing.Kind<LinkRow> KIND =
            new Listing.Kind<>(
                    "links",
                    LinkRow::number,
                    row -> row.cid.toString(),
                    row -> row.name + " " + row.target + " " + row.cid,
                    row -> new Subject.OfBlock(row.cid),
                    row -> Optional.of(new Place.Dag(row.cid)),
                    List.of(
                            Column.number("number", LinkRow::number),
                            Column.text("name", LinkRow::name),
                            Column.text("target", LinkRow::target),
                            Column.text("cid", row -> row.cid.toString()),
                            Column.text("codec", LinkRow::codec),
                            Column.number("size", LinkRow::size)));

    /// A block beside what it links to.
    public record Look(
            BlockView block, List<LinkRow> links, List<Naming> anatomy, Preview decoded) {
        public Look {
            links = List.copyOf(links);
            anatomy = List.copyOf(anatomy);
        }
    }

    private final Cid root;
    private final Library library;
    private final Side side;
    private final Answer<GraphView> graph;
    private final Answer<Look> look;
    private final Listing<LinkRow> links;
    private final ObservableValue<List<Crumb>> crumbs;

    public DagModel(Place.Dag place, Library library, Work work, Side side) {
        root = place.root();
        this.library = library;
        this.side = side;
        graph = new Answer<>(work);
        look = new Answer<>(work);
        links = new Listing<>(KIND, library, work, side);
        look.valueProperty()
                .subscribe(seen -> {
                    if (seen != null) {
                        links.set(seen.links);
                    }
                });
        crumbs =
                new ReadOnlyObjectWrapper<>(
                        List.of(
                                new Crumb(Words.text("place.dag")),
                                new Crumb(Figures.shortened(root.toString()))));
        graph.ask(this::draw);
        look(root);
    }

    public Answer<GraphView> graph() {
        return graph;
    }

    /// The block that is looked at; at first the root.
    public Answer<Look> look() {
        return look;
    }

    /// What the block that is looked at links to.
    public Listing<LinkRow> links() {
        return links;
    }

    public Cid root() {
        return root;
    }

    /// Looks at a block.
    public void look(Cid cid) {
        look.update(() -> read(cid));
        side.select(new Subject.OfBlock(cid));
    }

    public void open(Cid cid) {
        side.open(new Place.Dag(cid));
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return crumbs;
    }

    @Override
    public void refresh() {
        graph.again();
        look.again();
    }

    @Override
    public void close() {
        graph.cancel();
        look.cancel();
        links.cancel();
    }

    private Look read(Cid cid) throws IOException {
        BlockView block = library.block(cid);
        var links = new ArrayList<LinkRow>();
        for (NamedLink link : block.links()) {
            links.add(
                    new LinkRow(
                            links.size(),
                            link.name(),
                            links.size() < NAMED ? target(link.cid()) : "",
                            link.cid(),
                            Codec.of(link.cid().codec()).map(Codec::toString).orElse("?"),
                            library.size(link.cid())));
        }
        return new Look(block, links, Naming.anatomy(cid), block.preview());
    }

    private String target(Cid cid) throws IOException {
        if (!cid.is(Codec.DAG_CBOR) && !cid.is(Codec.DAG_PB)) {
            return "";
        }
        BlockView block = library.block(cid);
        if (block.bytes().isEmpty()) {
            return Words.text("dag.missing");
        }
        return switch (block.kind()) {
            case DIRECTORY -> Words.text("kind.directory");
            case FILE -> Words.text("kind.file");
            default -> block.label();
        };
    }

    /// Reads the DAG breadth first, and lays out the blocks that are nearest to the root.
    private GraphView draw() throws IOException, InterruptedException {
        var places = new LinkedHashMap<Cid, Integer>();
        var blocks = new ArrayList<BlockView>();
        var names = new ArrayList<String>();
        var from = IntStream.builder();
        var to = IntStream.builder();
        places.put(root, 0);
        names.add("");
        var queue = new ArrayList<>(List.of(root));
        var hidden = new HashSet<Cid>();
        for (int i = 0; i < queue.size(); i++) {
            BlockView block = library.block(queue.get(i));
            blocks.add(block);
            for (NamedLink link : block.links()) {
                Integer place = places.get(link.cid());
                if (place == null && places.size() < MOST) {
                    place = places.size();
                    places.put(link.cid(), place);
                    // Each path has a tree: whose it is tells more than that it is one.
                    boolean tree = block.kind() == NodeKind.PATH && link.name().equals("tree");
                    names.add(tree ? block.label() : link.name());
                    queue.add(link.cid());
                }
                if (place == null) {
                    hidden.add(link.cid());
                } else {
                    from.add(i);
                    to.add(place);
                }
            }
        }
        Digraph digraph = Digraph.of(blocks.size(), from.build().toArray(), to.build().toArray());
        long[] sizes =
                blocks.stream()
                        .mapToLong(block -> block.bytes().map(bytes -> bytes.length()).orElse(0))
                        .toArray();
        var nodes =
                IntStream.range(0, blocks.size())
                        .mapToObj(i -> node(blocks.get(i), names.get(i), sizes[i]))
                        .toList();
        return GraphView.of(digraph, nodes, hidden.size(), 0);
    }

    private static GraphView.Node node(BlockView block, String name, long size) {
        boolean named = !name.isEmpty() && !name.chars().allMatch(c -> c >= '0' && c <= '9');
        String text = block.cid().toString();
        return new GraphView.Node(
                block.cid(),
                block.kind(),
                block.bytes().isEmpty() ? TrustMark.DAMAGED : TrustMark.NONE,
                !block.label().isEmpty() ? block.label() : named ? name : Figures.shortened(text),
                block.bytes().isEmpty() ? Words.text("dag.missing") : block.codec(),
                size,
                size,
                Glyph.digest(text),
                1);
    }
}

package cairn.cli;

import cairn.cid.Cid;
import cairn.engine.Target;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.CarWriter;
import cairn.ipld.DagWalk;
import cairn.ipld.Visit;
import cairn.store.DagStore;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Writes a CAR archive of a path, or of the blocks below a CID.",
        footer = {
            "",
            "Of a path the roots are its tree, which any IPFS tool unpacks, and its PathNode.",
            "",
            "Examples:",
            "  cairn car hello -o hello.car",
            "  cairn car --closure hello -o hello.car   with all that it depends on",
            "  cairn car bafybei… > blocks.car",
            "  ipfs-car unpack hello.car --root bafybei…"
        })
final class CarCommand implements Command {
    @Parameters(paramLabel = "TARGET", description = "a path, its name or hash, or a CID")
    private String target = "";

    @Option(names = "--closure", description = "with all that the path depends on")
    private boolean closure;

    @Mixin private StoreOption store = new StoreOption();
    @Mixin private OutputOption output = new OutputOption();

    @Override
    public int run(Session session) throws Exception {
        try (var source = store.open(session)) {
            BlockSource blocks = source.blocks();
            Target resolved = source.resolve(target);
            if (resolved instanceof Target.OfBlock(var cid) && source.named(cid).isEmpty()) {
                var _ = source.block(cid);
                output.write(session, out -> write(out, List.of(cid), List.of(cid), blocks));
                return ExitCode.DONE;
            }
            var path = source.path(target);
            var _ = source.info(path);
            DagStore.Cids cids = source.cids(path).orElseThrow();
            output.write(
                    session,
                    out ->
                            write(
                                    out,
                                    List.of(cids.tree(), cids.path()),
                                    closure
                                            ? List.of(cids.tree(), cids.path())
                                            : List.of(cids.tree()),
                                    blocks));
        }
        return ExitCode.DONE;
    }

    /// Writes all below some blocks, and of the other roots only their own blocks.
    private static void write(
            OutputStream out, List<Cid> roots, List<Cid> whole, BlockSource blocks)
            throws IOException {
        var writer = CarWriter.start(out, roots);
        var walk = new DagWalk(blocks, whole);
        for (var visit = walk.next(); visit.isPresent(); visit = walk.next()) {
            switch (visit.get()) {
                case Visit.Found(var block, _) -> writer.put(block);
                case Visit.Malformed(var block, _) -> writer.put(block);
                case Visit.Missing(var cid) -> throw new MissingBlockException(cid);
            }
        }
        for (Cid root : roots) {
            if (!whole.contains(root)) {
                writer.put(
                        new Block(
                                root,
                                blocks.block(root)
                                        .orElseThrow(() -> new MissingBlockException(root))));
            }
        }
    }
}

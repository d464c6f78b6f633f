package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.CarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathNode;
import cairn.store.Pin;
import cairn.store.Progress;
import cairn.store.Statistics;
import cairn.store.StoredPath;
import cairn.trust.TrustedKeys;
import cairn.unixfs.FileBuilder;
import cairn.unixfs.Subtree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EngineTest {
    @TempDir private Path folder;

    @Test
    void theSampleThatShipsIsOneWholeClosure() throws IOException {
        try (var engine = Engine.open(folder.resolve("home"))) {
            assertEquals(22, engine.copySampleIn(Progress.NONE).newPaths());
            var found = new ArrayList<Check.Content>();
            engine.verify(
                    engine.graph().paths(),
                    TrustedKeys.NONE,
                    true,
                    Progress.NONE,
                    check -> found.add(check.content()));
            assertEquals(Collections.nCopies(22, Check.Content.INTACT), found);
            assertEquals(
                    List.of("welcome-1.0"),
                    engine.catalog().pins().stream()
                            .map(pin -> pin.name().substring(pin.name().indexOf('-') + 1))
                            .toList());
        }
    }

    @Test
    void knowsOfEveryPathWhatNixKnows() throws IOException {
        var closure = Nix.closure();
        try (var engine = imported("home")) {
            String json =
                    closure.nix()
                            .text(
                                    "nix",
                                    "path-info",
                                    "-r",
                                    "--json",
                                    "--closure-size",
                                    "--store",
                                    closure.nix().root().toString(),
                                    closure.top());
            int paths = 0;
            for (JsonNode expected : JsonMapper.shared().readTree(json)) {
                var path = StorePath.parse(expected.get("path").asString());
                var info = engine.catalog().path(path).orElseThrow().info();
                assertEquals(NixHash.parse(expected.get("narHash").asString()), info.narHash());
                assertEquals(expected.get("narSize").asLong(), info.narSize());
                assertEquals(
                        expected.get("closureSize").asLong(), engine.graph().closureSize(path));
                var references = new ArrayList<String>();
                expected.get("references").forEach(item -> references.add(item.asString()));
                assertEquals(
                        references.stream().sorted().toList(),
                        info.references().stream().map(StorePath::toString).toList());
                assertEquals(
                        expected.path("deriver").asString(""),
                        info.deriver().map(StorePath::toString).orElse(""));
                paths++;
            }
            assertEquals(49, paths);
        }
    }

    /// As four processes would, each with a store of its own on one home.
    @Test
    void whatFourBringAtOnceIsStoredOnce() throws Exception {
        var uri = Nix.closure().nix().uri();
        Callable<Copy.Summary> copy =
                () -> {
                    try (var engine = Engine.open(folder.resolve("shared"));
                            var from = engine.open(uri)) {
                        return engine.copyAllIn(from, true, Progress.NONE);
                    }
                };
        var done = Copy.Summary.NOTHING;
        try (var threads = Executors.newCachedThreadPool()) {
            for (var each : threads.invokeAll(Collections.nCopies(4, copy))) {
                done = done.plus(each.get());
            }
        }
        try (var engine = Engine.open(folder.resolve("shared"))) {
            var stored = engine.store().statistics();
            assertEquals(
                    List.of(106L, stored.blocks(), stored.blockBytes()),
                    List.of(done.newPaths(), done.newBlocks(), done.newBytes()));
            var gone = engine.store().collect(engine.roots(), Progress.NONE);
            assertEquals(0, gone.bytes());
        }
    }

    @Test
    void namesPathsTheSameWhereverTheyComeFrom() throws IOException {
        var closure = Nix.closure();
        var top = List.of(StorePath.parse(closure.top()));
        Path cache = folder.resolve("cache");
        Path car = folder.resolve("closure.car");
        Path export = folder.resolve("closure.export");
        Map<StorePath, Cid> expected;
        try (var first = imported("first");
                var toCache = first.target("file://" + cache);
                var toCar = first.target("car:" + car)) {
            expected = cids(first, closure.paths());
            assertEquals(49, first.copyOut(toCache, top, Progress.NONE).newPaths());
            assertEquals(49, first.copyOut(toCar, top, Progress.NONE).newPaths());
        }
        var order = new ArrayList<String>(List.of("nix-store", "--export"));
        order.addAll(closure.paths().reversed());
        Files.write(export, closure.nix().output(order.toArray(String[]::new)));
        try (var second = Engine.open(folder.resolve("second"));
                var from = second.open("file://" + cache)) {
            second.copyIn(from, top, true, Progress.NONE);
            assertEquals(expected, cids(second, closure.paths()));
        }
        try (var third = Engine.open(folder.resolve("third"))) {
            third.importFile(car, true, Progress.NONE);
            assertEquals(expected, cids(third, closure.paths()));
        }
        try (var fourth = Engine.open(folder.resolve("fourth"))) {
            fourth.importFile(export, true, Progress.NONE);
            assertEquals(expected, cids(fourth, closure.paths()));
        }
    }

    @Test
    void nixTakesTheCacheThatIsWritten() throws IOException {
        var closure = Nix.closure();
        Path cache = folder.resolve("cache");
        try (var engine = imported("home");
                var to = engine.target("file://" + cache)) {
            engine.copyOut(to, List.of(StorePath.parse(closure.top())), Progress.NONE);
        }
        var other = Nix.in(folder.resolve("other"));
        other.text(
                "nix",
                "copy",
                "--no-check-sigs",
                "--from",
                "file://" + cache,
                "--to",
                other.root().toString(),
                closure.top());
        assertEquals(
                closure.paths().stream().sorted().toList(),
                other
                        .lines(
                                "nix",
                                "path-info",
                                "-r",
                                "--store",
                                other.root().toString(),
                                closure.top())
                        .stream()
                        .sorted()
                        .toList());
    }

    @Test
    void cutsAForeignTreeAnewSoThatItsNameIsTheSame() throws IOException {
        Path file = Files.writeString(folder.resolve("words"), "what is here\n".repeat(20_000));
        try (var engine = Engine.open(folder.resolve("home"));
                var other = Engine.open(folder.resolve("other"))) {
            StoredPath ours = engine.add("words", file, true, Progress.NONE);
            Path car = folder.resolve("foreign.car");
            foreign(Bytes.wrap(Files.readAllBytes(file)), ours, car);
            List<Cid> came = other.importFile(car, true, Progress.NONE).cids();
            assertEquals(List.of(ours.cid()), came);
            assertEquals(
                    ours.tree(), other.catalog().path(ours.info().path()).orElseThrow().tree());
        }
    }

    @Test
    void addingShowsHowMuchIsReadAndCanBeCancelledBeforeThePathHasAName() throws IOException {
        Path file = folder.resolve("zeros");
        Files.write(file, new byte[3_000_000]);
        var steps = new ArrayList<Long>();
        var one =
                new Progress() {
                    @Override
                    public void step(String what, long done, long total) {
                        steps.add(done);
                    }

                    @Override
                    public boolean isCancelled() {
                        return !steps.isEmpty();
                    }
                };
        try (var engine = Engine.open(folder.resolve("home"))) {
            assertThrows(CancellationException.class, () -> engine.add("zeros", file, true, one));
            assertEquals(1, steps.size());
            assertTrue(steps.getFirst() > 0 && steps.getFirst() < 3_000_000);
            assertEquals(List.of(), engine.catalog().paths());
        }
    }

    /// An archive that cuts every file into small leaves, and so has other names for most trees and
    /// paths.
    @Test
    void namesPathsTheSameWhetherAForeignArchiveOfThemComesBeforeTheDiskOrAfter()
            throws IOException {
        var closure = Nix.closure();
        Path car = folder.resolve("foreign.car");
        Map<StorePath, Cid> expected;
        try (var first = imported("first")) {
            expected = cids(first, closure.paths());
            Map<StorePath, Cid> foreign = foreign(first, closure.paths(), car);
            var top = StorePath.parse(closure.top());
            assertNotEquals(expected.get(top), foreign.get(top));
        }
        try (var second = Engine.open(folder.resolve("second"));
                var disk = second.open(closure.nix().uri())) {
            second.importFile(car, true, Progress.NONE);
            assertEquals(expected, cids(second, closure.paths()));
            second.copyAllIn(disk, true, Progress.NONE);
            assertEquals(expected, cids(second, closure.paths()));
        }
        try (var third = imported("third")) {
            var summary = third.importFile(car, true, Progress.NONE).summary();
            assertEquals(List.of(0L, 0L), List.of(summary.newPaths(), summary.newBlocks()));
            assertEquals(expected, cids(third, closure.paths()));
        }
    }

    @Test
    void whatAnArchiveNamesTwiceComesOnce() throws IOException {
        var block = Block.of(Codec.RAW, Bytes.utf8("hello"));
        Path car = folder.resolve("twice.car");
        write(car, List.of(block.cid(), block.cid()), List.of(block, block));
        try (var engine = Engine.open(folder.resolve("home"))) {
            var imported = engine.importFile(car, true, Progress.NONE);
            assertEquals(List.of(block.cid()), imported.cids());
            assertEquals(5, imported.summary().bytes());
        }
    }

    @Test
    void addsAFolderAsNixDoes() throws IOException {
        var nix = Nix.in(folder.resolve("nix"));
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Files.writeString(tree.resolve("a"), "one");
        Files.createSymbolicLink(tree.resolve("b"), Path.of("a"));
        String expected =
                nix.text("nix-store", "--store", nix.root().toString(), "--add", tree.toString())
                        .strip();
        try (var engine = Engine.open(folder.resolve("home"))) {
            assertEquals(
                    expected,
                    engine.add("tree", tree, true, Progress.NONE).info().path().toString());
        }
    }

    @Test
    void verifiesDeeplyAndByKeys() throws IOException {
        var closure = Nix.closure();
        try (var engine = imported("home")) {
            var checks = new ArrayList<Check>();
            engine.verify(
                    engine.graph().paths(),
                    TrustedKeys.parse(List.of(closure.publicKey())),
                    true,
                    Progress.NONE,
                    checks::add);
            assertEquals(
                    List.of(),
                    checks.stream()
                            .filter(check -> check.content() != Check.Content.INTACT)
                            .toList());
            assertTrue(
                    checks.stream()
                            .anyMatch(check ->
                                    check.trust() == Check.Trust.TRUSTED
                                            && !check.keys().isEmpty()));
            assertTrue(checks.stream().anyMatch(check -> check.trust() == Check.Trust.UNSIGNED));
        }
    }

    @Test
    void answersAsBeforeOnceTheIndexIsRebuiltFromThePacks() throws IOException {
        Nix.closure();
        List<StoredPath> paths;
        List<Pin> pins;
        Statistics statistics;
        try (var engine = imported("home")) {
            paths = engine.catalog().paths();
            pins = engine.catalog().pins();
            statistics = engine.store().statistics();
        }
        Files.delete(folder.resolve("home/index.db"));
        var repair = Engine.repair(folder.resolve("home"), Progress.NONE);
        assertEquals(List.of(), repair.damaged());
        try (var engine = Engine.open(folder.resolve("home"))) {
            assertEquals(paths, engine.catalog().paths());
            assertEquals(pins, engine.catalog().pins());
            assertEquals(statistics, engine.store().statistics());
        }
    }

    @Test
    void aCancelledCopyLeavesTheStoreAsItWas() throws IOException {
        var closure = Nix.closure();
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open(closure.nix().uri())) {
            var stop =
                    new Progress() {
                        @Override
                        public void step(String what, long done, long total) {}

                        @Override
                        public boolean isCancelled() {
                            return true;
                        }
                    };
            assertThrows(CancellationException.class, () -> engine.copyAllIn(from, true, stop));
            assertEquals(List.of(), engine.graph().paths());
            assertEquals(106, engine.copyAllIn(from, true, Progress.NONE).newPaths());
        }
    }

    /// What is whole may stay in a cache, where each path counts for itself.
    @Test
    void aCancelledCopyOutLeavesNothingThatLooksWhole() throws IOException {
        var closure = Nix.closure();
        var top = List.of(StorePath.parse(closure.path("hello-2.12.1")));
        Path out = Files.createDirectory(folder.resolve("out"));
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open(closure.nix().uri())) {
            long paths = engine.copyIn(from, top, true, Progress.NONE).paths();
            for (String uri : List.of("car:" + out.resolve("x.car"), "folder:" + out)) {
                try (var to = engine.target(uri)) {
                    assertThrows(
                            CancellationException.class,
                            () -> engine.copyOut(to, top, new StopAt(100)));
                }
                assertEquals(List.of(), names(out));
            }
            try (var to = engine.target("file://" + out)) {
                assertThrows(
                        CancellationException.class,
                        () -> engine.copyOut(to, top, new StopAt(100)));
            }
            assertEquals(List.of(), names(out).stream().filter(n -> n.startsWith(".")).toList());
            try (var to = engine.target("file://" + out)) {
                assertTrue(to.paths().findAny().isPresent());
                assertTrue(engine.copyOut(to, top, Progress.NONE).newPaths() < paths);
            }
        }
    }

    @Test
    void anArchiveWithoutItsRootsIsRefused() throws IOException {
        var held = Block.of(Codec.RAW, Bytes.utf8("held"));
        Cid lost = Cid.of(Codec.RAW, Bytes.utf8("lost"));
        try (var engine = Engine.open(folder.resolve("home"))) {
            Path car = folder.resolve("x.car");
            write(car, List.of(lost), List.of(held));
            var e =
                    assertThrows(
                            FormatException.class,
                            () -> engine.importFile(car, true, Progress.NONE));
            assertEquals(
                    "the archive names roots that are not in it: [%s]".formatted(lost),
                    e.problem());
            write(car, List.of(), List.of(held));
            e =
                    assertThrows(
                            FormatException.class,
                            () -> engine.importFile(car, true, Progress.NONE));
            assertEquals(
                    "the archive names no root, so nothing would keep what is in it", e.problem());
            assertEquals(List.of(), engine.catalog().pins());

            write(car, List.of(lost, held.cid()), List.of(held));
            assertEquals(List.of(held.cid()), engine.importFile(car, true, Progress.NONE).cids());
            assertEquals(
                    List.of(held.cid()), engine.catalog().pins().stream().map(Pin::cid).toList());
        }
    }

    @Test
    void aPathThatTheSourceLacksIsNamed() throws IOException {
        var closure = Nix.closure();
        var unknown = StorePath.of(Bytes.wrap(new byte[20]), "unknown");
        try (var engine = Engine.open(folder.resolve("home"));
                var from = engine.open(closure.nix().uri())) {
            var e =
                    assertThrows(
                            NoSuchFileException.class,
                            () -> engine.copyIn(from, List.of(unknown), true, Progress.NONE));
            assertEquals(unknown.toString(), e.getFile());
        }
    }

    @Test
    void findsOutWhatATextStandsFor() throws IOException {
        var closure = Nix.closure();
        try (var engine = imported("home")) {
            var hello = StorePath.parse(closure.path("hello-2.12.1"));
            Cid cid = engine.catalog().path(hello).orElseThrow().cid();
            for (String text :
                    List.of(
                            hello.toString(),
                            hello.base(),
                            hello.hash(),
                            hello.hash() + ".narinfo",
                            "hello-2",
                            "hello-2.12.1",
                            engine.catalog().path(hello).orElseThrow().info().narHash().toSri())) {
                assertEquals(new Target.OfPath(hello), engine.resolve(text), text);
            }
            assertEquals(new Target.OfBlock(cid), engine.resolve(" " + cid + "\n"));
            assertEquals(new Target.Unknown("no-such-thing"), engine.resolve("no-such-thing"));
            assertEquals(new Target.Unknown(""), engine.resolve(""));
        }
    }

    /// Cancels at a step.
    private static final class StopAt implements Progress {
        private int left;

        StopAt(int left) {
            this.left = left;
        }

        @Override
        public void step(String what, long done, long total) {
            left--;
        }

        @Override
        public boolean isCancelled() {
            return left <= 0;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private Engine imported(String home) throws IOException {
        var engine = Engine.open(folder.resolve(home));
        try (var from = engine.open(Nix.closure().nix().uri())) {
            Copy.Summary _ = engine.copyAllIn(from, true, Progress.NONE);
        }
        return engine;
    }

    private static Map<StorePath, Cid> cids(Engine engine, List<String> paths) throws IOException {
        var cids = new TreeMap<StorePath, Cid>();
        for (String text : paths) {
            var path = StorePath.parse(text);
            cids.put(path, engine.catalog().path(path).orElseThrow().cid());
        }
        return cids;
    }

    /// Writes a CAR of paths, references first, whose files are cut into leaves of 1,000 bytes.
    ///
    /// @return the PathNodes that it calls them by
    private static Map<StorePath, Cid> foreign(Engine engine, List<String> paths, Path car)
            throws IOException {
        var blocks = new ArrayList<Block>();
        var nodes = new TreeMap<StorePath, Cid>();
        for (String text : paths) {
            var stored = engine.catalog().path(StorePath.parse(text)).orElseThrow();
            var info = stored.info();
            var tree = new SmallLeaves(blocks::add);
            engine.local().nar(info.path()).writeTo(tree);
            var references = new ArrayList<Cid>();
            for (StorePath reference : info.references()) {
                if (!reference.equals(info.path())) {
                    references.add(nodes.get(reference));
                }
            }
            var node =
                    new PathNode(
                                    info.path(),
                                    info.narHash(),
                                    info.narSize(),
                                    tree.root().cid(),
                                    references,
                                    info.refersToItself())
                            .toBlock();
            blocks.add(node);
            nodes.put(info.path(), node.cid());
        }
        write(car, List.of(blocks.getLast().cid()), blocks);
        return nodes;
    }

    /// Writes a CAR of a file in leaves of 1,000 bytes, as another tool might cut it.
    private static void foreign(Bytes content, StoredPath path, Path car) throws IOException {
        var blocks = new ArrayList<Block>();
        var file = new FileBuilder(blocks::add);
        for (int from = 0; from < content.length(); from += 1000) {
            var leaf =
                    Block.of(
                            Codec.RAW,
                            content.slice(from, Math.min(from + 1000, content.length())));
            blocks.add(leaf);
            file.add(Subtree.leaf(leaf.cid(), leaf.bytes().length()));
        }
        Cid tree = file.finish(false).cid();
        var info = path.info();
        var node =
                new PathNode(info.path(), info.narHash(), info.narSize(), tree, List.of(), false)
                        .toBlock();
        blocks.add(node);
        write(car, List.of(tree, node.cid()), blocks);
    }

    private static void write(Path car, List<Cid> roots, List<Block> blocks) throws IOException {
        try (var out = Files.newOutputStream(car)) {
            var writer = CarWriter.start(out, roots);
            for (Block block : blocks) {
                writer.put(block);
            }
        }
    }
}

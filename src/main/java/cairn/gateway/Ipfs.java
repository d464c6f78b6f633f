package cairn.gateway;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.engine.Space;
import cairn.ipld.Block;
import cairn.ipld.BlockSource;
import cairn.ipld.CarWriter;
import cairn.ipld.Codecs;
import cairn.ipld.DagWalk;
import cairn.ipld.NamedLink;
import cairn.store.Store;
import cairn.unixfs.MissingBlockException;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import io.helidon.http.HeaderNames;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Serves blocks: `/ipfs/<cid>[/<path…>]`, one as it is or a DAG as a CAR. The client checks them.
///
/// A CAR begins with the blocks that lead from the CID to the end of the path; its root is that
/// end. If a block lacks on the way, the answer is cut off.
///
/// @see <a href="https://specs.ipfs.tech/http-gateways/trustless-gateway/">Trustless gateway</a>
final class Ipfs {
    private static final String RAW = "application/vnd.ipld.raw";
    private static final String CAR = "application/vnd.ipld.car";
    private static final Pattern NAME = Pattern.compile("/ipfs/([^/]+)(?:/(.*?)/?)?");
    private static final int BUFFER = 1 << 16;

    private final Store store;
    private final Space space;

    Ipfs(Store store, Space space) {
        this.store = store;
        this.space = space;
    }

    void serve(Exchange exchange) throws IOException {
        exchange.with(Files.SANDBOX).with(Files.NO_GUESSING);
        var match = NAME.matcher(exchange.path());
        String inner = match.matches() ? match.group(2) : null;
        var names =
                inner == null || inner.isEmpty()
                        ? Optional.of(List.<Bytes>of())
                        : UrlPath.names(inner);
        if (!match.matches() || names.isEmpty()) {
            exchange.say(400, "ask for /ipfs/<cid>/<a file below it>");
            return;
        }
        Cid root;
        try {
            root = Cid.parse(match.group(1));
        } catch (FormatException e) {
            exchange.say(400, "no CID: " + e.problem());
            return;
        }
        try (var _ = space.use(root)) {
            serve(exchange, root, names.get(), wanted(exchange));
        }
    }

    private void serve(Exchange exchange, Cid root, List<Bytes> names, String type)
            throws IOException {
        boolean raw = type.startsWith(RAW);
        var request = raw ? Optional.<CarRequest>empty() : CarRequest.of(exchange, type);
        if (!raw && (!type.startsWith(CAR) || request.isEmpty())) {
            exchange.say(
                    406, "there are blocks and DAGs: ?format=raw, or ?format=car of version 1");
            return;
        }
        Optional<Cid> end;
        try {
            end = end(store, root, names);
        } catch (MissingBlockException e) {
            exchange.say(404, "block %s is not here".formatted(e.cid()));
            return;
        }
        if (end.isEmpty() || !store.has(end.get())) {
            exchange.say(404, "this block is not here");
            return;
        }
        String extension = raw ? ".bin" : ".car";
        exchange.with(
                HeaderNames.create("Content-Disposition"),
                "attachment; filename=\"" + end.get() + extension + '"');
        if (raw) {
            Bytes block = store.block(end.get()).orElseThrow(() -> new MissingBlockException(root));
            exchange.serve(
                    new Entity(
                            RAW,
                            end.get() + ".raw",
                            block.length(),
                            true,
                            false,
                            (out, part) ->
                                    block.slice((int) part.from(), (int) part.to()).writeTo(out)));
        } else {
            car(exchange, root, names, end.get(), request.orElseThrow());
        }
    }

    private void car(Exchange exchange, Cid root, List<Bytes> names, Cid end, CarRequest request)
            throws IOException {
        String tag = '"' + end.toString() + request.tag() + '"';
        exchange.with(HeaderNames.ETAG, tag);
        if (exchange.isKnown(tag)) {
            exchange.done(304);
            return;
        }
        exchange.with(HeaderNames.CONTENT_TYPE, request.type())
                .with(HeaderNames.CACHE_CONTROL, "public, max-age=31536000, immutable")
                .with(HeaderNames.ACCEPT_RANGES, "none");
        if (exchange.isHead()) {
            // How long it would be, only all of its blocks could tell.
            exchange.head();
            return;
        }
        exchange.stream(out -> {
            var buffered = new BufferedOutputStream(out, BUFFER);
            write(buffered, root, names, end, request);
            buffered.flush();
        });
    }

    private void write(OutputStream out, Cid root, List<Bytes> names, Cid end, CarRequest request)
            throws IOException {
        var written = new Written(CarWriter.start(out, List.of(end)), request.dups());
        Optional<Cid> _ = end(written, root, names);
        switch (request.scope()) {
            case BLOCK -> written.need(end);
            case ENTITY -> entity(written, end, request.bytes());
            case ALL -> all(written, end, request.dups());
        }
    }

    /// A file or what is asked of it; a folder, but not what is in it; else the block.
    private static void entity(Written blocks, Cid end, Optional<CarRequest.FileBytes> bytes)
            throws IOException {
        if (!end.is(Codec.DAG_PB)) {
            blocks.need(end);
            return;
        }
        var reader = new UnixFsReader(blocks);
        switch (reader.node(end)) {
            case UnixFsNode.RegularFile file -> {
                var part =
                        bytes.isPresent()
                                ? bytes.get().of(file.size())
                                : ByteRange.whole(file.size());
                long _ =
                        reader.contents(file, part.from(), part.to())
                                .transferTo(OutputStream.nullOutputStream());
            }
            case UnixFsNode.Directory directory -> {
                var _ = reader.entries(directory);
            }
            case UnixFsNode.Symlink _ -> {}
        }
    }

    private static void all(Written blocks, Cid end, boolean dups) throws IOException {
        if (!dups) {
            var walk = new DagWalk(blocks::need, List.of(end));
            while (walk.next().isPresent()) {
                // Each block is written as it is read.
            }
            return;
        }
        var open = new ArrayDeque<Cid>(List.of(end));
        while (!open.isEmpty()) {
            Cid cid = open.pop();
            var block = new Block(cid, blocks.need(cid).orElseThrow());
            for (NamedLink link : Codecs.links(block).reversed()) {
                open.push(link.cid());
            }
        }
    }

    /// Follows names from folder to folder; empty if there is no such name.
    private static Optional<Cid> end(BlockSource blocks, Cid root, List<Bytes> names)
            throws IOException {
        var reader = new UnixFsReader(blocks);
        Cid at = root;
        for (Bytes name : names) {
            if (!at.is(Codec.DAG_PB)
                    || !(reader.node(at) instanceof UnixFsNode.Directory directory)) {
                return Optional.empty();
            }
            var entry = reader.entry(directory, name);
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            at = entry.get().cid();
        }
        return Optional.of(at);
    }

    private static String wanted(Exchange exchange) {
        return switch (exchange.query("format")) {
            case "raw" -> RAW;
            case "car" -> CAR;
            case "" ->
                    Arrays.stream(exchange.header(HeaderNames.ACCEPT).split(",", -1))
                            .map(String::strip)
                            .filter(type -> type.startsWith(RAW) || type.startsWith(CAR))
                            .findFirst()
                            .orElse("");
            default -> "";
        };
    }

    /// Writes each block into an archive as it is read.
    private final class Written implements BlockSource {
        private final CarWriter car;
        private final boolean dups;
        private final Set<Cid> seen = new HashSet<>();

        Written(CarWriter car, boolean dups) {
            this.car = car;
            this.dups = dups;
        }

        @Override
        public Optional<Bytes> block(Cid cid) throws IOException {
            var bytes = store.block(cid);
            boolean inline = cid.hash().code() == HashFunction.IDENTITY_CODE;
            if (bytes.isPresent() && !inline && (seen.add(cid.toV1()) || dups)) {
                car.put(new Block(cid, bytes.get()));
            }
            return bytes;
        }

        Optional<Bytes> need(Cid cid) throws IOException {
            var bytes = block(cid);
            if (bytes.isEmpty()) {
                throw new MissingBlockException(cid);
            }
            return bytes;
        }
    }
}

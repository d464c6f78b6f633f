package cairn.store;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a commit says beside blocks, as journal frames keep it so that the index can be rebuilt.
///
/// ```
/// record   = kind:1 length:varint body         ; kinds 1 to 8 in the order below
/// text     = length:varint utf-8
/// bytes    = length:varint bytes
/// time     = ms since the epoch:varint
/// path     = text(path) bytes(cid) bytes(tree) bytes(narHash) narSize:varint text(deriver) text(ca)
///            time count:varint { text(reference) } count:varint { text(signature) }
/// removed  = text(path)
/// claims   = text(path) text(deriver) text(ca) count:varint { text(signature) }
/// pin      = text(name) bytes(cid) time
/// unpin    = text(name)
/// realised = text(id) bytes(json) vouched:1
/// log      = text(derivation) bytes(cid)
/// event    = text(topic) time bytes(data)
/// ```
///
/// A reference is the last part of a path, without the folder; a claim that is not made is empty.
final class Journal {
    private static final String FORMAT = "journal";
    private static final int MAX_RECORD = 64 << 20;

    private Journal() {}

    /// One thing that a commit says.
    sealed interface Statement {
        record Registered(StoredPath path) implements Statement {}

        record Removed(StorePath path) implements Statement {}

        /// Claims about a path that was already here: what is empty stays as it was.
        record Claimed(
                StorePath path,
                Optional<StorePath> deriver,
                Optional<String> ca,
                List<String> signatures,
                Instant at)
                implements Statement {}

        record Pinned(Pin pin) implements Statement {}

        record Unpinned(String name) implements Statement {}

        record Realised(String id, Bytes json, boolean vouched) implements Statement {}

        record Logged(StorePath derivation, Cid cid) implements Statement {}

        record Happened(String topic, Instant at, Bytes data) implements Statement {}
    }

    /// @throws IOException if this is more than would be read back
    static void write(ByteWriter out, Statement statement) throws IOException {
        var body = new ByteWriter();
        int kind =
                switch (statement) {
                    case Statement.Registered(var path) -> {
                        registered(body, path);
                        yield 1;
                    }
                    case Statement.Removed(var path) -> {
                        text(body, path.toString());
                        yield 2;
                    }
                    case Statement.Claimed(
                                    var path,
                                    var deriver,
                                    var ca,
                                    var signatures,
                                    var at) -> {
                        text(body, path.toString());
                        text(body, deriver.map(StorePath::toString).orElse(""));
                        text(body, ca.orElse(""));
                        texts(body, signatures);
                        body.varint(at.toEpochMilli());
                        yield 3;
                    }
                    case Statement.Pinned(Pin(var name, var cid, var since)) -> {
                        text(body, name);
                        bytes(body, cid.encode());
                        body.varint(since.toEpochMilli());
                        yield 4;
                    }
                    case Statement.Unpinned(var name) -> {
                        text(body, name);
                        yield 5;
                    }
                    case Statement.Realised(var id, var json, var vouched) -> {
                        text(body, id);
                        bytes(body, json);
                        body.u8(vouched ? 1 : 0);
                        yield 6;
                    }
                    case Statement.Logged(var derivation, var cid) -> {
                        text(body, derivation.toString());
                        bytes(body, cid.encode());
                        yield 7;
                    }
                    case Statement.Happened(var topic, var at, var data) -> {
                        text(body, topic);
                        body.varint(at.toEpochMilli());
                        bytes(body, data);
                        yield 8;
                    }
                };
        if (body.length() > MAX_RECORD) {
            throw new IOException(
                    "what one statement says has %d bytes; at most %d are kept"
                            .formatted(body.length(), MAX_RECORD));
        }
        out.u8(kind).varint(body.length()).bytes(body.toBytes());
    }

    /// Reads all records of one commit.
    static List<Statement> read(Bytes journal) throws FormatException {
        var in = new ByteReader(FORMAT, journal);
        var records = new ArrayList<Statement>();
        while (!in.atEnd()) {
            int kind = in.u8();
            long length = in.varint();
            if (length > MAX_RECORD) {
                throw in.malformed("a record is too long");
            }
            var body = new ByteReader(FORMAT, in.bytes(length));
            records.add(
                    switch (kind) {
                        case 1 -> new Statement.Registered(registered(body));
                        case 2 -> new Statement.Removed(StorePath.parse(text(body)));
                        case 3 ->
                                new Statement.Claimed(
                                        StorePath.parse(text(body)),
                                        path(text(body)),
                                        Optional.of(text(body)).filter(ca -> !ca.isEmpty()),
                                        texts(body),
                                        // the first ones had no time
                                        body.atEnd() ? Instant.EPOCH : time(body));
                        case 4 -> new Statement.Pinned(new Pin(text(body), cid(body), time(body)));
                        case 5 -> new Statement.Unpinned(text(body));
                        case 6 -> new Statement.Realised(text(body), bytes(body), body.u8() != 0);
                        case 7 -> new Statement.Logged(StorePath.parse(text(body)), cid(body));
                        case 8 -> new Statement.Happened(text(body), time(body), bytes(body));
                        default -> throw in.malformed("unknown kind of record " + kind);
                    });
            body.expectEnd();
        }
        return records;
    }

    private static void registered(ByteWriter out, StoredPath path) {
        var info = path.info();
        text(out, info.path().toString());
        bytes(out, path.cid().encode());
        bytes(out, path.tree().encode());
        bytes(out, info.narHash().digest());
        out.varint(info.narSize());
        text(out, info.deriver().map(StorePath::toString).orElse(""));
        text(out, info.ca().orElse(""));
        out.varint(path.registeredAt().toEpochMilli());
        texts(out, info.references().stream().map(StorePath::base).toList());
        texts(out, info.signatures());
    }

    private static StoredPath registered(ByteReader in) throws FormatException {
        var path = StorePath.parse(text(in));
        Cid cid = cid(in);
        Cid tree = cid(in);
        Bytes digest = bytes(in);
        if (digest.length() != NixHash.Algorithm.SHA256.length()) {
            throw in.malformed("a NAR's hash has 32 bytes");
        }
        long size = in.varint();
        var deriver = path(text(in));
        var ca = Optional.of(text(in)).filter(claim -> !claim.isEmpty());
        Instant at = time(in);
        var references = new ArrayList<StorePath>();
        for (String base : texts(in)) {
            references.add(StorePath.parse(path.folder(), base));
        }
        var info =
                new PathInfo(
                        path, NixHash.sha256(digest), size, references, deriver, texts(in), ca);
        return new StoredPath(info, cid, tree, at);
    }

    private static void text(ByteWriter out, String text) {
        bytes(out, Bytes.utf8(text));
    }

    private static String text(ByteReader in) throws FormatException {
        return bytes(in).toUtf8();
    }

    private static void bytes(ByteWriter out, Bytes bytes) {
        out.varint(bytes.length()).bytes(bytes);
    }

    private static Bytes bytes(ByteReader in) throws FormatException {
        return in.bytes(in.varint());
    }

    private static void texts(ByteWriter out, List<String> texts) {
        out.varint(texts.size());
        texts.forEach(text -> text(out, text));
    }

    private static List<String> texts(ByteReader in) throws FormatException {
        long count = in.varint();
        var texts = new ArrayList<String>();
        for (long i = 0; i < count; i++) {
            texts.add(text(in));
        }
        return texts;
    }

    private static Cid cid(ByteReader in) throws FormatException {
        return Cid.decode(bytes(in));
    }

    private static Instant time(ByteReader in) throws FormatException {
        return Instant.ofEpochMilli(in.varint());
    }

    private static Optional<StorePath> path(String text) throws FormatException {
        return text.isEmpty() ? Optional.empty() : Optional.of(StorePath.parse(text));
    }
}

package cairn.store;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.store.FrameHeader.Encoding;
import cairn.store.Journal.Statement;
import cairn.store.PackScan.Found;
import cairn.store.Repaired.Damage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Rebuilds the index of a home from nothing but its packs, while nobody else uses the home.
///
/// Every frame of blocks that is sound is indexed; then the journals are replayed in the order of
/// their commits. So everything answers as before, down to the cursors of changes, but for blocks
/// that a collection had forgotten and not yet deleted: they are known again.
///
/// The new index stands beside the old one until it is whole, because to a collection the packs
/// that a half of one lacks are files that nobody names.
final class Repair {
    private static final int BATCH = 200_000;
    private static final String LOST =
            """
            SELECT folder || '/' || hash || '-' || name FROM old.path o
            WHERE NOT EXISTS (SELECT 1 FROM main.path p WHERE p.hash = o.hash)
            UNION ALL SELECT 'the pin ' || name FROM old.pin o
            WHERE NOT EXISTS (SELECT 1 FROM main.pin p WHERE p.name = o.name)
            ORDER BY 1\
            """;

    private final Home home;

    /// The index while it is not whole.
    private final Path draft;

    private final Progress progress;
    private final FrameCodec codec = new FrameCodec();
    private final List<Damage> damages = new ArrayList<>();
    private final TreeMap<Long, List<Part>> commits = new TreeMap<>();
    private final Map<Bytes, Long> identities = new HashMap<>();
    private final List<Delta> deltas = new ArrayList<>();
    private final List<Entry> batch = new ArrayList<>();

    Repair(Home home, Progress progress) {
        this.home = home;
        draft = Path.of(home.index() + ".repairing");
        this.progress = progress;
    }

    /// A part of the journal of a commit.
    private record Part(Path pack, Found.Whole frame) {}

    /// A frame that waits for the one it builds on.
    private record Delta(Path pack, long row, Found.Whole frame, List<Entry> entries) {}

    private record Entry(Bytes key, long frame, int offset, int length) {}

    Repaired run() throws IOException {
        if (!Files.isDirectory(home.packs())) {
            throw new IOException(home.folder() + ": there are no packs to rebuild an index from");
        }
        home.create();
        try (var _ = Leases.exclusive(home);
                codec) {
            try {
                delete(draft);
                var aside = home.exists() ? Optional.of(aside()) : Optional.<Path>empty();
                var repaired = rebuild(aside);
                move(home.index(), aside());
                Files.move(draft, home.index(), StandardCopyOption.ATOMIC_MOVE);
                return repaired;
            } finally {
                delete(draft);
            }
        }
    }

    private Repaired rebuild(Optional<Path> aside) throws IOException {
        try (var index = Index.open(draft, Synchronous.NORMAL, false)) {
            var packs = packs();
            for (int i = 0; i < packs.size(); i++) {
                progress.check();
                progress.step("packs", i, packs.size());
                scan(index, packs.get(i));
            }
            resolve(index);
            int done = 0;
            for (var commit : commits.entrySet()) {
                progress.step("commits", done++, commits.size());
                replay(index, commit.getKey(), commit.getValue());
            }
            tellGaps();
            if (aside.isPresent()) {
                tellLost(index, aside.get());
            }
            return new Repaired(count(index, "path"), count(index, "block"), aside, damages);
        }
    }

    /// The files of a database, itself first: a log alone tells nothing, but a database without its
    /// log is an older one.
    private static List<Path> files(Path database) {
        return Stream.of("", "-wal", "-shm").map(suffix -> Path.of(database + suffix)).toList();
    }

    private static void delete(Path database) throws IOException {
        for (Path file : files(database)) {
            Files.deleteIfExists(file);
        }
    }

    private static void move(Path database, Path target) throws IOException {
        var from = files(database);
        for (int i = 0; i < from.size(); i++) {
            if (Files.exists(from.get(i))) {
                Files.move(from.get(i), files(target).get(i));
            }
        }
    }

    /// Where the old index goes.
    private Path aside() {
        for (int number = 1; ; number++) {
            Path aside = Path.of(home.index() + ".before-repair-" + number);
            if (files(aside).stream().noneMatch(Files::exists)) {
                return aside;
            }
        }
    }

    private List<Path> packs() throws IOException {
        try (var files = Files.list(home.packs())) {
            return files.filter(file -> file.toString().endsWith(Packs.fileName("")))
                    .sorted()
                    .toList();
        }
    }

    private void scan(Index index, Path pack) throws IOException {
        try (var scan = PackScan.open(pack)) {
            int _ =
                    index.write(database -> {
                        scan(database, pack, scan);
                        return 0;
                    });
        } catch (FormatException e) {
            damage(pack, e);
        }
    }

    private void damage(Path place, Exception problem) {
        damages.add(new Damage(place, String.valueOf(problem.getMessage())));
    }

    /// Takes what frames there are, even if the head of the pack is damaged.
    ///
    /// @throws FormatException if there are none and this need not be a pack
    private void scan(Database database, Path pack, PackScan scan)
            throws IOException, SQLException {
        var problems = new ArrayList<FormatException>();
        try {
            scan.checkHead();
        } catch (FormatException e) {
            problems.add(e);
        }
        boolean isPack = problems.isEmpty();
        String file = pack.getFileName().toString();
        long row =
                database.number(
                        "INSERT INTO pack (name, length) VALUES (?, ?) RETURNING id",
                        file.substring(0, file.length() - Packs.fileName("").length()),
                        PackAppender.HEAD);
        long length = PackAppender.HEAD;
        for (var found = scan.next(); found.isPresent(); found = scan.next()) {
            progress.check();
            try {
                switch (found.get()) {
                    case Found.Damaged(_, var problem) -> throw problem;
                    case Found.Whole whole -> {
                        isPack = true;
                        length = whole.offset() + whole.header().length();
                        enter(database, pack, row, whole, scan.read(whole));
                    }
                }
            } catch (FormatException e) {
                problems.add(e);
            }
        }
        if (!isPack) {
            throw problems.getFirst();
        }
        problems.forEach(problem -> damage(pack, problem));
        flush(database);
        database.run("UPDATE pack SET length = ? WHERE id = ?", length, row);
    }

    private void enter(Database database, Path pack, long row, Found.Whole found, byte[] frame)
            throws IOException, SQLException {
        var header = found.header();
        FrameCodec.check(header, frame, found.offset());
        switch (header.kind()) {
            case JOURNAL ->
                    commits.computeIfAbsent(header.sequence(), _ -> new ArrayList<>())
                            .add(new Part(pack, found));
            case BLOCKS -> {
                Bytes list = FrameCodec.list(header, frame);
                var entries = Frame.entries(list, header.raw(), found.offset());
                long id =
                        database.number(
                                """
                                INSERT INTO frame (pack, offset, length, raw, base, sequence)
                                VALUES (?, ?, ?, ?, 0, 0) RETURNING id\
                                """,
                                row,
                                found.offset(),
                                header.length(),
                                header.raw());
                if (header.encoding() == Encoding.PLAIN) {
                    database.run("INSERT INTO loose (frame) VALUES (?)", id);
                }
                var blocks = new ArrayList<Entry>();
                int at = 0;
                for (var entry : entries) {
                    blocks.add(new Entry(BlockKey.of(entry.cid()), id, at, entry.length()));
                    at += entry.length();
                }
                if (header.encoding() == Encoding.DELTA) {
                    deltas.add(new Delta(pack, id, found, blocks));
                } else {
                    identities.putIfAbsent(Frame.identity(list), id);
                    batch.addAll(blocks);
                }
                if (batch.size() >= BATCH) {
                    flush(database);
                }
            }
        }
    }

    /// Finds the frames that deltas build on.
    private void resolve(Index index) throws IOException {
        int _ =
                index.write(database -> {
                    for (Delta delta : deltas) {
                        var base = identities.get(delta.frame.header().base());
                        if (base == null) {
                            database.run("DELETE FROM frame WHERE id = ?", delta.row);
                            damage(
                                    delta.pack,
                                    new FormatException(
                                            "pack",
                                            delta.frame.offset(),
                                            "the frame that this one builds on is missing"));
                        } else {
                            database.run("UPDATE frame SET base = ? WHERE id = ?", base, delta.row);
                            batch.addAll(delta.entries);
                        }
                    }
                    flush(database);
                    return 0;
                });
    }

    private void replay(Index index, long sequence, List<Part> parts) throws IOException {
        var statements = new ArrayList<Statement>();
        Path pack = parts.getFirst().pack;
        var records = new ByteWriter();
        var known = new HashSet<Bytes>();
        long next = 1; // 0 while parts are left out, because one before them is lost
        for (Part part : parts) {
            var header = part.frame.header();
            if (!part.pack.equals(pack) || header.part() == 1) {
                // Another writer's commit of this number, which a crash kept from the old index,
                // or the same once more.
                records = new ByteWriter();
                pack = part.pack;
                next = 1;
            }
            if (header.part() > 0 && header.part() != next) {
                if (next > 0) {
                    damage(pack, lost(part, next, sequence));
                }
                next = 0;
                continue;
            }
            next++;
            records.bytes(payload(part));
            if (header.last()) {
                // Whoever was killed while it moved a journal may have left it twice.
                if (known.add(records.toBytes())) {
                    statements.addAll(read(pack, part.frame.offset(), records.toBytes()));
                }
                records = new ByteWriter();
                next = 1;
            }
        }
        Path last = pack;
        int _ =
                index.write(database -> {
                    var transaction =
                            new Transaction(database, sequence, new JournalWriter((_, _, _) -> {}));
                    for (Statement statement : statements) {
                        try {
                            transaction.replay(statement);
                        } catch (IOException e) {
                            // A reference that is lost takes those who refer to it along.
                            damage(last, e);
                        }
                    }
                    database.run("UPDATE counter SET value = ? WHERE name = 'sequence'", sequence);
                    return 0;
                });
    }

    private static FormatException lost(Part found, long number, long sequence) {
        return new FormatException(
                "pack",
                found.frame.offset(),
                "part %d of what commit %d said is not before part %d"
                        .formatted(number, sequence, found.frame.header().part()));
    }

    private List<Statement> read(Path pack, long offset, Bytes records) {
        try {
            return Journal.read(records);
        } catch (FormatException e) {
            damage(pack, new FormatException("pack", offset, e.problem()));
            return List.of();
        }
    }

    /// Every commit has left its number in a pack.
    private void tellGaps() {
        long next = 1;
        for (long number : commits.keySet()) {
            if (number > next) {
                damages.add(
                        new Damage(
                                home.packs(),
                                "commits %d to %d are in no pack, and what they said is lost"
                                        .formatted(next, number - 1)));
            }
            next = number + 1;
        }
    }

    /// Compares with the old index, as far as that is sound.
    private void tellLost(Index index, Path aside) {
        try {
            List<String> lost = index.read(this::lost);
            lost.forEach(what -> damages.add(new Damage(aside, what + " is lost")));
        } catch (IOException _) {
            // It is no database any more.
        }
    }

    private List<String> lost(Database database) throws SQLException {
        var lost = new ArrayList<String>();
        database.run("ATTACH ? AS old", home.index().toString());
        try (var sound = database.query("PRAGMA old.integrity_check(1)")) {
            if (sound.next() && sound.getString(1).equals("ok")) {
                try (var rows = database.query(LOST)) {
                    while (rows.next()) {
                        lost.add(rows.getString(1));
                    }
                }
            }
        } finally {
            database.run("DETACH old");
        }
        return lost;
    }

    private Bytes payload(Part part) throws IOException {
        try (var scan = PackScan.open(part.pack)) {
            var header = part.frame.header();
            return codec.payload(
                    header,
                    scan.read(part.frame),
                    Bytes.EMPTY,
                    new byte[header.raw()],
                    part.frame.offset());
        }
    }

    private void flush(Database database) throws SQLException {
        batch.sort(Comparator.comparing(Entry::key));
        for (Entry entry : batch) {
            database.run(
                    "INSERT OR IGNORE INTO block (key, frame, offset, length) VALUES (?, ?, ?, ?)",
                    entry.key,
                    entry.frame,
                    entry.offset,
                    entry.length);
        }
        batch.clear();
    }

    private static long count(Index index, String table) throws IOException {
        return index.read(database -> database.number("SELECT count(*) FROM " + table));
    }
}

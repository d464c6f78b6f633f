package cairn.cli;

import cairn.engine.Check;
import cairn.engine.Migration;
import cairn.store.Sharing;
import cairn.trust.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Prints what a migration is going to do, and what it did.
final class MigrationReport {
    private final Session session;
    private final Migration.Plan plan;

    MigrationReport(Session session, Migration.Plan plan) {
        this.session = session;
        this.plan = plan;
    }

    /// Prints the plan alone.
    void plan() {
        if (session.json()) {
            session.print(fields(plan));
        } else {
            text();
        }
    }

    /// Prints the plan to whoever waits for the rest.
    void start() {
        if (!session.json()) {
            text();
            session.out().flush();
        }
    }

    void end(Migration.Brought brought, Migration.Statement statement, Sharing sharing) {
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("plan", fields(plan));
            fields.putAll(fields(brought));
            fields.put("verified", fields(statement));
            fields.put("sharing", fields(sharing));
            session.print(fields);
            return;
        }
        text(brought);
        text(sharing);
        text(brought, statement);
    }

    private void text() {
        var rows = new ArrayList<List<String>>();
        rows.add(row("has", plan.paths(), "as it says itself"));
        rows.add(row("is here", plan.here(), "with the same hash, and is not read again"));
        rows.add(row("comes", plan.coming(), "and is checked against what the source says"));
        rows.add(
                row("stored once", plan.equal(), "of it, because the NAR is that of another path"));
        session.out().println("from " + Session.shown(plan.source()));
        session.table(rows);
        session.out()
                .println(
                        """
                        Paths and bytes of NARs are counted, not estimated. Which files and blocks are equal
                        beyond whole NARs is known when their contents were read.\
                        """);
        session.out().println("signed: " + signers());
        if (!plan.cannotCome().isEmpty()) {
            session.out().printf("%,d do not come, see below%n", plan.cannotCome().size());
        }
        if (plan.coming().paths() > 0) {
            interim();
        }
    }

    /// How one lives with both until then.
    private void interim() {
        session.out()
                .printf(
                        """
                        Until all of it is here, let the node ask the source for the rest; in %s:
                          substituters = ["%s"]
                        """,
                        session.home().resolve("cairn.toml"), Session.shown(plan.substituter()));
        if (!plan.signers().isEmpty()) {
            session.out().println("  trusted-keys = [the public keys of those who signed]");
        }
        if (plan.unsigned() > 0) {
            session.out()
                    .println(
                            "What nobody signed it takes only where the path follows from the content.");
        }
    }

    private String signers() {
        var words = new ArrayList<String>();
        plan.signers()
                .forEach((name, paths) ->
                        words.add("%,d by %s".formatted(paths, Session.shown(name))));
        words.add("%,d by nobody".formatted(plan.unsigned()));
        return String.join(", ", words);
    }

    private static List<String> row(String name, Migration.Amount amount, String remark) {
        return List.of(
                name,
                Size.count(amount.paths(), "path"),
                Size.text(amount.bytes()),
                "%,d bytes".formatted(amount.bytes()),
                remark);
    }

    private void text(Migration.Brought brought) {
        var copied = brought.copied();
        session.out()
                .printf(
                        "%ncame: %,d new paths, %,d logs, %,d realisations; %,d new blocks of %s; the packs are %s longer; %.1f s%n",
                        copied.newPaths(),
                        brought.logs(),
                        brought.realisations(),
                        copied.newBlocks(),
                        Size.text(copied.newBytes()),
                        Size.text(brought.packBytes()),
                        copied.took().toMillis() / 1000.0);
    }

    private void text(Sharing sharing) {
        session.out()
                .printf(
                        "%nwhat is stored once of %,d paths, %,d of them input-addressed%n",
                        sharing.paths(), sharing.inputAddressed());
        session.table(
                List.of(
                        List.of("contents of all files", "", Size.text(sharing.trees().bytes())),
                        saved("equal trees", sharing.trees(), "paths"),
                        saved("equal files", sharing.files(), "files"),
                        saved("equal blocks", sharing.blocks(), "blocks"),
                        List.of(
                                "remain, before compression",
                                "",
                                Size.text(sharing.blocks().distinctBytes()))),
                2);
        for (Sharing.Alike alike : sharing.alike()) {
            session.out()
                    .printf(
                            "%,d paths of %s each are equal but for their own hash; %s of the others is stored apart%n",
                            alike.paths().size(),
                            Size.text(alike.narSize()),
                            Size.text(alike.apartBytes()));
            alike.paths().forEach(path -> session.out().println("  " + path));
        }
    }

    private static List<String> saved(String name, Sharing.Part part, String things) {
        return List.of(
                name,
                "%,d of %,d %s".formatted(part.all() - part.distinct(), part.all(), things),
                Size.change(-part.savedBytes()));
    }

    private void text(Migration.Brought brought, Migration.Statement statement) {
        long checked = statement.intact() + statement.wrong().size();
        session.out().println();
        if (statement.wrong().isEmpty()) {
            session.out()
                    .printf(
                            "every one of %,d paths verifies: its blocks hash to their names, its NAR to narHash%n",
                            checked);
        } else {
            session.out()
                    .printf(
                            "%,d of %,d paths do not verify, see below%n",
                            statement.wrong().size(), checked);
        }
        var words = new ArrayList<String>();
        for (Check.Trust trust : Check.Trust.values()) {
            long paths = statement.trust().getOrDefault(trust, 0L);
            if (paths > 0) {
                words.add("%,d %s".formatted(paths, lower(trust)));
            }
        }
        session.out().println("trust: " + String.join(", ", words));
        session.out()
                .println(
                        brought.failed().isEmpty() && statement.wrong().isEmpty()
                                ? "All is here: the source need not stay among the substituters."
                                : "Not all is here: let the source stay among the substituters, and migrate again.");
    }

    private Map<String, Object> fields(Migration.Plan plan) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("source", plan.source());
        fields.put("has", fields(plan.paths()));
        fields.put("here", fields(plan.here()));
        fields.put("coming", fields(plan.coming()));
        fields.put("equal", fields(plan.equal()));
        fields.put("signers", plan.signers());
        fields.put("unsigned", plan.unsigned());
        fields.put("cannotCome", failures(plan.cannotCome()));
        fields.put("substituter", plan.substituter());
        return fields;
    }

    private static Map<String, Object> fields(Migration.Amount amount) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("paths", amount.paths());
        fields.put("bytes", amount.bytes());
        return fields;
    }

    private static List<Map<String, Object>> failures(List<Migration.Failed> failed) {
        return failed.stream().map(MigrationReport::fields).toList();
    }

    private static Map<String, Object> fields(Migration.Failed failed) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", failed.path());
        fields.put("why", lower(failed.why()).replace('_', '-'));
        fields.put("reason", failed.reason());
        return fields;
    }

    private static Map<String, Object> fields(Migration.Brought brought) {
        var copied = brought.copied();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("paths", copied.paths());
        fields.put("newPaths", copied.newPaths());
        fields.put("blocks", copied.blocks());
        fields.put("newBlocks", copied.newBlocks());
        fields.put("bytes", copied.bytes());
        fields.put("newBytes", copied.newBytes());
        fields.put("logs", brought.logs());
        fields.put("realisations", brought.realisations());
        fields.put("packBytes", brought.packBytes());
        fields.put("seconds", copied.took().toMillis() / 1000.0);
        fields.put("failed", failures(brought.failed()));
        return fields;
    }

    private static Map<String, Object> fields(Migration.Statement statement) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("intact", statement.intact());
        fields.put(
                "wrong",
                statement.wrong().stream()
                        .map(check -> Finding.of(check.path().toString(), check).fields())
                        .toList());
        for (Check.Trust trust : Check.Trust.values()) {
            fields.put(lower(trust), statement.trust().getOrDefault(trust, 0L));
        }
        var keys = new LinkedHashMap<String, Object>();
        for (Map.Entry<PublicKey, Long> key : statement.vouchers().entrySet()) {
            keys.put(key.getKey().toString(), key.getValue());
        }
        fields.put("keys", keys);
        return fields;
    }

    private static Map<String, Object> fields(Sharing sharing) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("paths", sharing.paths());
        fields.put("inputAddressed", sharing.inputAddressed());
        fields.put("narBytes", sharing.narBytes());
        fields.put("trees", fields(sharing.trees()));
        fields.put("files", fields(sharing.files()));
        fields.put("blocks", fields(sharing.blocks()));
        fields.put(
                "equalButForOwnHash",
                sharing.alike().stream().map(MigrationReport::fields).toList());
        return fields;
    }

    private static Map<String, Object> fields(Sharing.Part part) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("all", part.all());
        fields.put("distinct", part.distinct());
        fields.put("bytes", part.bytes());
        fields.put("distinctBytes", part.distinctBytes());
        fields.put("savedBytes", part.savedBytes());
        return fields;
    }

    private static Map<String, Object> fields(Sharing.Alike alike) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("paths", alike.paths());
        fields.put("narSize", alike.narSize());
        fields.put("apartBytes", alike.apartBytes());
        return fields;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

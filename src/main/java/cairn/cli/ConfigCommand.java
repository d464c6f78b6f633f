package cairn.cli;

import cairn.engine.Setting;
import cairn.store.Home;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@picocli.CommandLine.Command(
        description = "Tells what is set, where, and what each setting is for.",
        footer = {
            "",
            "Settings stand in cairn.toml in the home, in TOML. The environment overrides it: CAIRN_ and the",
            "name in capitals, the items of a list between spaces. Options of a command override both.",
            "",
            "Examples:",
            "  cairn config",
            "  cairn --json config | jq '.\"store.limit\".value'",
            "  CAIRN_STORE_LIMIT='20 GiB' cairn config       as a command would see it",
            "",
            "A cairn.toml:",
            "  trusted-keys = [\"cache.example.org-1:…\"]",
            "  substituters = [\"https://cache.example.org?priority=10\", \"local\"]",
            "  [store]",
            "  limit = \"20 GiB\"",
            "  [gateway]",
            "  listen = \"0.0.0.0:8087\""
        })
final class ConfigCommand implements Command {
    private static final String UNSET = "not set";

    @Override
    public int run(Session session) throws Exception {
        var configuration = session.configuration();
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            configuration.settings().forEach(now -> fields.put(now.setting().key(), fields(now)));
            session.print(fields);
        } else {
            var file = new Home(session.home()).configuration();
            session.out().printf("%s%s%n", file, Files.exists(file) ? "" : " (is not there)");
            configuration.settings().forEach(now -> print(now, session));
        }
        for (String key : configuration.unknown()) {
            session.note("cairn.toml has '%s', which sets nothing in this version".formatted(key));
        }
        return ExitCode.DONE;
    }

    private static Map<String, Object> fields(Setting.Now now) {
        var setting = now.setting();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("value", value(setting, now.values()));
        fields.put(
                "default",
                value(
                        setting,
                        setting.standard().isEmpty() ? List.of() : List.of(setting.standard())));
        fields.put("from", now.origin());
        fields.put("variable", setting.variable());
        fields.put("explanation", setting.use());
        return fields;
    }

    private static Object value(Setting setting, List<String> values) {
        if (setting.kind() == Setting.Kind.LIST) {
            return values;
        }
        return values.stream()
                .findFirst()
                .<Object>map(text ->
                        switch (setting.kind()) {
                            case FLAG -> Boolean.valueOf(text);
                            case NUMBER -> Long.valueOf(text);
                            case TEXT, FILE, LIST -> text;
                        })
                .or(Optional::empty);
    }

    private static void print(Setting.Now now, Session session) {
        var setting = now.setting();
        var values = now.values().isEmpty() ? List.of(UNSET) : now.values();
        String name = setting.key();
        session.out().println();
        for (String value : values) {
            row(name, Session.shown(value), session);
            name = "";
        }
        String standard = setting.standard().isEmpty() ? UNSET : setting.standard();
        row(
                "",
                now.origin().equals(Setting.Now.DEFAULT)
                        ? now.origin()
                        : "from %s; default: %s".formatted(now.origin(), standard),
                session);
        row("", setting.use(), session);
    }

    private static void row(String name, String text, Session session) {
        session.out().printf("%-25s%s%n", name, text);
    }
}

package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ConfigCommandTest {
    @TempDir private Path home;
    private Cli cli;

    @BeforeEach
    void open() {
        cli = new Cli(home);
    }

    @Test
    void tellsEverySettingItsDefaultAndWhoSaysSo() throws IOException {
        write("offline = true\n[gateway]\npriority = 7\nlisen = 'x'\n");
        var told = cli.run(Map.of("CAIRN_SUBSTITUTERS", "http://a http://b"), "--json", "config");
        assertEquals(
                List.of(
                        0,
                        "{\"note\":\"cairn.toml has 'gateway.lisen',"
                                + " which sets nothing in this version\"}\n"),
                List.of(told.code(), told.err()));
        assertEquals(
                Arrays.stream(Setting.values()).map(Setting::key).toList(),
                List.copyOf(told.json().propertyNames()));
        assertEquals(
                "[\"http://a\",\"http://b\"] [] CAIRN_SUBSTITUTERS",
                line(told.json(), "substituters"));
        assertEquals("true false cairn.toml", line(told.json(), "offline"));
        assertEquals("7 30 cairn.toml", line(told.json(), "gateway.priority"));
        assertEquals("null null default", line(told.json(), "store.limit"));
        assertEquals("\"FULL\" \"FULL\" default", line(told.json(), "store.synchronous"));
    }

    @Test
    void printsThemForPeople() throws IOException {
        write("store.limit = '20 GiB'\n");
        var lines = cli.run("config").lines();
        assertEquals(home.resolve("cairn.toml").toString(), lines.getFirst());
        int at = lines.indexOf("store.limit              20 GiB");
        assertEquals(
                "                         from cairn.toml; default: not set", lines.get(at + 1));
    }

    @Test
    void aBadValueIsToldWithWhereItStandsAndWhatToDo() throws IOException {
        String advice = ". Correct it, or take it out; what can be set: cairn config --help\n";
        Path file = write("store.synchronous = 'off'\n");
        String wrong = ": store.synchronous: 'off' is neither FULL nor NORMAL";
        for (String command : List.of("config", "paths")) {
            var told = cli.run(command);
            assertEquals(
                    List.of(4, "cairn: " + file + wrong + advice),
                    List.of(told.code(), told.err()));
        }
        Files.delete(file);
        var variable = cli.run(Map.of("CAIRN_STORE_SYNCHRONOUS", "on"), "config");
        assertEquals(
                "cairn: CAIRN_STORE_SYNCHRONOUS: 'on' is neither FULL nor NORMAL" + advice,
                variable.err());
        write("[gateway\n");
        var syntax = cli.run("config");
        assertEquals(4, syntax.code());
        assertTrue(syntax.err().startsWith("cairn: " + file + ": "), syntax.err());
        assertFalse(Files.exists(home.resolve("index.db")));
    }

    private static String line(JsonNode told, String key) {
        JsonNode setting = told.get(key);
        return setting.get("value")
                + " "
                + setting.get("default")
                + " "
                + setting.get("from").asString();
    }

    private Path write(String toml) throws IOException {
        return Files.writeString(home.resolve("cairn.toml"), toml);
    }
}

package cairn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.cid.FormatException;
import cairn.engine.CacheServer.Writer;
import cairn.store.Home;
import cairn.store.Synchronous;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    private static final String KEY =
            "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

    @TempDir private Path folder;

    @Test
    void everythingIsAsItComesUntilItIsSet() throws IOException {
        var settings = CacheServer.Settings.of(read(Map.of()));
        assertEquals(CacheServer.Settings.reading(8087), settings);
    }

    @Test
    void theFileSetsItAndTheEnvironmentOverrides() throws IOException {
        Files.writeString(folder.resolve("tokens"), "# builders\n\nabc realise\ndef\n");
        write(
                """
                trusted-keys = ["%s"]
                substituters = ["https://cache.nixos.org", "http://127.0.0.1:9?priority=10"]
                offline = true
                [store]
                limit = "1.5 GiB"
                [gateway]
                listen = "[::1]:80"
                hosts = ["Cache.Example.org"]
                writable = true
                token-file = "tokens"
                priority = 7
                """
                        .formatted(KEY));
        var settings = CacheServer.Settings.of(read(Map.of()));
        assertEquals("[::1]:80", host(settings));
        assertEquals(Set.of("cache.example.org"), settings.hosts());
        assertEquals(
                List.of(new Writer("abc", true), new Writer("def", false)), settings.writers());
        assertEquals(3L << 29, settings.storeLimit());
        assertEquals(7, settings.priority());
        assertEquals(KEY, settings.trusted().keys().getFirst().toString());
        assertEquals(List.of(true, true), List.of(settings.writable(), settings.offline()));
        assertEquals(2, settings.substituters().size());

        var changed =
                CacheServer.Settings.of(
                        read(
                                Map.of(
                                        "CAIRN_GATEWAY_LISTEN", "127.0.0.1",
                                        "CAIRN_GATEWAY_WRITABLE", "no",
                                        "CAIRN_GATEWAY_TOKEN_FILE", "",
                                        "CAIRN_SUBSTITUTERS", " http://a http://b ",
                                        "CAIRN_OFFLINE", "0",
                                        "CAIRN_STORE_LIMIT", "12")));
        assertEquals("127.0.0.1:8087", host(changed));
        assertEquals(List.of("http://a", "http://b"), changed.substituters());
        assertEquals(List.of(), changed.writers());
        assertEquals(12, changed.storeLimit());
        assertEquals(List.of(false, false), List.of(changed.writable(), changed.offline()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.95", "'0.95'"})
    void aShareIsANumberOrAText(String value) throws IOException {
        write("nats.hit-threshold = " + value + "\n");
        assertEquals(0.95, read(Map.of()).nats().hitThreshold());
    }

    @Test
    void whatACommandSaysGoesFirst() throws IOException {
        var options =
                List.of(
                        new Configuration.Option("gateway.port", "--port", "0"),
                        new Configuration.Option("substituters", "--substituter", "http://x"),
                        new Configuration.Option("substituters", "--substituter", "http://y"));
        var configuration =
                Configuration.read(
                        new Home(folder), Map.of("CAIRN_SUBSTITUTERS", "http://z"), options);
        assertEquals(List.of("http://x", "http://y"), configuration.substituters());
        assertEquals(0, configuration.gateway().listen().getPort());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    substituters = 'http://a'    | substituters is not a list
                    gateway.listen = ['x']       | gateway.listen is not one value
                    gateway.listen = '1.2.3.4.5' | gateway.listen: there is no address 1.2.3.4.5
                    gateway.listen = ':99999'    | gateway.listen: '99999' is no number from 0 to 65535
                    gateway.writable = 'perhaps' | gateway.writable: 'perhaps' is not true or false
                    gateway.priority = -1        | gateway.priority: '-1' is no number from 0 to 1000000
                    store.synchronous = 'off'    | store.synchronous: 'off' is neither FULL nor NORMAL
                    store.limit = 'much'         | store.limit: 'much' is no size such as 20 GiB
                    nats.hit-threshold = 90      | nats.hit-threshold: '90' is no share from 0 to 1, such as 0.9
                    trusted-keys = ['x']         | trusted-keys: not a name, a colon and base64
                    """)
    void saysWhatIsWrong(String toml, String problem) throws IOException {
        write(toml + "\n");
        var e = assertThrows(FormatException.class, () -> read(Map.of()));
        assertEquals(List.of("cairn.toml", problem), List.of(e.format(), e.problem()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    gateway.tls-cert = 'x'                                 | tls-cert and tls-key go together
                    gateway = {listen = '0.0.0.0', writable = true}        | who lets others write needs a token-file
                    """)
    void saysWhatDoesNotGoTogether(String toml, String problem) throws IOException {
        write(toml + "\n");
        var configuration = read(Map.of());
        var e = assertThrows(FormatException.class, () -> CacheServer.Settings.of(configuration));
        assertEquals(problem, e.problem());
    }

    @Test
    void tellsWhereEachValueComesFrom() throws IOException {
        write("substituters = ['http://a', 'http://b']\n[gateway]\ntls-key = 'k'\nlisen = 1\n");
        var configuration = read(Map.of("CAIRN_OFFLINE", "yes"));
        assertEquals(
                List.of(
                        "trusted-keys [] default",
                        "substituters [http://a, http://b] cairn.toml",
                        "offline [true] CAIRN_OFFLINE",
                        "store.limit [] default",
                        "store.synchronous [FULL] default",
                        "gateway.listen [127.0.0.1:8087] default",
                        "gateway.port [] default",
                        "gateway.hosts [] default",
                        "gateway.writable [false] default",
                        "gateway.token-file [] default",
                        "gateway.tls-cert [] default",
                        "gateway.tls-key [%s] cairn.toml".formatted(folder.resolve("k")),
                        "gateway.secret-key-file [] default",
                        "gateway.priority [30] default",
                        "nats.url [] default",
                        "nats.creds [] default",
                        "nats.nkey [] default",
                        "nats.user [] default",
                        "nats.password-file [] default",
                        "nats.tls-ca [] default",
                        "nats.inbox [_INBOX] default",
                        "nats.domain [] default",
                        "nats.node [] default",
                        "nats.writers [] default",
                        "nats.hit-threshold [0] default",
                        "nats.publish-imports [false] default",
                        "nats.replicate [false] default",
                        "nats.replicas [1] default",
                        "nats.stream-limit [] default",
                        "nats.import-builds [false] default",
                        "nats.import-outputs [false] default"),
                configuration.settings().stream()
                        .map(now ->
                                "%s %s %s"
                                        .formatted(now.setting().key(), now.values(), now.origin()))
                        .toList());
        assertEquals(List.of("gateway.lisen"), configuration.unknown());
    }

    @Test
    void aStoreIsOpenedAsIsSetForIt() throws IOException {
        var home = new Home(folder);
        assertEquals(Synchronous.FULL, Configuration.synchronous(home, Map.of()));
        write("[store]\n# synchronous = 'NORMAL'\n");
        assertEquals(Synchronous.FULL, Configuration.synchronous(home, Map.of()));
        write("store.synchronous = 'normal'\n");
        assertEquals(Synchronous.NORMAL, Configuration.synchronous(home, Map.of()));
        var environment = Map.of("CAIRN_STORE_SYNCHRONOUS", "FULL");
        assertEquals(Synchronous.FULL, Configuration.synchronous(home, environment));
        write("store.synchronous = 'off'\n");
        var e =
                assertThrows(
                        FormatException.class,
                        () -> Engine.open(folder, InstantSource.system(), Map.of()).close());
        assertEquals("store.synchronous: 'off' is neither FULL nor NORMAL", e.problem());
    }

    @Test
    void aValueOfTheEnvironmentIsBlamedOnIt() {
        var e =
                assertThrows(
                        FormatException.class, () -> read(Map.of("CAIRN_STORE_LIMIT", "much")));
        assertEquals("CAIRN_STORE_LIMIT", e.format());
    }

    private static String host(CacheServer.Settings settings) {
        var listen = settings.listen();
        String host = listen.getAddress().getHostAddress();
        return Optional.of(host).filter(text -> text.contains(":")).map(_ -> "[::1]").orElse(host)
                + ":"
                + listen.getPort();
    }

    private Configuration read(Map<String, String> environment) throws IOException {
        return Configuration.read(new Home(folder), environment);
    }

    private void write(String toml) throws IOException {
        Files.writeString(folder.resolve("cairn.toml"), toml);
    }
}

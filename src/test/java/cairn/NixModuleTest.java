package cairn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.CacheServer.Settings;
import cairn.engine.Configuration;
import cairn.store.Home;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The NixOS module, evaluated by a real Nix; nixpkgs is stood in for by `evaluate.nix`.
class NixModuleTest {
    private static final Path MODULE = Path.of("packaging/nix/module.nix").toAbsolutePath();
    private static final Path EVALUATE =
            Path.of("src/test/resources/cairn/module/evaluate.nix").toAbsolutePath();
    private static final String KEY =
            "cache.example.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";

    @TempDir private Path folder;

    @Test
    void servesThisMachineAloneUnlessToldOtherwise() throws IOException {
        var config = evaluate("enable = true; package = \"/cairn\";");
        assertEquals(0, config.get("assertions").size());
        assertEquals("/cairn/bin/cairn node", service(config).get("ExecStart").asString());
        assertEquals(
                Settings.of(Configuration.read(new Home(folder.resolve("nothing")), Map.of())),
                Settings.of(configuration(config)));
        assertEquals(
                "http://127.0.0.1:8087?priority=30",
                config.at("/nix/settings/extra-substituters/0").asString());
        assertTrue(config.at("/networking/firewall/allowedTCPPorts").isMissingNode());
        assertTrue(config.at("/services/nats").isMissingNode());
    }

    @Test
    void writesAConfigurationThatTheNodeReads() throws IOException {
        var config =
                evaluate(
                        """
                        enable = true;
                        package = "/cairn";
                        substituters = [
                          { uri = "https://cache.example.org"; priority = 10; }
                          { uri = "local?root=/old"; priority = 20; }
                          { uri = "file:///srv/cache"; }
                        ];
                        trustedKeys = [ "%s" ];
                        storeLimit = "20 GiB";
                        offline = true;
                        gateway = {
                          address = "0.0.0.0";
                          port = 443;
                          hosts = [ "cache.lan" ];
                          writable = true;
                          tokenFile = "/secrets/tokens";
                          tlsCert = "/etc/cert.pem";
                          tlsKey = "/secrets/key.pem";
                          secretKeyFile = "/secrets/signing";
                          openFirewall = true;
                        };
                        """
                                .formatted(KEY));
        assertEquals(0, config.get("assertions").size());
        var read = configuration(config);
        assertEquals(
                List.of(
                        "https://cache.example.org?priority=10",
                        "local?root=/old&priority=20",
                        "file:///srv/cache"),
                read.substituters());
        assertEquals(
                List.of(KEY), read.trustedKeys().keys().stream().map(Object::toString).toList());
        assertEquals(20L << 30, read.storeLimit());
        assertTrue(read.offline());
        assertEquals(
                new Configuration.Gateway(
                        new InetSocketAddress("0.0.0.0", 443),
                        List.of("cache.lan"),
                        true,
                        credential("token-file"),
                        Optional.of(Path.of("/etc/cert.pem")),
                        credential("tls-key"),
                        credential("secret-key"),
                        30),
                read.gateway());
        assertEquals(
                List.of(
                        "secret-key:/secrets/signing",
                        "tls-key:/secrets/key.pem",
                        "token-file:/secrets/tokens"),
                texts(service(config).get("LoadCredential")));
        assertEquals(
                List.of("CAP_NET_BIND_SERVICE"),
                texts(service(config).get("CapabilityBoundingSet")));
        assertEquals(443, config.at("/networking/firewall/allowedTCPPorts/0").asInt());
        assertNixTakes(config.at("/nix/settings"), "https://cache.lan:443?priority=30");
    }

    @Test
    void runsTheServiceWithoutRights() throws IOException {
        var service = service(evaluate("enable = true; package = \"/cairn\";"));
        for (String yes :
                List.of(
                        "DynamicUser",
                        "LockPersonality",
                        "NoNewPrivileges",
                        "PrivateDevices",
                        "PrivateTmp",
                        "ProtectHome",
                        "ProtectKernelModules",
                        "RestrictNamespaces",
                        "RestrictSUIDSGID")) {
            assertTrue(service.get(yes).asBoolean(), yes);
        }
        assertEquals("strict", service.get("ProtectSystem").asString());
        assertEquals("cairn", service.get("StateDirectory").asString());
        assertEquals(List.of(""), texts(service.get("CapabilityBoundingSet")));
        assertEquals(
                List.of("@system-service", "~@privileged"), texts(service.get("SystemCallFilter")));
    }

    @Test
    void bringsANatsServerAlong() throws IOException {
        var config =
                evaluate(
                        """
                        enable = true;
                        package = "/cairn";
                        nats = { enable = true; server = true; domain = "vision"; };
                        """);
        assertTrue(config.at("/services/nats/jetstream").asBoolean());
        assertEquals("127.0.0.1", config.at("/services/nats/settings/host").asString());
        assertTrue(
                toml(config)
                        .endsWith(
                                """

                                [nats]
                                domain = "vision"
                                import-builds = false
                                import-outputs = false
                                publish-imports = false
                                replicas = 1
                                replicate = false
                                url = "nats://127.0.0.1:4222"
                                writers = []
                                """));
    }

    @Test
    void tellsTheNodeHowToMeetOthers() throws IOException {
        var config =
                evaluate(
                        """
                        enable = true;
                        package = "/cairn";
                        nats = {
                          enable = true;
                          url = "tls://nats.lan:4222";
                          domain = "vision";
                          node = "shelf";
                          writers = [ "%s" ];
                          hitThreshold = 0.9;
                          user = "shelf";
                          passwordFile = "/secrets/password";
                          credentialsFile = "/secrets/shelf.creds";
                          nkeyFile = "/secrets/shelf.nk";
                          tlsCa = "/etc/ca.pem";
                          inbox = "_INBOX_shelf";
                          replicas = 3;
                          streamLimit = "50 GiB";
                          publishImports = true;
                          replicate = true;
                          importBuilds = true;
                          importOutputs = true;
                        };
                        """
                                .formatted(KEY));
        assertEquals(
                new Configuration.Nats(
                        Optional.of("tls://nats.lan:4222"),
                        credential("nats-creds"),
                        credential("nats-nkey"),
                        Optional.of("shelf"),
                        credential("nats-password"),
                        Optional.of(Path.of("/etc/ca.pem")),
                        "_INBOX_shelf",
                        "vision",
                        "shelf",
                        List.of(KEY),
                        0.9,
                        new Configuration.Nats.Streams(true, true, 3, 50L << 30, true, true)),
                configuration(config).nats());
        assertEquals(
                List.of(
                        "nats-creds:/secrets/shelf.creds",
                        "nats-nkey:/secrets/shelf.nk",
                        "nats-password:/secrets/password"),
                texts(service(config).get("LoadCredential")));
    }

    @Test
    void refusesToOpenTheStoreToEverybody() throws IOException {
        var config =
                evaluate(
                        """
                        enable = true;
                        package = "/cairn";
                        gateway = { address = "0.0.0.0"; writable = true; tlsKey = "/k"; };
                        """);
        assertEquals(
                List.of(
                        "services.cairn: who lets others write needs gateway.tokenFile",
                        "services.cairn: gateway.tlsCert and gateway.tlsKey go together"),
                texts(config.get("assertions")));
        var e = assertThrows(IOException.class, () -> evaluate("gateway.porte = 1;"));
        assertTrue(
                String.valueOf(e.getMessage())
                        .contains("services.cairn.gateway has no option porte"),
                e.getMessage());
    }

    private JsonNode evaluate(String given) throws IOException {
        Path expression =
                Files.writeString(
                        folder.resolve("given.nix"),
                        "import %s { module = %s; given = {\n%s}; }"
                                .formatted(EVALUATE, MODULE, given));
        return JsonMapper.shared()
                .readTree(
                        nix().output(
                                        "nix-instantiate",
                                        "--eval",
                                        "--strict",
                                        "--json",
                                        "--read-write-mode",
                                        expression.toString()));
    }

    private Nix nix() throws IOException {
        return Nix.in(folder.resolve("nix"));
    }

    private static JsonNode service(JsonNode config) {
        return config.at("/systemd/services/cairn/serviceConfig");
    }

    /// What the unit puts into the node's home.
    private String toml(JsonNode config) throws IOException {
        String[] words = service(config).get("ExecStartPre").asString().split(" ", -1);
        assertEquals("/var/lib/cairn/cairn.toml", words[3]);
        return Files.readString(nix().files(words[2]));
    }

    private Configuration configuration(JsonNode config) throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.writeString(home.resolve("cairn.toml"), toml(config));
        return Configuration.read(new Home(home), Map.of());
    }

    private static Optional<Path> credential(String name) {
        return Optional.of(Path.of("/run/credentials/cairn.service", name));
    }

    /// Checks what a Nix has in force that is given these settings.
    private void assertNixTakes(JsonNode settings, String substituter) throws IOException {
        var words = new ArrayList<>(List.of("nix", "show-config", "--json"));
        settings.properties()
                .forEach(setting -> {
                    words.add("--option");
                    words.add(setting.getKey());
                    words.add(String.join(" ", texts(setting.getValue())));
                });
        var shown = JsonMapper.shared().readTree(nix().elsewhere(words.toArray(String[]::new)));
        assertEquals(List.of(substituter), texts(shown.at("/substituters/value")));
        assertTrue(texts(shown.at("/trusted-public-keys/value")).contains(KEY));
    }

    private static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(text -> texts.add(text.asString()));
        return texts;
    }
}

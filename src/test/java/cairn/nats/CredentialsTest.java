package cairn.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.NatsServer;
import cairn.cid.Bytes;
import cairn.engine.Configuration;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import io.nats.client.NKey;
import io.nats.client.support.JsonSerializable;
import io.nats.client.support.JwtUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who a node is to a real server, by an nkey and by a JWT.
///
/// @see <a
///   href="https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro">Authentication</a>
class CredentialsTest {
    @TempDir private Path room;

    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        engine = Engine.open(room.resolve("home"));
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    private Configuration.Nats settings(NatsServer server, String kind, String secret)
            throws IOException {
        Path file = Files.writeString(room.resolve(kind), secret);
        var options =
                List.of(
                        new Configuration.Option("nats.url", "-", server.url()),
                        new Configuration.Option("nats." + kind, "-", file.toString()),
                        new Configuration.Option("nats.node", "-", "here"));
        return Configuration.read(engine.store().home(), Map.of(), options).nats();
    }

    private void assertLetIn(Configuration.Nats settings) throws IOException {
        try (NatsNode node = NatsNode.start(engine, settings);
                var other = Bus.connect(settings.url().orElseThrow(), settings, "other")) {
            assertEquals("here", node.name());
            var refused =
                    assertThrows(
                            Requests.AnsweredException.class,
                            () -> other.ask("STORE.PATH.RESOLVE." + "0".repeat(32), Bytes.EMPTY));
            assertEquals("path 00000000000000000000000000000000 is not here", refused.getMessage());
        }
    }

    private static void assertRefused(Configuration.Nats settings) {
        var refused =
                assertThrows(
                        RefusedException.class,
                        () -> Bus.connect(settings.url().orElseThrow(), settings, "stranger"));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .endsWith("who it is stands in nats.creds, nats.nkey or nats.user"),
                refused::toString);
    }

    private static String seed(NKey key) throws Exception {
        return new String(key.getSeed());
    }

    private static String name(NKey key) throws Exception {
        return new String(key.getPublicKey());
    }

    @Test
    void anNkeyIsLetInAndAnotherIsNot() throws Exception {
        NKey user = NKey.createUser(null);
        String config = "authorization { users: [ { nkey: %s } ] }\n".formatted(name(user));
        try (var server = NatsServer.start(room.resolve("server"), "127.0.0.1:-1", config)) {
            assertLetIn(settings(server, "nkey", seed(user) + "\n"));
            assertRefused(settings(server, "nkey", seed(NKey.createUser(null))));
        }
    }

    @Test
    void aSignedJwtIsLetInAndThatOfAStrangerIsNot() throws Exception {
        NKey operator = NKey.createOperator(null);
        NKey account = NKey.createAccount(null);
        String config =
                "operator: %s%nresolver: MEMORY%nresolver_preload { %s: %s }%n"
                        .formatted(
                                signed(operator, operator, "{\"type\":\"operator\",\"version\":2}"),
                                name(account),
                                signed(
                                        operator,
                                        account,
                                        """
                                        {"type":"account","version":2,"limits":{"subs":-1,"data":-1,"payload":-1,
                                        "imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1}}\
                                        """));
        try (var server = NatsServer.start(room.resolve("server"), "127.0.0.1:-1", config)) {
            assertLetIn(settings(server, "creds", creds(account)));
            assertRefused(settings(server, "creds", creds(NKey.createAccount(null))));
        }
    }

    private static String signed(NKey by, NKey subject, String claim) throws Exception {
        JsonSerializable json = () -> claim;
        return JwtUtils.issueJWT(
                by, name(subject), "cairn", null, JwtUtils.currentTimeSeconds(), name(by), json);
    }

    private static String creds(NKey account) throws Exception {
        NKey user = NKey.createUser(null);
        String jwt = JwtUtils.issueUserJWT(account, name(account), name(user));
        return JwtUtils.NATS_USER_JWT_FORMAT.formatted(jwt, seed(user));
    }
}

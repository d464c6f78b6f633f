package cairn.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.Nix;
import cairn.cid.FormatException;
import cairn.engine.CacheServer.Certificate;
import cairn.engine.CacheServer.Settings;
import cairn.engine.CacheServer.Writer;
import cairn.engine.Configuration;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTPS by certificates in files, as other programs see it.
class TlsTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir private Path folder;
    private Path certificate;
    private Path key;

    @BeforeEach
    void certify() throws Exception {
        certify("EC");
    }

    @Test
    void aStockNixPushesAndPullsWithAToken() throws Exception {
        try (var node = node()) {
            var nix = Nix.in(folder.resolve("nix"));
            String path =
                    nix.text(
                            "nix",
                            "store",
                            "add-path",
                            Files.writeString(folder.resolve("hello"), "hello").toString());
            Path netrc =
                    Files.writeString(
                            folder.resolve("netrc"),
                            "machine %s login cairn password s3cret%n"
                                    .formatted(URI.create(node.url()).getHost()));
            String trust = "NIX_SSL_CERT_FILE=" + certificate;
            assertThrows(
                    IOException.class,
                    () -> nix.output("env", trust, "nix", "copy", "--to", node.url(), path));
            nix.forgetful(folder.resolve("room"))
                    .output(
                            "env",
                            trust,
                            "nix",
                            "copy",
                            "--netrc-file",
                            netrc.toString(),
                            "--to",
                            node.url(),
                            path);
            var fresh = Nix.in(folder.resolve("fresh"));
            fresh.output(
                    "env", trust, "nix", "copy", "--no-check-sigs", "--from", node.url(), path);
            assertEquals("hello", Files.readString(fresh.files(path)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void otherClientsTrustTheCertificate(String algorithm) throws Exception {
        certify(algorithm);
        try (var node = node()) {
            var curl =
                    new ProcessBuilder(
                                    "curl",
                                    "-sS",
                                    "--cacert",
                                    certificate.toString(),
                                    node.url() + "/nix-cache-info")
                            .redirectErrorStream(true)
                            .start();
            String answer = new String(curl.getInputStream().readAllBytes(), UTF_8);
            assertTrue(answer.startsWith("StoreDir: /nix/store\n"), answer);
            assertEquals(0, curl.waitFor());
        }
    }

    @Test
    void saysWhichFileIsNoCertificateOrKey() throws Exception {
        Path none = Files.writeString(folder.resolve("none"), "nothing\n");
        var e = assertThrows(FormatException.class, () -> node(certificate, none));
        assertTrue(e.problem().startsWith(none + " has no private key"), e.problem());
        assertThrows(FormatException.class, () -> node(none, key));
    }

    private Served node() throws IOException {
        return node(certificate, key);
    }

    private Served node(Path chain, Path secret) throws IOException {
        return Served.with(
                folder.resolve("home"),
                new Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Set.of(),
                        true,
                        List.of(new Writer("s3cret", false)),
                        Optional.of(new Certificate(chain, secret)),
                        TrustedKeys.NONE,
                        Optional.empty(),
                        List.of(),
                        false,
                        Configuration.UNLIMITED,
                        30,
                        Served.LIMITS));
    }

    /// Makes a certificate that vouches for itself, and its key.
    private void certify(String algorithm) throws Exception {
        Path file = folder.resolve("store-" + algorithm);
        Files.deleteIfExists(file);
        var keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                algorithm,
                                "-alias",
                                "node",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "SAN=IP:127.0.0.1,DNS:localhost",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD),
                                "-keystore",
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertEquals(0, keytool.waitFor());
        var store = KeyStore.getInstance(file.toFile(), PASSWORD);
        certificate = pem("cert", "CERTIFICATE", store.getCertificate("node").getEncoded());
        key = pem("key", "PRIVATE KEY", store.getKey("node", PASSWORD).getEncoded());
    }

    private Path pem(String name, String what, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
        return Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(what, text, what));
    }
}

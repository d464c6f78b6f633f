package cairn.gateway;

import cairn.cid.FormatException;
import cairn.engine.CacheServer.Certificate;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Reads certificates and keys from PEM files.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc7468">Textual encodings of PKIX</a>
final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = {};
    private static final int MAX_BYTES = 1 << 20;

    private PemFiles() {}

    static Tls tls(Certificate certificate) throws IOException {
        try {
            X509Certificate[] chain = chain(certificate.chain());
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("cairn", key(certificate.key()), NO_PASSWORD, chain);
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, NO_PASSWORD);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return Tls.builder().sslContext(context).build();
        } catch (GeneralSecurityException e) {
            throw new FormatException(
                    "pem", 0, "%s: %s".formatted(certificate.chain(), e.getMessage()));
        }
    }

    private static X509Certificate[] chain(Path file) throws IOException, CertificateException {
        try (var in = java.nio.file.Files.newInputStream(file)) {
            var chain = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (chain.isEmpty()) {
                throw new FormatException("pem", 0, file + " has no certificate");
            }
            return chain.toArray(X509Certificate[]::new);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String text;
        try (var in = java.nio.file.Files.newInputStream(file)) {
            text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII);
        }
        var match = KEY.matcher(text);
        if (!match.find()) {
            throw new FormatException(
                    "pem",
                    0,
                    file
                            + " has no private key in PKCS #8; openssl pkcs8 -topk8 -nodes makes one of"
                            + " others");
        }
        var spec = new PKCS8EncodedKeySpec(decode(file, match.group(1)));
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException _) {
                // It is of another algorithm.
            }
        }
        throw new FormatException(
                "pem", 0, file + " has a key that is neither EC, RSA nor Ed25519");
    }

    private static byte[] decode(Path file, String base64) throws FormatException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new FormatException("pem", 0, file + ": " + e.getMessage());
        }
    }
}

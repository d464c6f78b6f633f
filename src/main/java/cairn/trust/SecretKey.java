package cairn.trust;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// A signing key, with its name.
///
/// Printing it does not tell it; [#export()] does.
///
/// ```
/// text = name ":" base64 of (seed:32 public:32)      ; as Nix and libsodium have it
/// ```
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1">Ed25519</a>
public final class SecretKey {
    private static final int SEED = Ed25519.SECRET_KEY_SIZE;
    private static final String FORMAT = "secret key";

    private final Bytes seed;
    private final PublicKey publicKey;

    private SecretKey(String name, Bytes seed) throws FormatException {
        byte[] point = new byte[PublicKey.LENGTH];
        Ed25519.generatePublicKey(seed.toByteArray(), 0, point, 0);
        this.seed = seed;
        publicKey = PublicKey.of(name, Bytes.wrap(point));
    }

    /// Makes a new key.
    ///
    /// @throws FormatException if the name is not one that Nix can read in a list
    public static SecretKey generate(String name, SecureRandom random) throws FormatException {
        byte[] seed = new byte[SEED];
        random.nextBytes(seed);
        return new SecretKey(name, Bytes.wrap(seed));
    }

    /// Parses the text of a key file; its public half must belong to the secret one.
    public static SecretKey parse(String text) throws FormatException {
        var named = Named.parse(FORMAT, text, SEED + PublicKey.LENGTH);
        var key = new SecretKey(named.name(), named.value().slice(0, SEED));
        if (!key.publicKey.bytes().equals(named.value().slice(SEED))) {
            throw new FormatException(FORMAT, 0, "its public half belongs to another key");
        }
        return key;
    }

    public String name() {
        return publicKey.name();
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    public Signature sign(Bytes message) {
        byte[] text = message.toByteArray();
        byte[] signature = new byte[Signature.LENGTH];
        Ed25519.sign(
                seed.toByteArray(),
                0,
                publicKey.bytes().toByteArray(),
                0,
                null,
                text,
                0,
                text.length,
                signature,
                0);
        return new Signature(name(), Bytes.wrap(signature));
    }

    /// The text of the key file. Whoever has it can sign.
    public String export() {
        return new Named(name(), seed.concat(publicKey.bytes())).toString();
    }

    @Override
    public String toString() {
        return "secret key " + name();
    }
}

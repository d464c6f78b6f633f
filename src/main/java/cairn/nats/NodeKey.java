package cairn.nats;

import cairn.engine.Configuration;
import cairn.store.Home;
import cairn.trust.SecretKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;

/// The key by which a home signs what it asks of others, in `keys/node.secret`.
final class NodeKey {
    private static final String FILE = "node.secret";
    private static final int NAME = 40;

    private NodeKey() {}

    /// The key of a home, made when it is first asked for.
    static SecretKey of(Home home) throws IOException {
        Path file = home.keys().resolve(FILE);
        try {
            return SecretKey.parse(Files.readString(file).strip());
        } catch (NoSuchFileException _) {
            return make(file);
        }
    }

    private static SecretKey make(Path file) throws IOException {
        var key = SecretKey.generate("cairn-" + machine(), new SecureRandom());
        Path whole = Files.createTempFile(file.getParent(), FILE, ".new"); // its owner's alone
        try {
            Files.writeString(whole, key.export() + "\n");
            Files.createLink(file, whole); // so nobody ever finds a part of it
            return key;
        } catch (FileAlreadyExistsException _) {
            return SecretKey.parse(Files.readString(file).strip()); // another process was faster
        } finally {
            Files.delete(whole);
        }
    }

    /// What a node calls itself: if nobody says, the machine's name and some of the key.
    static String name(SecretKey key, Configuration.Nats settings) {
        return settings.node().isEmpty()
                ? "%s-%s".formatted(machine(), key.publicKey().bytes().slice(0, 3).toHex())
                : settings.node();
    }

    private static String machine() {
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            name = "node";
        }
        String plain = name.replaceAll("[.].*", "").replaceAll("[^A-Za-z0-9_-]", "-");
        return plain.isEmpty() ? "node" : plain.substring(0, Math.min(NAME, plain.length()));
    }
}

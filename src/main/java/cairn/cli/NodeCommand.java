package cairn.cli;

import cairn.cid.FormatException;
import cairn.engine.CacheServer;
import cairn.engine.Uploads;
import cairn.gateway.Gateway;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = "Serves the store to Nix as a binary cache, until it is told to stop.",
        footer = {
            "",
            "Only this machine can reach it, and nobody can write, unless told otherwise. A token file",
            "has a token a line; 'realise' behind one lets its owner say what content-addressed",
            "derivations became. Nix sends a token as the password of its netrc file.",
            "",
            "Examples:",
            "  cairn node                                     http://127.0.0.1:8087",
            "  cairn node --port 0 --writable                 a free port; nix copy --to takes it",
            "  cairn node --listen 0.0.0.0 --writable --token-file tokens \\",
            "      --tls-cert cert.pem --tls-key key.pem      for others too",
            "  cairn node --substituter 'https://cache.example.org?priority=10' \\",
            "      --trusted-key cache.example.org-1:…        what is asked for comes in and stays",
            "  curl http://127.0.0.1:8087/metrics"
        })
final class NodeCommand implements Command {
    private static final int PORT = 8087;

    @Option(names = "--port", paramLabel = "N", description = "where to listen; 0: a free port")
    private int port = PORT;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "whom to hear; 0.0.0.0: everyone; default 127.0.0.1")
    private String listen = "127.0.0.1";

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "a name by which others call this machine; may be given again")
    private List<String> hosts = List.of();

    @Option(names = "--writable", description = "takes what nix copy --to brings")
    private boolean writable;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "the tokens of those who may write")
    private Optional<Path> tokens = Optional.empty();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "certificates for HTTPS, PEM")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "their private key, PEM")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--trusted-key",
            paramLabel = "KEY",
            description = "a public key whose signatures are believed; may be given again")
    private List<String> trusted = List.of();

    @Option(
            names = "--secret-key-file",
            paramLabel = "FILE",
            description = "a key that signs what a trusted key has signed")
    private Optional<Path> secret = Optional.empty();

    @Option(
            names = "--substituter",
            paramLabel = "URI",
            description = "a store to ask for what is not here; may be given again")
    private List<String> substituters = List.of();

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "as Nix sorts its caches, the smallest first; default 30")
    private int priority = 30;

    @Override
    public int run(Session session) throws Exception {
        var settings = settings();
        var engine = session.engine();
        var interrupt = session.interrupt();
        try (var server = Gateway.start(engine, settings)) {
            announce(session, server, settings);
            interrupt.awaitSignal();
        }
        return ExitCode.DONE;
    }

    private void announce(Session session, CacheServer server, CacheServer.Settings settings) {
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("address", server.address());
            fields.put("writable", settings.writable());
            session.print(fields);
        } else {
            session.out()
                    .println(
                            """
                            Serving %s at %s%s
                            For nix.conf:
                              extra-substituters = %s
                              extra-trusted-public-keys = %s\
                            """
                                    .formatted(
                                            session.home(),
                                            server.address(),
                                            settings.writable() ? ", also for writing" : "",
                                            server.address(),
                                            publicKeys(settings)));
        }
        session.out().flush();
    }

    private static String publicKeys(CacheServer.Settings settings) {
        var keys = new ArrayList<String>();
        settings.key().ifPresent(own -> keys.add(own.publicKey().toString()));
        settings.trusted().keys().forEach(each -> keys.add(each.toString()));
        return keys.isEmpty() ? "<those of whoever signed the paths>" : String.join(" ", keys);
    }

    private CacheServer.Settings settings() throws IOException, Failure.Reported {
        if (port < 0 || port > 0xffff) {
            throw usage("--port is a number from 0 to 65535");
        }
        InetAddress address;
        try {
            address = InetAddress.getByName(listen);
        } catch (UnknownHostException _) {
            throw usage("--listen: there is no address " + listen);
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw usage("--tls-cert and --tls-key go together");
        }
        if (writable && tokens.isEmpty() && !address.isLoopbackAddress()) {
            throw usage("who lets others write needs --token-file");
        }
        return new CacheServer.Settings(
                new InetSocketAddress(address, port),
                names(),
                writable,
                writers(),
                certificate.isPresent()
                        ? Optional.of(
                                new CacheServer.Certificate(certificate.get(), key.orElseThrow()))
                        : Optional.empty(),
                trustedKeys(),
                secretKey(),
                substituters,
                priority,
                Uploads.Limits.DEFAULT);
    }

    private Set<String> names() {
        return hosts.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<CacheServer.Writer> writers() throws IOException, Failure.Reported {
        var writers = new ArrayList<CacheServer.Writer>();
        if (tokens.isEmpty()) {
            return writers;
        }
        for (String line : Files.readAllLines(tokens.get())) {
            String[] words = line.strip().split("\\s+", -1);
            if (words[0].isEmpty() || words[0].startsWith("#")) {
                continue;
            }
            boolean realise = words.length == 2 && words[1].equals("realise");
            if (words.length > 1 && !realise) {
                throw usage(tokens.get() + ": behind a token stands nothing, or 'realise'");
            }
            writers.add(new CacheServer.Writer(words[0], realise));
        }
        if (writers.isEmpty()) {
            throw usage(tokens.get() + " has no token");
        }
        return writers;
    }

    private TrustedKeys trustedKeys() throws Failure.Reported {
        try {
            return TrustedKeys.parse(trusted);
        } catch (FormatException e) {
            throw usage("--trusted-key: " + e.problem());
        }
    }

    private Optional<SecretKey> secretKey() throws IOException {
        return secret.isPresent()
                ? Optional.of(SecretKey.parse(Files.readString(secret.get()).strip()))
                : Optional.empty();
    }

    private static Failure.Reported usage(String sentence) {
        return new Failure.Reported(ExitCode.USAGE, sentence);
    }
}

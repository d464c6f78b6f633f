package cairn.cli;

import cairn.cid.FormatException;
import cairn.engine.CacheServer;
import cairn.engine.Configuration;
import cairn.gateway.Gateway;
import cairn.nats.Joining;
import cairn.nats.NatsNode;
import cairn.nats.PrivateServer;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

@picocli.CommandLine.Command(
        description = "Serves the store to Nix as a binary cache, until it is told to stop.",
        footer = {
            "",
            "Only this machine can reach it, and nobody can write, unless told otherwise. A token file",
            "has a token a line; 'realise' behind one lets its owner say what content-addressed",
            "derivations became. Nix sends a token as the password of its netrc file.",
            "",
            "What no option says, the environment does (CAIRN_GATEWAY_LISTEN, …), else cairn.toml in the",
            "home: gateway.listen, .hosts, .writable, .token-file, .tls-cert, .tls-key, .secret-key-file,",
            ".priority; substituters, trusted-keys, offline, store.limit; nats.url and what else begins so,",
            "see cairn config --help.",
            "",
            "Examples:",
            "  cairn node                                     http://127.0.0.1:8087",
            "  cairn node --port 0 --writable                 a free port; nix copy --to takes it",
            "  cairn node --listen 0.0.0.0 --writable --token-file tokens \\",
            "      --tls-cert cert.pem --tls-key key.pem      for others too",
            "  cairn node --substituter 'https://cache.example.org?priority=10' \\",
            "      --trusted-key cache.example.org-1:…        what is asked for comes in and stays",
            "  cairn node --offline --limit '20 GiB'            on the train, and no more than that",
            "  cairn node --nats nats://127.0.0.1:4222          also for other nodes:",
            "      cairn copy --from nats+ipld://127.0.0.1:4222 hello",
            "  cairn node --with-nats                           with a server of its own, on this machine",
            "  curl http://127.0.0.1:8087/metrics"
        })
final class NodeCommand implements Command {
    private static final String NATS_URL = "nats.url";

    private final List<Configuration.Option> options = new ArrayList<>();

    @Option(
            names = "--with-nats",
            description = "starts a NATS server of the home's own on this machine, and joins it")
    private boolean withNats;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "where to listen; default 8087; 0: a free port")
    void port(String number) {
        set("gateway.port", "--port", number);
    }

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "whom to hear; 0.0.0.0: everyone; default 127.0.0.1")
    void listen(String address) {
        set("gateway.listen", "--listen", address);
    }

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "a name by which others call this machine; may be given again")
    void hosts(List<String> names) {
        set("gateway.hosts", "--host", names);
    }

    @Option(names = "--writable", description = "takes what nix copy --to brings")
    void writable(boolean yes) {
        set("gateway.writable", "--writable", Boolean.toString(yes));
    }

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "the tokens of those who may write")
    void tokenFile(String file) {
        set("gateway.token-file", "--token-file", file);
    }

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "certificates for HTTPS, PEM")
    void certificate(String file) {
        set("gateway.tls-cert", "--tls-cert", file);
    }

    @Option(names = "--tls-key", paramLabel = "FILE", description = "their private key, PEM")
    void certificateKey(String file) {
        set("gateway.tls-key", "--tls-key", file);
    }

    @Option(
            names = "--trusted-key",
            paramLabel = "KEY",
            description = "a public key whose signatures are believed; may be given again")
    void trustedKeys(List<String> keys) {
        set("trusted-keys", "--trusted-key", keys);
    }

    @Option(
            names = "--secret-key-file",
            paramLabel = "FILE",
            description = "a key that signs what a trusted key has signed")
    void secretKey(String file) {
        set("gateway.secret-key-file", "--secret-key-file", file);
    }

    @Option(
            names = "--substituter",
            paramLabel = "URI",
            description = "a store to ask for what is not here; may be given again")
    void substituters(List<String> uris) {
        set("substituters", "--substituter", uris);
    }

    @Option(names = "--offline", description = "asks no other store; misses fail at once")
    void offline(boolean yes) {
        set("offline", "--offline", Boolean.toString(yes));
    }

    @Option(
            names = "--limit",
            paramLabel = "SIZE",
            description =
                    "from this size of the store on, paths go that nobody asked for the longest;"
                            + " never what is pinned")
    void limit(String size) {
        set("store.limit", "--limit", size);
    }

    @Option(
            names = "--nats",
            paramLabel = "URL",
            description =
                    "a NATS server, nats://host:port, where others find this node as soon as it can be"
                            + " reached")
    void nats(String url) {
        set(NATS_URL, "--nats", url);
    }

    @Option(
            names = "--writer",
            paramLabel = "KEY",
            description =
                    "a public key whose requests over NATS are taken, or * for all; may be given"
                            + " again")
    void writers(List<String> keys) {
        set("nats.writers", "--writer", keys);
    }

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "as Nix sorts its caches, the smallest first; default 30")
    void priority(String number) {
        set("gateway.priority", "--priority", number);
    }

    @Override
    public int run(Session session) throws Exception {
        if (!withNats) {
            return serve(session);
        }
        if (options.stream().anyMatch(option -> option.key().equals(NATS_URL))) {
            throw new Failure.Reported(
                    ExitCode.USAGE, "--nats names a server and --with-nats starts one: give one");
        }
        try (var server =
                PrivateServer.start(session.engine().store().home(), session.environment())) {
            set(NATS_URL, "--with-nats", server.url());
            return serve(session);
        }
    }

    private int serve(Session session) throws Exception {
        var interrupt = session.interrupt();
        var configuration = configuration(session);
        try (var server = start(session, configuration)) {
            if (configuration.nats().url().isEmpty()) {
                announce(session, server, Optional.empty());
                interrupt.awaitSignal();
                return ExitCode.DONE;
            }
            try (var joining = Joining.begin(session.engine(), configuration.nats())) {
                announce(session, server, joining.node());
                joining.goOn(node -> {
                    if (session.json()) {
                        announce(session, server, Optional.of(node));
                    } else {
                        announce(session, node);
                    }
                });
                interrupt.awaitSignal();
            }
        }
        return ExitCode.DONE;
    }

    private void set(String key, String origin, String value) {
        options.add(new Configuration.Option(key, origin, value));
    }

    private void set(String key, String origin, List<String> values) {
        options.removeIf(option -> option.key().equals(key));
        values.forEach(value -> set(key, origin, value));
    }

    /// @param node if it has joined others
    private static void announce(Session session, CacheServer server, Optional<NatsNode> node) {
        boolean writable = server.settings().writable();
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("address", server.address());
            fields.put("writable", writable);
            fields.put("offline", server.isOffline());
            fields.put("nixConf", server.nixConf());
            node.ifPresent(joined -> {
                fields.put("nats", joined.server());
                fields.put("node", joined.name());
                fields.put("domain", joined.domain());
                fields.put("key", joined.key().toString());
            });
            session.print(fields);
        } else {
            session.out()
                    .printf(
                            "Serving %s at %s%s%s%nFor nix.conf:%n",
                            session.home(),
                            server.address(),
                            writable ? ", also for writing" : "",
                            server.isOffline() ? ", offline" : "");
            server.nixConf().forEach(line -> session.out().println("  " + line));
            server.netrc().ifPresent(line -> session.out().println("For netrc:\n  " + line));
            node.ifPresent(joined -> announce(session, joined));
        }
        session.out().flush();
    }

    private static void announce(Session session, NatsNode node) {
        session.out()
                .printf(
                        "As %s at %s, domain %s, with the key %s%n",
                        node.name(), node.server(), node.domain(), node.key());
        session.out().flush();
    }

    private Configuration configuration(Session session) throws IOException, Failure.Reported {
        try {
            return Configuration.read(
                    session.engine().store().home(), session.environment(), options);
        } catch (FormatException e) {
            throw wrong(e);
        }
    }

    private static CacheServer start(Session session, Configuration configuration)
            throws IOException, Failure.Reported {
        try {
            return Gateway.start(session.engine(), CacheServer.Settings.of(configuration));
        } catch (NoSuchFileException e) {
            throw new Failure.Reported(ExitCode.USAGE, Failure.of(e).sentence());
        } catch (FormatException e) {
            throw wrong(e);
        }
    }

    private static Failure.Reported wrong(FormatException e) {
        return isUsage(e.format())
                ? new Failure.Reported(
                        ExitCode.USAGE,
                        e.format().startsWith("gateway")
                                ? e.problem()
                                : "%s: %s".formatted(e.format(), e.problem()))
                : Failure.of(e).thrown();
    }

    /// Whether what is wrong was said by the user now: by an option or in the environment.
    private static boolean isUsage(String origin) {
        return origin.startsWith("--")
                || origin.startsWith("CAIRN_")
                || origin.equals("gateway")
                || origin.equals("store uri");
    }
}

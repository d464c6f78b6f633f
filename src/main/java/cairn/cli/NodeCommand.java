package cairn.cli;

import cairn.cid.FormatException;
import cairn.engine.CacheServer;
import cairn.engine.Configuration;
import cairn.gateway.Gateway;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
            ".priority; substituters, trusted-keys, offline, store.limit.",
            "",
            "Examples:",
            "  cairn node                                     http://127.0.0.1:8087",
            "  cairn node --port 0 --writable                 a free port; nix copy --to takes it",
            "  cairn node --listen 0.0.0.0 --writable --token-file tokens \\",
            "      --tls-cert cert.pem --tls-key key.pem      for others too",
            "  cairn node --substituter 'https://cache.example.org?priority=10' \\",
            "      --trusted-key cache.example.org-1:…        what is asked for comes in and stays",
            "  cairn node --offline --limit '20 GiB'            on the train, and no more than that",
            "  curl http://127.0.0.1:8087/metrics"
        })
final class NodeCommand implements Command {
    private final List<Configuration.Option> options = new ArrayList<>();

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
            names = "--priority",
            paramLabel = "N",
            description = "as Nix sorts its caches, the smallest first; default 30")
    void priority(String number) {
        set("gateway.priority", "--priority", number);
    }

    @Override
    public int run(Session session) throws Exception {
        var interrupt = session.interrupt();
        try (var server = start(session)) {
            announce(session, server);
            interrupt.awaitSignal();
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

    private static void announce(Session session, CacheServer server) {
        boolean writable = server.settings().writable();
        if (session.json()) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("address", server.address());
            fields.put("writable", writable);
            fields.put("offline", server.isOffline());
            fields.put("nixConf", server.nixConf());
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
        }
        session.out().flush();
    }

    private CacheServer start(Session session) throws IOException, Failure.Reported {
        var engine = session.engine();
        try {
            return Gateway.start(
                    engine,
                    CacheServer.Settings.of(
                            Configuration.read(
                                    engine.store().home(), session.environment(), options)));
        } catch (NoSuchFileException e) {
            throw new Failure.Reported(ExitCode.USAGE, Failure.of(e).sentence());
        } catch (FormatException e) {
            throw isUsage(e.format())
                    ? new Failure.Reported(
                            ExitCode.USAGE,
                            e.format().startsWith("gateway")
                                    ? e.problem()
                                    : "%s: %s".formatted(e.format(), e.problem()))
                    : Failure.of(e).thrown();
        }
    }

    /// Whether what is wrong was said by the user now: by an option or in the environment.
    private static boolean isUsage(String origin) {
        return origin.startsWith("--")
                || origin.startsWith("CAIRN_")
                || origin.equals("gateway")
                || origin.equals("store uri");
    }
}

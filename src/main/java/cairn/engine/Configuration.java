package cairn.engine;

import cairn.cid.FormatException;
import cairn.store.Home;
import cairn.store.Synchronous;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the file `cairn.toml` of a home sets. The environment overrides it: `CAIRN_GATEWAY_LISTEN`
/// stands for `gateway.listen`, and of a list has its items between spaces.
///
/// @param trustedKeys the keys whose signatures are believed: `trusted-keys`, by default none
/// @param substituters URIs of the stores that are asked for what is not here: `substituters`
/// @param offline whether none of them is asked: `offline`
/// @param storeLimit from how many bytes on the disk on the paths go that were not asked for the
///   longest: `store.limit`, a number or a text such as `20 GiB`; by default there is no limit
/// @param synchronous what a commit waits for: `store.synchronous`
/// @param settings all of it as it is written
/// @param unknown keys in the file that set nothing
public record Configuration(
        TrustedKeys trustedKeys,
        List<String> substituters,
        boolean offline,
        long storeLimit,
        Synchronous synchronous,
        Gateway gateway,
        Nats nats,
        List<Setting.Now> settings,
        List<String> unknown) {
    /// Stands for no limit.
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final int MAX_REPLICAS = 5;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern SHARE = Pattern.compile("0(\\.[0-9]{1,9})?|1(\\.0{1,9})?");
    private static final Pattern SIZE =
            Pattern.compile("([0-9]{1,15})(?:\\.([0-9]{1,3}))? ?(B|[KMGTkmgt]i?B?)?");

    /// How the node is served to Nix.
    ///
    /// @param listen `gateway.listen`, by default `127.0.0.1:8087`; port 0 is a free one
    /// @param hosts `gateway.hosts`: names by which it is called, beside addresses and `localhost`
    /// @param writable `gateway.writable`
    /// @param tokenFile `gateway.token-file`: the tokens of those who may write, one a line;
    ///   `realise` behind one lets its owner say what content-addressed derivations became
    /// @param tlsCert `gateway.tls-cert`, PEM
    /// @param tlsKey `gateway.tls-key`, PEM
    /// @param secretKeyFile `gateway.secret-key-file`: signs what a trusted key has signed
    /// @param priority `gateway.priority`, as Nix sorts its caches
    public record Gateway(
            InetSocketAddress listen,
            List<String> hosts,
            boolean writable,
            Optional<Path> tokenFile,
            Optional<Path> tlsCert,
            Optional<Path> tlsKey,
            Optional<Path> secretKeyFile,
            int priority) {
        private static final int PORT = 8087;

        public Gateway {
            hosts = hosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        }
    }

    /// How NATS is reached, and what is served there.
    ///
    /// @param url `nats.url`: the server where this node meets others
    /// @param creds `nats.creds`
    /// @param nkey `nats.nkey`
    /// @param user `nats.user`, with the password in `nats.password-file`
    /// @param tlsCa `nats.tls-ca`: with it TLS is used, and it vouches for the server
    /// @param inbox `nats.inbox`: the beginning of the subjects of replies
    /// @param domain `nats.domain`: the one that is served, empty for the default domain
    /// @param node `nats.node`: what the node calls itself, empty for a name that follows from its
    ///   key
    /// @param writers `nats.writers`: public keys whose requests may change what is here
    /// @param hitThreshold `nats.hit-threshold`: the share of what others ask for, from 0 to 1,
    ///   that shall be here
    /// @param streams what this node does with the streams there
    public record Nats(
            Optional<String> url,
            Optional<Path> creds,
            Optional<Path> nkey,
            Optional<String> user,
            Optional<Path> passwordFile,
            Optional<Path> tlsCa,
            String inbox,
            String domain,
            String node,
            List<String> writers,
            double hitThreshold,
            Streams streams) {
        /// Stands among the writers for everybody.
        public static final String ANYBODY = "*";

        public Nats {
            writers = List.copyOf(writers);
        }

        /// The same at another server.
        public Nats at(String server) {
            return new Nats(
                    Optional.of(server),
                    creds,
                    nkey,
                    user,
                    passwordFile,
                    tlsCa,
                    inbox,
                    domain,
                    node,
                    writers,
                    hitThreshold,
                    streams);
        }

        /// What a node does with streams.
        ///
        /// @param publishImports `nats.publish-imports`: whether what comes in is published
        /// @param replicate `nats.replicate`: whether what others publish comes in
        /// @param replicas `nats.replicas`: how often a stream that it makes is kept
        /// @param limit `nats.stream-limit`: how many bytes of blocks one that it makes may have
        /// @param importBuilds `nats.import-builds`: whether the builds of others are kept here
        /// @param importOutputs `nats.import-outputs`: whether what these gave comes in
        public record Streams(
                boolean publishImports,
                boolean replicate,
                int replicas,
                long limit,
                boolean importBuilds,
                boolean importOutputs) {
            /// Reads, and makes nothing.
            public static final Streams READ =
                    new Streams(false, false, 1, UNLIMITED, false, false);
        }

        /// The nodes of the domain as a store, if a server is named.
        public Optional<String> uri() {
            return url.map(text ->
                    "nats+ipld://%s%s"
                            .formatted(
                                    text.replaceFirst("^[a-z]+://", "").replaceFirst("^.*@", ""),
                                    domain.isEmpty() ? "" : "/" + domain));
        }
    }

    public Configuration {
        substituters = List.copyOf(substituters);
        settings = List.copyOf(settings);
        unknown = List.copyOf(unknown);
    }

    /// What is set for a home; where nothing is, everything is as it comes.
    public static Configuration read(Home home, Map<String, String> environment)
            throws IOException {
        return read(home, environment, List.of());
    }

    /// A value that a command was given, which goes before all others.
    ///
    /// @param origin what a user calls it: `--listen`
    public record Option(String key, String origin, String value) {}

    /// The same with what a command was told.
    ///
    /// @throws FormatException named after where the value comes from that is wrong
    public static Configuration read(
            Home home, Map<String, String> environment, List<Option> options) throws IOException {
        var values = ConfigurationValues.read(home, environment, options);
        return new Configuration(
                trustedKeys(values.list(Setting.TRUSTED_KEYS)),
                texts(values.list(Setting.SUBSTITUTERS)),
                values.flag(Setting.OFFLINE),
                size(values.value(Setting.STORE_LIMIT)),
                synchronous(values.required(Setting.STORE_SYNCHRONOUS)),
                gateway(values),
                nats(values),
                values.all(),
                values.unknown());
    }

    /// What a commit waits for in a home. Every command asks, so nothing is read in vain.
    static Synchronous synchronous(Home home, Map<String, String> environment) throws IOException {
        return ConfigurationValues.mayHave(Setting.STORE_SYNCHRONOUS, home, environment)
                ? synchronous(
                        ConfigurationValues.read(home, environment, List.of())
                                .required(Setting.STORE_SYNCHRONOUS))
                : Synchronous.FULL;
    }

    private static Synchronous synchronous(ConfigurationValues.Value value) throws FormatException {
        return switch (value.text().strip().toUpperCase(Locale.ROOT)) {
            case "FULL" -> Synchronous.FULL;
            case "NORMAL" -> Synchronous.NORMAL;
            default -> throw value.wrong("'%s' is neither FULL nor NORMAL".formatted(value.text()));
        };
    }

    private static Gateway gateway(ConfigurationValues values) throws FormatException {
        var port = values.value(Setting.GATEWAY_PORT);
        var listen = listen(values.required(Setting.GATEWAY_LISTEN));
        return new Gateway(
                port.isEmpty()
                        ? listen
                        : new InetSocketAddress(
                                listen.getAddress(), number(port.get(), port.get().text(), 0xffff)),
                texts(values.list(Setting.GATEWAY_HOSTS)),
                values.flag(Setting.GATEWAY_WRITABLE),
                values.file(Setting.GATEWAY_TOKEN_FILE),
                values.file(Setting.GATEWAY_TLS_CERT),
                values.file(Setting.GATEWAY_TLS_KEY),
                values.file(Setting.GATEWAY_SECRET_KEY_FILE),
                priority(values.required(Setting.GATEWAY_PRIORITY)));
    }

    private static Nats nats(ConfigurationValues values) throws FormatException {
        for (var writer : values.list(Setting.NATS_WRITERS)) {
            if (!writer.text().equals(Nats.ANYBODY)) {
                checkKey(writer);
            }
        }
        return new Nats(
                text(values, Setting.NATS_URL),
                values.file(Setting.NATS_CREDS),
                values.file(Setting.NATS_NKEY),
                text(values, Setting.NATS_USER),
                values.file(Setting.NATS_PASSWORD_FILE),
                values.file(Setting.NATS_TLS_CA),
                values.required(Setting.NATS_INBOX).text(),
                name(values, Setting.NATS_DOMAIN),
                name(values, Setting.NATS_NODE),
                texts(values.list(Setting.NATS_WRITERS)),
                share(values.required(Setting.NATS_HIT_THRESHOLD)),
                new Nats.Streams(
                        values.flag(Setting.NATS_PUBLISH_IMPORTS),
                        values.flag(Setting.NATS_REPLICATE),
                        replicas(values.required(Setting.NATS_REPLICAS)),
                        size(values.value(Setting.NATS_STREAM_LIMIT)),
                        values.flag(Setting.NATS_IMPORT_BUILDS),
                        values.flag(Setting.NATS_IMPORT_OUTPUTS)));
    }

    private static int replicas(ConfigurationValues.Value value) throws FormatException {
        int replicas = number(value, value.text(), MAX_REPLICAS);
        if (replicas == 0) {
            throw value.wrong("a stream is kept once at least");
        }
        return replicas;
    }

    private static Optional<String> text(ConfigurationValues values, Setting setting)
            throws FormatException {
        return values.value(setting).map(ConfigurationValues.Value::text);
    }

    /// A part of a subject, or nothing.
    private static String name(ConfigurationValues values, Setting setting) throws FormatException {
        var value = values.value(setting);
        if (value.isPresent() && !NAME.matcher(value.get().text()).matches()) {
            throw value.get()
                    .wrong(
                            "'%s' is no name of letters, digits, _ and -"
                                    .formatted(value.get().text()));
        }
        return value.map(ConfigurationValues.Value::text).orElse("");
    }

    private static void checkKey(ConfigurationValues.Value value) throws FormatException {
        try {
            var _ = TrustedKeys.parse(List.of(value.text()));
        } catch (FormatException e) {
            throw value.wrong(e.problem());
        }
    }

    private static List<String> texts(List<ConfigurationValues.Value> values) {
        return values.stream().map(ConfigurationValues.Value::text).toList();
    }

    private static int priority(ConfigurationValues.Value value) throws FormatException {
        return number(value, value.text(), 1_000_000);
    }

    private static TrustedKeys trustedKeys(List<ConfigurationValues.Value> values)
            throws FormatException {
        var texts = new ArrayList<String>();
        for (var value : values) {
            checkKey(value);
            texts.add(value.text());
        }
        return texts.isEmpty() ? TrustedKeys.NONE : TrustedKeys.parse(texts);
    }

    /// An address with or without a port.
    private static InetSocketAddress listen(ConfigurationValues.Value value)
            throws FormatException {
        String text = value.text();
        boolean isBare6 = text.indexOf(':') != text.lastIndexOf(':') && !text.contains("]");
        int colon = isBare6 ? -1 : text.lastIndexOf(':');
        boolean hasPort = colon > text.indexOf(']');
        String host = hasPort ? text.substring(0, colon) : text;
        int port = hasPort ? number(value, text.substring(colon + 1), 0xffff) : Gateway.PORT;
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException _) {
            throw value.wrong("there is no address " + host);
        }
    }

    private static int number(ConfigurationValues.Value value, String text, int most)
            throws FormatException {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > most) {
            throw value.wrong("'%s' is no number from 0 to %d".formatted(text, most));
        }
        return Integer.parseInt(text);
    }

    private static double share(ConfigurationValues.Value value) throws FormatException {
        if (!SHARE.matcher(value.text()).matches()) {
            throw value.wrong("'%s' is no share from 0 to 1, such as 0.9".formatted(value.text()));
        }
        return Double.parseDouble(value.text());
    }

    private static long size(Optional<ConfigurationValues.Value> value) throws FormatException {
        if (value.isEmpty()) {
            return UNLIMITED;
        }
        var match = SIZE.matcher(value.get().text().strip());
        if (!match.matches()) {
            throw value.get().wrong("'%s' is no size such as 20 GiB".formatted(value.get().text()));
        }
        String unit = match.group(3) == null ? "B" : match.group(3).toUpperCase(Locale.ROOT);
        double factor = Math.pow(1024, "BKMGT".indexOf(unit.charAt(0)));
        String fraction = match.group(2) == null ? "0" : match.group(2);
        return (long) (Double.parseDouble(match.group(1) + "." + fraction) * factor);
    }
}

package cairn.engine;

import java.util.List;
import java.util.Locale;

/// Something that can be set: in the file `cairn.toml` of a home, or in the environment.
public enum Setting {
    TRUSTED_KEYS(
            "trusted-keys",
            Kind.LIST,
            "",
            "Public keys, as Nix writes them, whose signatures are believed."),
    SUBSTITUTERS(
            "substituters",
            Kind.LIST,
            "",
            "Stores that are asked for what is not here, the smallest ?priority= first."),
    OFFLINE(
            "offline",
            Kind.FLAG,
            "false",
            "Whether none of them is asked, so that what is missing here is missing at once."),
    STORE_LIMIT(
            "store.limit",
            Kind.TEXT,
            "",
            "A size, such as 20 GiB, from which on a node lets paths go that nobody asked for the"
                    + " longest; never what is pinned."),
    STORE_SYNCHRONOUS(
            "store.synchronous",
            Kind.TEXT,
            "FULL",
            "FULL: a commit is on the disk when it returns. NORMAL waits less, and a power failure"
                    + " may take back the last commits; it damages nothing."),
    GATEWAY_LISTEN(
            "gateway.listen",
            Kind.TEXT,
            "127.0.0.1:8087",
            "Where Nix reaches the node. 0.0.0.0: from everywhere; port 0: a free one."),
    GATEWAY_PORT("gateway.port", Kind.NUMBER, "", "The port, instead of that of gateway.listen."),
    GATEWAY_HOSTS(
            "gateway.hosts",
            Kind.LIST,
            "",
            "Names by which the node is called, beside addresses and localhost."),
    GATEWAY_WRITABLE(
            "gateway.writable", Kind.FLAG, "false", "Whether it takes what nix copy --to brings."),
    GATEWAY_TOKEN_FILE(
            "gateway.token-file",
            Kind.FILE,
            "",
            "The tokens of those who may write, one a line; 'realise' behind one lets its owner say"
                    + " what content-addressed derivations became."),
    GATEWAY_TLS_CERT("gateway.tls-cert", Kind.FILE, "", "Certificates for HTTPS, PEM."),
    GATEWAY_TLS_KEY("gateway.tls-key", Kind.FILE, "", "Their private key, PEM."),
    GATEWAY_SECRET_KEY_FILE(
            "gateway.secret-key-file",
            Kind.FILE,
            "",
            "A key that signs what a trusted key has signed."),
    GATEWAY_PRIORITY(
            "gateway.priority", Kind.NUMBER, "30", "As Nix sorts its caches, the smallest first."),
    NATS_URL(
            "nats.url",
            Kind.TEXT,
            "",
            "The NATS server where this node meets others: nats://host:4222, or tls://…"),
    NATS_CREDS("nats.creds", Kind.FILE, "", "A file of credentials (JWT and seed) for NATS."),
    NATS_NKEY("nats.nkey", Kind.FILE, "", "A file with the seed of an nkey (SU…) for NATS."),
    NATS_USER("nats.user", Kind.TEXT, "", "The name of a user of NATS."),
    NATS_PASSWORD_FILE("nats.password-file", Kind.FILE, "", "A file with that user's password."),
    NATS_TLS_CA(
            "nats.tls-ca",
            Kind.FILE,
            "",
            "Certificates of those who vouch for the NATS server, PEM; with them TLS is used."),
    NATS_INBOX(
            "nats.inbox",
            Kind.TEXT,
            "_INBOX",
            "Where replies come to, as the role of the user has it: _INBOX_reader"),
    NATS_DOMAIN(
            "nats.domain",
            Kind.TEXT,
            "",
            "The one domain that the home serves, such as a team; by default the one without name."),
    NATS_NODE(
            "nats.node",
            Kind.TEXT,
            "",
            "What the node calls itself; by default the machine's name and some of its key."),
    NATS_WRITERS(
            "nats.writers",
            Kind.LIST,
            "",
            "Public keys whose requests over NATS may change what is here; * stands for all."),
    NATS_HIT_THRESHOLD(
            "nats.hit-threshold",
            Kind.TEXT,
            "0",
            "The node warns when for 5 minutes less than this share of what others asked for was here,"
                    + " such as 0.9; 0: never."),
    NATS_PUBLISH_IMPORTS(
            "nats.publish-imports",
            Kind.FLAG,
            "false",
            "Whether what comes in here is published into the stream of blocks, CID_BLOCKS, which is"
                    + " made where there is none. What is here already comes first."),
    NATS_REPLICATE(
            "nats.replicate",
            Kind.FLAG,
            "false",
            "Whether paths come in that others publish, also while this node was away, if a trusted"
                    + " key signed them or they are named after their content."),
    NATS_REPLICAS(
            "nats.replicas",
            Kind.NUMBER,
            "1",
            "On how many servers of a cluster a stream that this node makes is kept: 1, 3 or 5."),
    NATS_STREAM_LIMIT(
            "nats.stream-limit",
            Kind.TEXT,
            "",
            "How large a stream of blocks that this node makes may become, such as 200 GiB; by default"
                    + " as large as the server lets it. One that is full takes nothing more."),
    NATS_IMPORT_BUILDS(
            "nats.import-builds",
            Kind.FLAG,
            "false",
            "Whether the builds that other nodes tell of are kept here as well."),
    NATS_IMPORT_OUTPUTS(
            "nats.import-outputs",
            Kind.FLAG,
            "false",
            "Whether what those builds gave comes in too, as far as one of trusted-keys signed it.");

    private final String key;
    private final Kind kind;
    private final String standard;
    private final String use;

    /// What its value is.
    public enum Kind {
        TEXT,
        NUMBER,
        FLAG,
        /// Beside `cairn.toml` if that names it and does not say otherwise.
        FILE,
        /// Texts; in the environment between spaces.
        LIST
    }

    /// What something is set to.
    ///
    /// @param values one, several of a list, or none if it is not set
    /// @param origin who says so: `cairn.toml`, a variable of the environment, an option of a
    ///   command; [#DEFAULT] if nobody does
    public record Now(Setting setting, List<String> values, String origin) {
        public static final String DEFAULT = "default";

        public Now {
            values = List.copyOf(values);
        }
    }

    Setting(String key, Kind kind, String standard, String use) {
        this.key = key;
        this.kind = kind;
        this.standard = standard;
        this.use = use;
    }

    /// Its name in the file.
    public String key() {
        return key;
    }

    public Kind kind() {
        return kind;
    }

    /// The value that it has where nobody sets it; empty for none.
    public String standard() {
        return standard;
    }

    /// What it is for, in a sentence or two.
    public String use() {
        return use;
    }

    /// The variable of the environment that overrides the file.
    public String variable() {
        return "CAIRN_" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    }
}

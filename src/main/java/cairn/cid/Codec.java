package cairn.cid;

import java.util.Arrays;
import java.util.Optional;

/// The codecs that Cairn can say something about.
///
/// @see <a href="https://github.com/multiformats/multicodec/blob/master/table.csv">Multicodec
///   table</a>
public enum Codec {
    RAW("raw", 0x55),
    DAG_PB("dag-pb", 0x70),
    DAG_CBOR("dag-cbor", 0x71),
    DAG_JSON("dag-json", 0x0129),
    CBOR("cbor", 0x51),
    JSON("json", 0x0200),
    LIBP2P_KEY("libp2p-key", 0x72),
    GIT_RAW("git-raw", 0x78);

    private final String label;
    private final long code;

    Codec(String label, long code) {
        this.label = label;
        this.code = code;
    }

    public static Optional<Codec> of(long code) {
        return Arrays.stream(values()).filter(codec -> codec.code == code).findFirst();
    }

    /// The name of a codec, or its number where it has no name here.
    public static String label(long code) {
        return of(code).map(Codec::toString).orElseGet(() -> "0x" + Long.toHexString(code));
    }

    public static Optional<Codec> named(String label) {
        return Arrays.stream(values()).filter(codec -> codec.label.equals(label)).findFirst();
    }

    public long code() {
        return code;
    }

    /// The name in the multicodec table.
    @Override
    public String toString() {
        return label;
    }
}

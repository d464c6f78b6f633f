package cairn.cid;

/// A content identifier: the hash of a block, and the codec its bytes are written in.
///
/// Cairn names blocks with version 1 identifiers in base32 and reads version 0 and every base of
/// [Multibase]. Decoding accepts only the canonical encoding, so two identifiers of one version are
/// equal exactly when their binary forms are. A version 0 identifier and its [#toV1()] name the
/// same block and are not equal.
///
/// ```
/// CIDv0 = multihash                        ; sha2-256 of a dag-pb block
/// CIDv1 = 1:varint codec:varint multihash
/// ```
///
/// @param codec the multicodec code; need not be one that [Codec] lists
/// @see <a href="https://github.com/multiformats/cid">CID specification</a>
public record Cid(int version, long codec, Multihash hash) implements Comparable<Cid> {
    private static final int V0_TEXT_LENGTH = 46;
    private static final String V0_PREFIX = "Qm";

    public Cid {
        if (version != 1 && !(version == 0 && isV0(codec, hash))) {
            throw new IllegalArgumentException("no such identifier in version " + version);
        }
        if (codec < 0) {
            throw new IllegalArgumentException("negative codec: " + codec);
        }
    }

    /// Names a block by the SHA-256 of its bytes.
    public static Cid of(Codec codec, Bytes block) {
        return of(codec, Multihash.sha256(block));
    }

    public static Cid of(Codec codec, Multihash hash) {
        return new Cid(1, codec.code(), hash);
    }

    /// Parses text in any base of [Multibase], or the 46 characters of version 0.
    public static Cid parse(String text) throws FormatException {
        return read(text).cid();
    }

    /// Parses text and tells the base it was written in.
    public static Text read(String text) throws FormatException {
        if (text.length() == V0_TEXT_LENGTH && text.startsWith(V0_PREFIX)) {
            return new Text(decode(Multibase.BASE58BTC.decode(text)), Multibase.BASE58BTC);
        }
        if (text.isEmpty()) {
            throw new FormatException("cid", 0, "the text is empty");
        }
        var base =
                Multibase.of(text.charAt(0))
                        .orElseThrow(() ->
                                new FormatException(
                                        "cid",
                                        0,
                                        "unknown multibase prefix '%c'".formatted(text.charAt(0))));
        Cid cid = decode(base.decode(text.substring(1)));
        if (cid.version == 0) {
            throw new FormatException("cid", 0, "version 0 has no multibase prefix");
        }
        return new Text(cid, base);
    }

    /// Decodes the binary form; the input must hold one identifier and nothing else.
    public static Cid decode(Bytes bytes) throws FormatException {
        var in = new ByteReader("cid", bytes);
        Cid cid = read(in);
        in.expectEnd();
        return cid;
    }

    /// Reads one identifier from where the reader stands.
    public static Cid read(ByteReader in) throws FormatException {
        if (in.peek() == HashFunction.SHA2_256.code()) {
            return new Cid(0, Codec.DAG_PB.code(), Multihash.read(in));
        }
        long version = in.varint();
        if (version != 1) {
            throw in.malformed("unsupported version " + version);
        }
        return new Cid(1, in.varint(), Multihash.read(in));
    }

    /// Reads one identifier that must fill the next `length` bytes.
    public static Cid read(ByteReader in, long length) throws FormatException {
        int start = in.position();
        Cid cid = read(in);
        if (in.position() - start != length) {
            throw in.malformed(
                    start,
                    "the CID takes %d bytes, not %s"
                            .formatted(in.position() - start, Long.toUnsignedString(length)));
        }
        return cid;
    }

    public Bytes encode() {
        var out = new ByteWriter(48);
        write(out);
        return out.toBytes();
    }

    public void write(ByteWriter out) {
        if (version == 1) {
            out.varint(1).varint(codec);
        }
        hash.write(out);
    }

    /// The version 1 identifier of the same block.
    public Cid toV1() {
        return version == 1 ? this : new Cid(1, codec, hash);
    }

    public boolean is(Codec other) {
        return codec == other.code();
    }

    /// Tells whether the bytes are the block of this name; never true for a hash function that we
    /// cannot compute, see [Multihash#isVerifiable()].
    public boolean matches(Bytes block) {
        return hash.matches(block);
    }

    public String toString(Multibase base) {
        String text = base.encode(encode());
        return version == 0 ? text : base.prefix() + text;
    }

    @Override
    public int compareTo(Cid other) {
        return encode().compareTo(other.encode());
    }

    /// Base32 in lower case; base58btc for version 0.
    @Override
    public String toString() {
        return toString(version == 0 ? Multibase.BASE58BTC : Multibase.BASE32);
    }

    private static boolean isV0(long codec, Multihash hash) {
        return codec == Codec.DAG_PB.code()
                && hash.code() == HashFunction.SHA2_256.code()
                && hash.digest().length() == HashFunction.SHA2_256.digestLength();
    }

    /// An identifier and the base that its text was written in.
    public record Text(Cid cid, Multibase base) {}
}

package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.Codec;

/// Names the codec of a CID for people.
final class CodecName {
    private CodecName() {}

    /// The name, or the number of a codec that has none here.
    static String of(Cid cid) {
        return Codec.of(cid.codec())
                .map(Codec::toString)
                .orElse("0x" + Long.toHexString(cid.codec()));
    }
}

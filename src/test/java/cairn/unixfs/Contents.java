package cairn.unixfs;

/// The content of files in the fixtures.
final class Contents {
    private Contents() {}

    /// Byte i is the low byte of i * i >> 3, as in `ipfs.mjs`.
    static byte[] of(int length) {
        var content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (i * i >> 3);
        }
        return content;
    }
}

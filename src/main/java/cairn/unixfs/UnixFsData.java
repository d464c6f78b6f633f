package cairn.unixfs;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What UnixFS keeps in the data of a dag-pb block.
///
/// ```
/// message Data {
///   required DataType Type = 1;      // see Type
///   optional bytes Data = 2;         // content, target of a symlink, bit field of a shard
///   optional uint64 filesize = 3;    // files: the bytes of content here and below
///   repeated uint64 blocksizes = 4;  // files: the bytes of content below each link
///   optional uint64 hashType = 5;    // shards
///   optional uint64 fanout = 6;      // shards
///   optional uint32 mode = 7;
///   optional UnixTime mtime = 8;
/// }
/// ```
///
/// Decoding refuses a file size that is not the sum of its parts, and so need not keep it. It
/// passes over modification times and unknown fields; of a field that is given twice the last one
/// counts.
///
/// @param hashType the multicodec code of the function that places names in a shard, else 0
/// @param fanout how many ways a shard branches, else 0
/// @param mode permissions as in POSIX; 0 if none are given
/// @see <a href="https://specs.ipfs.tech/unixfs/">UnixFS</a>
public record UnixFsData(
        Type type, Bytes data, List<Long> blockSizes, long hashType, long fanout, int mode) {
    static final String FORMAT = "unixfs";

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final int TYPE = 1 << 3 | VARINT;
    private static final int DATA = 2 << 3 | LENGTH_DELIMITED;
    private static final int FILE_SIZE = 3 << 3 | VARINT;
    private static final int BLOCK_SIZE = 4 << 3 | VARINT;
    private static final int BLOCK_SIZES = 4 << 3 | LENGTH_DELIMITED;
    private static final int HASH_TYPE = 5 << 3 | VARINT;
    private static final int FANOUT = 6 << 3 | VARINT;
    private static final int MODE = 7 << 3 | VARINT;

    private static final int READ_AND_EXECUTE = 0555;
    private static final int ANY_EXECUTE = 0111;

    public UnixFsData {
        blockSizes = List.copyOf(blockSizes);
    }

    static UnixFsData raw(Bytes content) {
        return new UnixFsData(Type.RAW, content, List.of(), 0, 0, 0);
    }

    static UnixFsData directory() {
        return new UnixFsData(Type.DIRECTORY, Bytes.EMPTY, List.of(), 0, 0, 0);
    }

    static UnixFsData file(List<Long> blockSizes, boolean executable) {
        int mode = executable ? READ_AND_EXECUTE : 0;
        return new UnixFsData(Type.FILE, Bytes.EMPTY, blockSizes, 0, 0, mode);
    }

    static UnixFsData symlink(Bytes target) {
        return new UnixFsData(Type.SYMLINK, target, List.of(), 0, 0, 0);
    }

    static UnixFsData shard(Bytes bitField, int fanout) {
        return new UnixFsData(Type.SHARD, bitField, List.of(), NameHash.CODE, fanout, 0);
    }

    public static UnixFsData decode(Bytes bytes) throws FormatException {
        var in = new ByteReader(FORMAT, bytes);
        long type = -1;
        Bytes data = Bytes.EMPTY;
        long fileSize = -1;
        var blockSizes = new ArrayList<Long>();
        long hashType = 0;
        long fanout = 0;
        long mode = 0;
        while (!in.atEnd()) {
            long key = in.varint();
            switch ((int) Math.min(key, Integer.MAX_VALUE)) {
                case TYPE -> type = in.varint();
                case DATA -> data = in.bytes(in.varint());
                case FILE_SIZE -> fileSize = in.varint();
                case BLOCK_SIZE -> blockSizes.add(in.varint());
                case BLOCK_SIZES -> {
                    var packed = new ByteReader(FORMAT, in.bytes(in.varint()));
                    while (!packed.atEnd()) {
                        blockSizes.add(packed.varint());
                    }
                }
                case HASH_TYPE -> hashType = in.varint();
                case FANOUT -> fanout = in.varint();
                case MODE -> mode = in.varint();
                default -> skip(in, (int) key & 7);
            }
        }
        if (mode >>> Integer.SIZE != 0) {
            throw in.malformed("mode %o is too large".formatted(mode));
        }
        var decoded =
                new UnixFsData(
                        Type.of(type).orElseThrow(() -> in.malformed("no known type")),
                        data,
                        blockSizes,
                        hashType,
                        fanout,
                        (int) mode);
        if (decoded.isFile()) {
            decoded.checkSize(in, fileSize);
        }
        return decoded;
    }

    public Bytes encode() {
        var out = new ByteWriter(data.length() + 10 * blockSizes.size() + 32);
        out.u8(TYPE).varint(type.code);
        if (!data.isEmpty()) {
            out.u8(DATA).varint(data.length()).bytes(data);
        }
        if (isFile()) {
            out.u8(FILE_SIZE).varint(fileSize());
        }
        blockSizes.forEach(size -> out.u8(BLOCK_SIZE).varint(size));
        if (type == Type.SHARD) {
            out.u8(HASH_TYPE).varint(hashType).u8(FANOUT).varint(fanout);
        }
        if (mode != 0) {
            out.u8(MODE).varint(Integer.toUnsignedLong(mode));
        }
        return out.toBytes();
    }

    public boolean isFile() {
        return type == Type.FILE || type == Type.RAW;
    }

    /// Tells whether anyone at all may execute the file.
    public boolean isExecutable() {
        return (mode & ANY_EXECUTE) != 0;
    }

    /// The bytes of content of a file, here and below.
    public long fileSize() {
        long size = data.length();
        for (long blockSize : blockSizes) {
            size += blockSize;
        }
        return size;
    }

    private void checkSize(ByteReader in, long stated) throws FormatException {
        long size = data.length();
        for (long blockSize : blockSizes) {
            size += blockSize;
            if (size < 0) {
                throw in.malformed("the block sizes add up to 2^63 or more");
            }
        }
        if (stated >= 0 && stated != size) {
            throw in.malformed("a file size of %d, but its parts have %d".formatted(stated, size));
        }
    }

    private static void skip(ByteReader in, int wireType) throws FormatException {
        switch (wireType) {
            case VARINT -> in.varint64();
            case FIXED64 -> in.bytes(Long.BYTES);
            case LENGTH_DELIMITED -> in.bytes(in.varint());
            case FIXED32 -> in.bytes(Integer.BYTES);
            default -> throw in.malformed("unknown wire type " + wireType);
        }
    }

    /// The kinds of nodes.
    public enum Type {
        /// Content of a file, as some tools wrap it; cannot be told from a file of its own.
        RAW(0, "raw"),
        DIRECTORY(1, "directory"),
        FILE(2, "file"),
        /// Out of use everywhere.
        METADATA(3, "metadata"),
        SYMLINK(4, "symlink"),
        /// Part of a directory that is too large for one block.
        SHARD(5, "HAMT shard");

        private static final List<Type> TYPES = List.of(values());

        private final int code;
        private final String label;

        Type(int code, String label) {
            this.code = code;
            this.label = label;
        }

        private static Optional<Type> of(long code) {
            for (Type type : TYPES) {
                if (type.code == code) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return label;
        }
    }
}

package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.ipld.PbLink;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// One block of a directory that is a hash array mapped trie.
///
/// A shard has `fanout` slots, a power of two. A name belongs into the slot that the next bits of
/// its [NameHash] tell. The bit field has a bit for each slot that is taken (big-endian, zeros in
/// front left out), and for each there is a link, in this order. Its name is the number of the slot
/// in upper case hexadecimal, with as many digits as the last slot needs; then the name of the
/// entry if the slot has but one, or nothing if it leads to a shard with the several that belong
/// there.
///
/// @param path the bits of the hash that lead here, `depth` of them
/// @param width how many bits choose a slot
/// @param slots the links by the slots that they take, in order
/// @see <a href="https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory">UnixFS, HAMTDirectory</a>
record Shard(UnixFsBlock block, long path, int depth, int width, Map<Integer, PbLink> slots) {
    /// Kubo and js-ipfs-unixfs go no further than a fanout of 1,024 either.
    private static final int MAX_WIDTH = 10;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /// What stands before the name of an entry in a link.
    static Bytes prefix(int slot, int width) {
        return Bytes.utf8(HEX.toHexDigits(slot, (width + 3) / 4));
    }

    /// The slot for a name in a shard that `depth` bits of its hash lead to.
    static int slot(long hash, int depth, int width) {
        return (int) (hash << depth >>> (Long.SIZE - width));
    }

    static Shard root(UnixFsBlock block) throws FormatException {
        return of(block, 0, 0);
    }

    /// The shard that a slot of this one leads to.
    Shard below(int slot, UnixFsBlock child) throws FormatException {
        if (child.data().type() != UnixFsData.Type.SHARD) {
            throw child.malformed("a shard leads to a " + child.data().type());
        }
        if (child.links().isEmpty()) {
            // Few blocks, shared by many slots, could else take forever to list.
            throw child.malformed("a shard leads to an empty one");
        }
        return of(child, pathTo(slot), depth + width);
    }

    int slot(long hash) {
        return slot(hash, depth, width);
    }

    /// Tells whether a name belongs into a slot.
    boolean belongs(Bytes name, int slot) {
        return NameHash.of(name) >>> (Long.SIZE - depth - width) == pathTo(slot);
    }

    /// The name of an entry, or the empty byte string if a link leads to a shard.
    Bytes name(PbLink link) {
        return link.name().slice(prefix(0, width).length());
    }

    private long pathTo(int slot) {
        return path << width | slot;
    }

    private static Shard of(UnixFsBlock block, long path, int depth) throws FormatException {
        UnixFsData data = block.data();
        int width = Long.numberOfTrailingZeros(data.fanout());
        if (data.hashType() != NameHash.CODE) {
            throw block.malformed("a shard with hash function 0x%x".formatted(data.hashType()));
        }
        if (Long.bitCount(data.fanout()) != 1 || width < 1 || width > MAX_WIDTH) {
            throw block.malformed("a shard with a fanout of " + data.fanout());
        }
        if (depth + width > Long.SIZE) {
            throw block.malformed("a shard deeper than the hash of a name is long");
        }
        var taken = new BigInteger(1, data.data().toByteArray());
        if (taken.bitLength() > data.fanout() || taken.bitCount() != block.links().size()) {
            throw block.malformed("the bit field of a shard does not fit its links");
        }
        var slots = new TreeMap<Integer, PbLink>();
        int slot = 0;
        for (PbLink link : block.links()) {
            while (!taken.testBit(slot)) {
                slot++;
            }
            if (!link.name().startsWith(prefix(slot, width))) {
                throw block.malformed(
                        "slot %d of a shard has a link named '%s'"
                                .formatted(slot, link.name().toUtf8()));
            }
            slots.put(slot++, link);
        }
        return new Shard(block, path, depth, width, slots);
    }
}

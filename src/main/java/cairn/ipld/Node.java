package cairn.ipld;

import cairn.cid.Cid;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A value of the IPLD data model: what a block holds, whatever codec it is written in.
///
/// @see <a href="https://ipld.io/docs/data-model/kinds/">Kinds of the data model</a>
public sealed interface Node {
    /// How deep lists and maps may lie in one another in a block that is decoded.
    int MAX_DEPTH = 512;

    Null NULL = new Null();
    Bool TRUE = new Bool(true);
    Bool FALSE = new Bool(false);

    record Null() implements Node {}

    record Bool(boolean value) implements Node {}

    /// An integer from −2^64 to 2^64−1, which is what dag-cbor can write.
    record Int(BigInteger value) implements Node {
        public Int {
            if (value.bitLength() > Long.SIZE) {
                throw new IllegalArgumentException("an integer beyond 64 bits: " + value);
            }
        }

        public Int(long value) {
            this(BigInteger.valueOf(value));
        }
    }

    /// A finite floating-point number.
    record Float64(double value) implements Node {
        public Float64 {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("no number: " + value);
            }
        }
    }

    /// A string of Unicode characters.
    record Text(String value) implements Node {
        public Text {
            requireUnicode(value);
        }
    }

    record Bytes(cairn.cid.Bytes value) implements Node {}

    record List(java.util.List<Node> items) implements Node {
        public List {
            items = java.util.List.copyOf(items);
        }
    }

    /// Named values in the order in which they were read or put in. The order makes no difference
    /// to equality, and each codec writes its own.
    record Map(SequencedMap<String, Node> entries) implements Node {
        /// Shared, since a block of 2 MiB may hold two million empty maps.
        private static final SequencedMap<String, Node> EMPTY =
                Collections.unmodifiableSequencedMap(new LinkedHashMap<>());

        public Map {
            entries.keySet().forEach(Node::requireUnicode);
            entries =
                    entries.isEmpty()
                            ? EMPTY
                            : Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
        }

        /// The entries in a codec's order of the keys' bytes.
        java.util.List<java.util.Map.Entry<cairn.cid.Bytes, Node>> sorted(
                Comparator<cairn.cid.Bytes> order) {
            return entries.entrySet().stream()
                    .map(entry ->
                            java.util.Map.entry(
                                    cairn.cid.Bytes.utf8(entry.getKey()), entry.getValue()))
                    .sorted(java.util.Map.Entry.comparingByKey(order))
                    .toList();
        }
    }

    record Link(Cid cid) implements Node {}

    private static void requireUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 1) {
                    throw new IllegalArgumentException("half a surrogate pair at index " + i);
                }
                i++;
            }
        }
    }
}

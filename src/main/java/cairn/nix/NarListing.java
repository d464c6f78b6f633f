package cairn.nix;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an archive holds, without the contents: the `.ls` file of a binary cache.
///
/// ```
/// {"version":1,"root":{"type":"directory","entries":{
///   "run":{"type":"regular","size":10,"executable":true,"narOffset":400},
///   "link":{"type":"symlink","target":"run"}}}}
/// ```
///
/// JSON has no place for names that are not UTF-8; they are [escaped][Bytes#toEscaped()].
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/json/">JSON formats of Nix</a>
public sealed interface NarListing {
    /// A folder.
    ///
    /// @param entries by their names
    record Directory(SortedMap<Bytes, NarListing> entries) implements NarListing {
        public Directory {
            entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        }

        /// By the text, since a stranger decides how deep a comparison of the entries would go.
        @Override
        public boolean equals(Object object) {
            return object instanceof Directory other && toJson().equals(other.toJson());
        }

        @Override
        public int hashCode() {
            return toJson().hashCode();
        }

        @Override
        public String toString() {
            return toJson();
        }
    }

    /// A file.
    ///
    /// @param narOffset where the contents begin in the archive, zero where that is not known
    record Regular(long size, boolean executable, long narOffset) implements NarListing {}

    record Symlink(Bytes target) implements NarListing {}

    /// Lists a tree, and computes where its archive has the contents.
    static NarListing of(NarSource tree) throws IOException {
        var lister = new NarLister();
        tree.writeTo(lister);
        return lister.listing();
    }

    /// Decodes a whole `.ls` file.
    static NarListing decode(Bytes json) throws FormatException {
        return NarListingJson.decode(json);
    }

    /// The whole `.ls` file.
    default Bytes encode() {
        return NarListingJson.encode(this);
    }

    /// This node alone, as `nix nar ls --json --recursive` prints it.
    default String toJson() {
        return NarListingJson.print(this);
    }
}

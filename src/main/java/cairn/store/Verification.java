package cairn.store;

import cairn.cid.Cid;
import cairn.cid.Multihash;
import java.io.IOException;

/// What checking one stored block against its identifier found.
public sealed interface Verification {
    Cid cid();

    /// The bytes hash to the identifier.
    record Intact(Cid cid, long size) implements Verification {}

    /// The index knows no such block.
    record Missing(Cid cid) implements Verification {}

    /// The bytes are there and hash to something else.
    record Corrupt(Cid cid, Multihash found) implements Verification {}

    /// The bytes could not be read, so nothing is known about them.
    record Unreadable(Cid cid, IOException cause) implements Verification {}

    /// The bytes are there, but their hash function is none that can be computed here.
    record Unverifiable(Cid cid, long size) implements Verification {}

    default boolean isHealthy() {
        return switch (this) {
            case Intact _ -> true;
            case Missing _, Corrupt _, Unreadable _, Unverifiable _ -> false;
        };
    }
}

package cairn.ipld;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import java.util.List;

/// What a [DagWalk] found at one identifier.
public sealed interface Visit {
    Cid cid();

    /// The block is there, and these are its links.
    record Found(Block block, List<NamedLink> links) implements Visit {
        @Override
        public Cid cid() {
            return block.cid();
        }
    }

    /// The source has no such block, so what lies below is unknown.
    record Missing(Cid cid) implements Visit {}

    /// The block is there, but does not follow its codec, so what lies below is unknown.
    record Malformed(Block block, FormatException problem) implements Visit {
        @Override
        public Cid cid() {
            return block.cid();
        }
    }
}

package cairn.store;

import cairn.cid.Cid;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;

/// What a collection must keep, with all that it leads to, beside pins and build logs.
@FunctionalInterface
public interface Roots {
    /// Nothing else.
    Roots NONE = Set::of;

    /// Asked twice: when marking begins, and again while no commit can happen.
    Collection<Cid> cids() throws IOException;
}

package cairn.store;

import cairn.cid.Cid;
import java.time.Instant;

/// A store path that is here, and the names of what it is made of.
///
/// @param cid its PathNode: the name of its closure
/// @param tree the UnixFS root of its files
public record StoredPath(PathInfo info, Cid cid, Cid tree, Instant registeredAt) {}

package cairn.ipld;

import cairn.cid.Cid;

/// A link of a block, and where in the block it stands.
///
/// @param name the name of a dag-pb link; elsewhere the keys and indices that lead to it, joined by
///   "/", of which the last 255 characters are kept; for people, not unique
public record NamedLink(String name, Cid cid) {}

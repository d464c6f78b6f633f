package cairn.store;

/// What repacking did.
///
/// @param frames how many frames were looked at
/// @param deltas how many of them are now written as what they add to a similar one
/// @param bytes by how much the packs are shorter in sum
public record Repacked(long frames, long deltas, long bytes) {}

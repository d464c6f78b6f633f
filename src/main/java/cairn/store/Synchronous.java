package cairn.store;

/// What a commit waits for.
public enum Synchronous {
    /// Blocks and index are on the disk when a commit returns.
    FULL,
    /// Blocks are on the disk; a power failure may take back the last commits, and damages nothing.
    NORMAL
}

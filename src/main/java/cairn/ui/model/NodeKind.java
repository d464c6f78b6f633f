package cairn.ui.model;

/// What a node of a graph is; each kind has a colour and an icon of its own.
public enum NodeKind {
    PATH,
    DIRECTORY,
    FILE,
    BUILD,
    ENVIRONMENT,
    ATTESTATION,
    DERIVATION,
    UNKNOWN
}

package cairn.cli;

import java.util.Objects;

/// The version that the jar's manifest states, or "development" where there is no jar.
final class Version {
    static final String TEXT =
            Objects.requireNonNullElse(
                    Version.class.getPackage().getImplementationVersion(), "development");

    private Version() {}
}

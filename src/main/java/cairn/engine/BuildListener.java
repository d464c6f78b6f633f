package cairn.engine;

/// Hears what a build says while it runs, on one thread.
public interface BuildListener {
    /// Nobody listens.
    BuildListener NONE =
            new BuildListener() {
                @Override
                public void line(String name, String text) {}

                @Override
                public void said(String text) {}
            };

    /// A line of a builder, as it wrote it.
    ///
    /// @param name what is being built
    void line(String name, String text);

    /// Nix says something itself, with colours in it.
    void said(String text);
}

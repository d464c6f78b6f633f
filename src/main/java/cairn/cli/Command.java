package cairn.cli;

/// A command whose options and parameters are set.
@FunctionalInterface
interface Command {
    /// Runs once and returns the exit code; whatever is thrown, [Failure] puts into words.
    int run(Session session) throws Exception;
}

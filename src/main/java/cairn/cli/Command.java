package cairn.cli;

import java.util.List;

/// A command whose options and parameters are set.
interface Command {
    /// Takes words among which is no option, and tells whether they are just what it needs.
    ///
    /// The parser does so for any command. But it reads annotations, for which the JDK makes
    /// classes in each process anew, and that takes as long as all the rest of a short command.
    default boolean takes(List<String> words) {
        return false;
    }

    /// Runs once and returns the exit code; whatever is thrown, [Failure] puts into words.
    int run(Session session) throws Exception;
}

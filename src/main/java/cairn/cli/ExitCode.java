package cairn.cli;

/// What a command tells the shell.
final class ExitCode {
    /// Yes, or done.
    static final int DONE = 0;

    /// A negative answer: not found, differs, does not verify.
    static final int NO = 1;

    /// The command line makes no sense.
    static final int USAGE = 2;

    /// A store or server could not be reached.
    static final int UNREACHABLE = 3;

    /// Data is damaged or malformed.
    static final int MALFORMED = 4;

    /// A mistake of ours.
    static final int BUG = 70;

    /// Stopped by the user.
    static final int CANCELLED = 130;

    /// Nobody reads on: what a shell tells of a program that SIGPIPE ended.
    static final int UNREAD = 141;

    private ExitCode() {}
}

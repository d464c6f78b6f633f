package cairn.ui.model;

import java.io.PrintWriter;
import java.io.StringWriter;

/// What went wrong, in words for people.
///
/// @param sentence what happened to what
/// @param advice what to do
/// @param cause what it is all about
public record Problem(String sentence, String advice, Exception cause) {
    /// For whoever is asked for help.
    public String details() {
        var stack = new StringWriter();
        cause.printStackTrace(new PrintWriter(stack));
        return stack.toString();
    }

    @Override
    public String toString() {
        return sentence + " " + advice;
    }
}

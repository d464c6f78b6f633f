package cairn.ui.model;

/// What went wrong, in words for people.
///
/// @param sentence what happened to what
/// @param advice what to do
/// @param details for whoever is asked for help
public record Problem(String sentence, String advice, String details) {
    @Override
    public String toString() {
        return sentence + " " + advice;
    }
}

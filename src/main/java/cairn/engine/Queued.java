package cairn.engine;

import java.util.List;

/// What recording the builds did that a post-build hook had noted.
///
/// @param parts what was recorded
/// @param problems why something was not, for people
public record Queued(List<BuildReport.Part> parts, List<String> problems) {
    public Queued {
        parts = List.copyOf(parts);
        problems = List.copyOf(problems);
    }
}

package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WordsTest {
    private static final Pattern IN_FXML = Pattern.compile("\"%([a-z.-]+[a-z0-9-]*)\"");
    private static final Pattern IN_JAVA = Pattern.compile("\"([a-z0-9-]+(\\.[a-z0-9-]+)+)\"");

    @Test
    void everyKeyThatViewsUseHasWords() throws IOException {
        var missing = new TreeSet<>(keys(Path.of("fxml"), IN_FXML));
        missing.removeAll(Words.bundle().keySet());
        assertEquals(new TreeSet<>(), missing);
    }

    @Test
    void everyKeyThatClassesUseHasWords() throws IOException {
        var asked = Pattern.compile("Words\\.text\\(\\s*\"([^\"]+)\"");
        var missing = new TreeSet<>(keys(Path.of("src/main/java/cairn/ui"), asked));
        missing.removeAll(Words.bundle().keySet());
        assertEquals(new TreeSet<>(), missing);
    }

    @Test
    void noWordsAreUnused() throws IOException {
        var unused = new TreeSet<>(Words.bundle().keySet());
        unused.removeAll(keys(Path.of("fxml"), IN_FXML));
        unused.removeAll(keys(Path.of("src/main/java/cairn/ui"), IN_JAVA));
        assertEquals(new TreeSet<>(), unused);
    }

    @Test
    void partsAreFilledIn() {
        assertEquals("3 of 7 paths · 1 MiB", Words.text("paths.count-of", "3", 7, "7", "1 MiB"));
        assertEquals("one path · 1 MiB", Words.text("paths.count", 1, "1", "1 MiB"));
        assertEquals("yesterday", Words.text("figures.days", 1));
    }

    private static Set<String> keys(Path folder, Pattern pattern) throws IOException {
        try (var files = Files.walk(folder)) {
            var keys = new TreeSet<String>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                keys.addAll(
                        pattern.matcher(Files.readString(file))
                                .results()
                                .map((MatchResult found) -> found.group(1))
                                .collect(Collectors.toSet()));
            }
            return keys;
        }
    }
}

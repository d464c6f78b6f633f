package cairn.cli;

import cairn.cid.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The words of a command line with all their bytes.
///
/// Names of files need not be UTF-8, and Java has put U+FFFD in the place of what is not. Linux
/// tells the words as they were; here they are [escaped][Bytes#toEscaped()].
final class Words {
    private static final char LOST = '\uFFFD';

    private Words() {}

    static List<String> of(String[] words) {
        if (Arrays.stream(words).noneMatch(word -> word.indexOf(LOST) >= 0)) {
            return List.of(words);
        }
        try {
            return of(words, Bytes.wrap(Files.readAllBytes(Path.of("/proc/self/cmdline"))));
        } catch (IOException _) {
            return List.of(words); // another system
        }
    }

    /// @param line all words of the process, those of Java before ours, a zero byte behind each
    static List<String> of(String[] words, Bytes line) {
        var all = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i < line.length(); i++) {
            if (line.at(i) == 0) {
                all.add(line.slice(start, i).toEscaped());
                start = i + 1;
            }
        }
        return all.size() < words.length
                ? List.of(words)
                : List.copyOf(all.subList(all.size() - words.length, all.size()));
    }
}

package cairn.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// The options that every command understands, in front of it or behind.
record Globals(Optional<String> home, boolean json, boolean help, boolean version) {
    /// Takes the options out of a command line; after `--` there are none.
    static Globals take(List<String> words) throws Failure.Reported {
        Optional<String> home = Optional.empty();
        boolean json = false;
        boolean help = false;
        boolean version = false;
        boolean named = false;
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            if (word.equals("--")) {
                break;
            }
            switch (word) {
                case "--json" -> {
                    json = true;
                    rest.remove();
                }
                case "--home" -> {
                    rest.remove();
                    if (!rest.hasNext()) {
                        throw new Failure.Reported(ExitCode.USAGE, "--home needs a folder");
                    }
                    home = Optional.of(rest.next());
                    rest.remove();
                }
                case "-h", "--help" -> help |= !named;
                case "-V", "--version" -> version |= !named;
                default -> {
                    if (word.startsWith("--home=")) {
                        home = Optional.of(word.substring("--home=".length()));
                        rest.remove();
                    } else if (!word.startsWith("-")) {
                        named = true;
                    }
                }
            }
        }
        if (home.filter(String::isEmpty).isPresent()) {
            throw new Failure.Reported(ExitCode.USAGE, "--home needs a folder");
        }
        return new Globals(home, json, help, version);
    }
}

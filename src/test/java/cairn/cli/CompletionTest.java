package cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Has real shells complete command lines. Where they ask for paths, a function answers.
class CompletionTest {
    private static final String PATHS =
            "cairn() { echo '120 B  /nix/store/00000000000000000000000000000000-hello-2.12'; }";

    @TempDir private Path folder;
    private Path script;
    private Cli cli;

    @BeforeEach
    void open() {
        cli = new Cli(folder.resolve("home"));
        script = folder.resolve("script");
    }

    @Test
    void bashCompletesCommandsOptionsAndPaths() throws IOException {
        Files.writeString(script, cli.run("completion", "bash").out());
        assertEquals(
                """
                closure
                --precise
                hello-2.12
                hello-2.12

                get
                local
                o d
                """,
                run(
                        """
                        source "$1"
                        cd "${1%%/*}"
                        mkdir x 'o d'
                        %s
                        complete_last() {
                            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
                            _cairn
                            echo "${COMPREPLY[@]}"
                        }
                        complete_last cairn clo
                        complete_last cairn why --p
                        complete_last cairn --home x why he
                        complete_last cairn --home = x why he
                        complete_last cairn --home nowhere why he
                        complete_last cairn block g
                        complete_last cairn copy --from lo
                        complete_last cairn add o
                        """
                                .formatted(PATHS),
                        "bash"));
    }

    /// Types into an interactive shell, since only its line editor completes.
    @Test
    void zshCompletesCommandsOptionsAndPaths() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/zsh")), "zsh is not installed, see ./verify");
        Files.writeString(script, cli.run("completion", "zsh").out());
        assertEquals(
                """
                cairn closure
                cairn why --precise
                cairn --home x why hello-2.12
                """,
                run(
                        """
                        cd "${1%%/*}" && mkdir x
                        zmodload zsh/zpty
                        zpty shell zsh -f -i
                        zpty -w shell "PS1='ready''> '; %s"
                        zpty -w shell "autoload -Uz compinit && compinit -u -D && source $1"
                        for line in 'cairn clo' 'cairn why --p' 'cairn --home x why he'; do
                            zpty -r shell seen '*ready> *'
                            zpty -w -n shell "$line"$'\\t'
                            zpty -r shell seen '*(closure|--precise|hello-2.12)'
                            print -r -- "cairn${seen##*cairn}"
                            zpty -w shell $'\\x15'
                        done
                        """
                                .formatted(PATHS),
                        "timeout",
                        "60",
                        "zsh",
                        "-f"));
    }

    /// Runs a program on the completion script, and returns what it says.
    private String run(String program, String... shell) throws IOException {
        Path file = Files.writeString(folder.resolve("program"), program);
        var command = new ProcessBuilder(shell);
        command.command().add(file.toString());
        command.command().add(script.toString());
        var process = command.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }
}

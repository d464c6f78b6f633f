package cairn.cli;

import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Prints what makes a shell complete commands, options and names of paths.",
        footer = {
            "",
            "Examples:",
            "  source <(cairn completion bash)                        in ~/.bashrc",
            "  autoload -Uz compinit && compinit && source <(cairn completion zsh)    in ~/.zshrc"
        })
final class CompletionCommand implements Command {
    /// `OPTIONS` stands for the options of each command, `COMMANDS` for their names.
    private static final String SCRIPT =
            """
            _cairn() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local command= word i folder= home=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case $word in
                        --home)
                            ((i++))
                            [[ ${COMP_WORDS[i]} == '=' ]] && ((i++))
                            folder=${COMP_WORDS[i]} ;;
                        --home=*) folder=${word#--home=} ;;
                        -*) ;;
                        *) command=$word; break ;;
                    esac
                done
                folder=${folder/#\\~/$HOME}
                [[ -z $folder ]] || home=(--home "$folder")
                case $previous in
                    --home | -o | --output) COMPREPLY=($(compgen -f -- "$current")); return ;;
                    --from | --to | --store)
                        COMPREPLY=($(compgen -W 'local file:/// https:// nats+ipld:// car:' -- "$current")); return ;;
                    --codec | --input-codec)
                        COMPREPLY=($(compgen -W 'dag-cbor dag-json dag-pb json raw' -- "$current")); return ;;
                esac
                local options
                case $command in
            OPTIONS
                    *) options='COMMANDS --home --json --help --version' ;;
                esac
                if [[ -z $command || $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$current"))
                elif [[ $command == block && $previous == block ]]; then
                    COMPREPLY=($(compgen -W 'get put' -- "$current"))
                elif [[ $command == completion ]]; then
                    COMPREPLY=($(compgen -W 'bash zsh' -- "$current"))
                elif [[ $command == help ]]; then
                    COMPREPLY=($(compgen -W 'COMMANDS' -- "$current"))
                else
                    local IFS=$'\\n' names=
                    if [[ -z $folder || -d $folder ]]; then
                        names=$("${COMP_WORDS[0]}" "${home[@]}" paths "$current" 2>/dev/null |
                            sed 's|.*/[0-9a-z]*-||' | sort -u)
                    fi
                    COMPREPLY=($(compgen -f -- "$current") $(compgen -W "$names" -- "$current"))
                fi
            }
            complete -o filenames -F _cairn cairn ./cairn
            """;

    @Parameters(paramLabel = "bash|zsh", description = "the shell")
    private String shell = "";

    @Override
    public int run(Session session) throws Exception {
        switch (shell) {
            case "bash" -> {}
            case "zsh" -> session.out().println("autoload -Uz bashcompinit && bashcompinit");
            default ->
                    throw new Failure.Reported(
                            ExitCode.USAGE, "completion is there for bash and zsh");
        }
        var options = new StringBuilder();
        for (String name : Commands.NAMES) {
            options.append("        %s) options='%s' ;;%n".formatted(name, options(name)));
        }
        session.out()
                .print(
                        SCRIPT.replace("OPTIONS\n", options)
                                .replace("COMMANDS", String.join(" ", Commands.NAMES)));
        return ExitCode.DONE;
    }

    private static String options(String name) throws Failure.Reported {
        return new CommandLine(Commands.named(name))
                        .getCommandSpec().optionsMap().keySet().stream()
                                .filter(option -> option.startsWith("--"))
                                .sorted()
                                .collect(Collectors.joining(" "))
                + " --json --home --help";
    }
}

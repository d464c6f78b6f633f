package cairn.graph;

import cairn.nix.StorePath;
import java.util.regex.Pattern;

/// What the name of a store path says by Nix's custom: a package, its version, and which output of
/// it.
///
/// ```
/// name = package [ "-" version ] [ "-" output ] [ ".drv" ]
/// ```
///
/// The version starts at the first dash that no letter follows, as `builtins.parseDrvName` has it;
/// an output is a last word of small letters behind a version.
///
/// @param version empty if the name has none
/// @param output empty for the main output, `drv` for a derivation
public record PackageName(String name, String version, String output) {
    private static final Pattern VERSION = Pattern.compile("-(?![a-zA-Z])");
    private static final Pattern OUTPUT = Pattern.compile("-([a-z]+|lib32|lib64)$");
    private static final String DERIVATION = ".drv";
    private static final String DRV = "drv";

    public static PackageName of(StorePath path) {
        boolean derivation = path.name().endsWith(DERIVATION);
        String full =
                derivation
                        ? path.name().substring(0, path.name().length() - DERIVATION.length())
                        : path.name();
        var dash = VERSION.matcher(full);
        if (!dash.find(Math.min(1, full.length()))) {
            return new PackageName(full, "", derivation ? DRV : "");
        }
        String name = full.substring(0, dash.start());
        String rest = full.substring(dash.end());
        var output = OUTPUT.matcher(rest);
        if (derivation || !output.find()) {
            return new PackageName(name, rest, derivation ? DRV : "");
        }
        return new PackageName(name, rest.substring(0, output.start()), output.group(1));
    }

    /// Package and output: what versions of one thing have in common, and outputs of one package do
    /// not.
    public String label() {
        return output.isEmpty() ? name : name + (output.equals(DRV) ? "." : "-") + output;
    }
}

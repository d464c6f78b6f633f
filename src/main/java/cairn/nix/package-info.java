/// The formats of Nix: store paths and their hashes, archives, narinfo, derivations, realisations
/// and exports.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/">Nix formats and protocols</a>
@NullMarked
package cairn.nix;

import org.jspecify.annotations.NullMarked;

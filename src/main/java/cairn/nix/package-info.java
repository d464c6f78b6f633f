/// The formats of Nix: archives, store paths, narinfos, derivations, realisations.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/">Nix formats and protocols</a>
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/store-path.html">Store path</a>
@NullMarked
package cairn.nix;

import org.jspecify.annotations.NullMarked;

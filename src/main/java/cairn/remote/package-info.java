/// The other places a path can come from or go to: Nix stores, binary caches, archives.
///
/// @see <a href="https://nix.dev/manual/nix/latest/store/types/">Nix store types</a>
@NullMarked
package cairn.remote;

import org.jspecify.annotations.NullMarked;

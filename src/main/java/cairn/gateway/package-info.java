/// The engine over HTTP: a binary cache for Nix, files inside of paths, and blocks.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/binary-cache/">Binary caches</a>
/// @see <a href="https://specs.ipfs.tech/http-gateways/trustless-gateway/">Trustless gateway</a>
@NullMarked
package cairn.gateway;

import org.jspecify.annotations.NullMarked;

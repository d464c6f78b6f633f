/// Bytes, hashes and names: the immutable byte string, varints, multihashes, multibases and content
/// identifiers that everything else is built from.
///
/// @see <a href="https://github.com/multiformats/cid">CID specification</a>
/// @see <a href="https://github.com/multiformats/multihash">Multihash</a>
/// @see <a href="https://github.com/multiformats/multibase">Multibase</a>
/// @see <a href="https://github.com/multiformats/unsigned-varint">Unsigned varint</a>
@NullMarked
package cairn.cid;

import org.jspecify.annotations.NullMarked;

/// Content identifiers, and the bytes they are made of: varints, multibase, multihash.
///
/// @see <a href="https://github.com/multiformats/cid">CID</a>
/// @see <a href="https://github.com/multiformats/multihash">Multihash</a>
/// @see <a href="https://github.com/multiformats/multibase">Multibase</a>
/// @see <a href="https://github.com/multiformats/unsigned-varint">Unsigned varint</a>
@NullMarked
package cairn.cid;

import org.jspecify.annotations.NullMarked;

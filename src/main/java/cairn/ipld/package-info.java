/// Blocks and what is in them: the IPLD data model, its codecs dag-cbor, dag-json and dag-pb, and
/// CAR archives.
///
/// @see <a href="https://ipld.io/docs/data-model/">IPLD data model</a>
/// @see <a href="https://ipld.io/specs/codecs/">IPLD codecs</a>
/// @see <a href="https://ipld.io/specs/transport/car/">CAR</a>
@NullMarked
package cairn.ipld;

import org.jspecify.annotations.NullMarked;

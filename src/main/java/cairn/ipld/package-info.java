/// The IPLD data model, its codecs, and the archives that carry blocks.
///
/// @see <a href="https://ipld.io/docs/data-model/">IPLD data model</a>
/// @see <a href="https://ipld.io/specs/codecs/dag-cbor/spec/">DAG-CBOR</a>
/// @see <a href="https://ipld.io/specs/codecs/dag-json/spec/">DAG-JSON</a>
/// @see <a href="https://ipld.io/specs/codecs/dag-pb/spec/">DAG-PB</a>
/// @see <a href="https://ipld.io/specs/transport/car/">CAR</a>
@NullMarked
package cairn.ipld;

import org.jspecify.annotations.NullMarked;

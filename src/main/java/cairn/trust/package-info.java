/// Keys, signatures and the rules by which they are believed.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8032">Ed25519</a>
@NullMarked
package cairn.trust;

import org.jspecify.annotations.NullMarked;

/// The blackboard on which agents share what they found (facts), what they are about to find out
/// (intents) and what they have to mind (hints).
@NullMarked
package cairn.board;

import org.jspecify.annotations.NullMarked;

/// The state and the actions of every view, without a node of the scene graph.
@NullMarked
package cairn.ui.model;

import org.jspecify.annotations.NullMarked;

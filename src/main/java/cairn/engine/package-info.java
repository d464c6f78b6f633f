/// The use cases that every front end calls, with progress and cancelling.
@NullMarked
package cairn.engine;

import org.jspecify.annotations.NullMarked;

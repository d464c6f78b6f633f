/// Questions to the graph of dependencies, and its layered drawing.
///
/// @see <a href="https://jgrapht.org/">JGraphT</a>
@NullMarked
package cairn.graph;

import org.jspecify.annotations.NullMarked;

/// The command line: thin commands over the engine, and the place where every part is wired.
///
/// @see <a href="https://picocli.info/">picocli</a>
@NullMarked
package cairn.cli;

import org.jspecify.annotations.NullMarked;

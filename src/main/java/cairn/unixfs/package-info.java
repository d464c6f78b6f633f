/// Files and directories as a DAG of blocks, cut by their content.
///
/// @see <a href="https://specs.ipfs.tech/unixfs/">UnixFS</a>
/// @see <a
///   href="https://www.usenix.org/conference/atc16/technical-sessions/presentation/xia">FastCDC</a>
@NullMarked
package cairn.unixfs;

import org.jspecify.annotations.NullMarked;

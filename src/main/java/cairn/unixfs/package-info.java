/// Files and directories as a DAG of blocks, cut by their content.
///
/// @see <a href="https://specs.ipfs.tech/unixfs/">UnixFS</a>
/// @see <a
///   href="https://www.usenix.org/system/files/conference/atc16/atc16-paper-xia.pdf">FastCDC</a>
@NullMarked
package cairn.unixfs;

import org.jspecify.annotations.NullMarked;

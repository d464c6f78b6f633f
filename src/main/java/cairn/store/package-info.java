/// The store on disk: packs of compressed frames, the index that finds blocks in them, and pins.
///
/// @see <a href="https://www.sqlite.org/wal.html">SQLite write-ahead log</a>
/// @see <a href="https://www.rfc-editor.org/rfc/rfc8878">Zstandard</a>
@NullMarked
package cairn.store;

import org.jspecify.annotations.NullMarked;

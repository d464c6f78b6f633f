package cairn.unixfs;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.BlockSource;
import cairn.ipld.PbLink;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Reads files, symlinks and directories that any IPFS tool may have written: any layout of files,
/// leaves raw, wrapped or inline, directories in one block or sharded.
///
/// Nothing is read before it is asked for. What a block states about those below it is checked when
/// they are read: a size that is not true, or a link that leads where it must not, is a
/// [FormatException] that names the block. A block that is not there is a [MissingBlockException].
/// Modification times and all permissions but to execute are passed over.
///
/// Safe for use by several threads.
public final class UnixFsReader {
    private final BlockSource source;

    public UnixFsReader(BlockSource source) {
        this.source = source;
    }

    /// Reads the topmost block of a file, directory or symlink.
    public UnixFsNode node(Cid cid) throws IOException {
        var block = UnixFsBlock.fetch(source, cid);
        var decoded = UnixFsBlock.decode(block);
        UnixFsData data = decoded.data();
        return switch (data.type()) {
            case RAW, FILE ->
                    new UnixFsNode.RegularFile(block, data.fileSize(), data.isExecutable());
            case DIRECTORY, SHARD -> new UnixFsNode.Directory(block);
            case SYMLINK -> new UnixFsNode.Symlink(block, data.data());
            case METADATA -> throw decoded.malformed("metadata is no file");
        };
    }

    /// The entries of a directory, sorted by the bytes of their names.
    ///
    /// A directory is refused if a name occurs twice or would not do in a file system.
    public List<DirectoryEntry> entries(UnixFsNode.Directory directory) throws IOException {
        var block = UnixFsBlock.decode(directory.block());
        var entries = new ArrayList<DirectoryEntry>();
        if (block.data().type() == UnixFsData.Type.SHARD) {
            collect(Shard.root(block), entries);
        } else {
            for (PbLink link : block.links()) {
                entries.add(entry(block, link, link.name()));
            }
        }
        entries.sort((a, b) -> a.name().compareTo(b.name()));
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i).name().equals(entries.get(i - 1).name())) {
                throw block.malformed(
                        "two entries named '%s'".formatted(entries.get(i).name().toUtf8()));
            }
        }
        return entries;
    }

    /// Looks for one name; of a sharded directory only the shards on the way to it are read.
    public Optional<DirectoryEntry> entry(UnixFsNode.Directory directory, Bytes name)
            throws IOException {
        var block = UnixFsBlock.decode(directory.block());
        if (block.data().type() != UnixFsData.Type.SHARD) {
            for (PbLink link : block.links()) {
                if (link.name().equals(name)) {
                    return Optional.of(entry(block, link, name));
                }
            }
            return Optional.empty();
        }
        long hash = NameHash.of(name);
        var shard = Shard.root(block);
        while (true) {
            int slot = shard.slot(hash);
            if (!shard.slots().containsKey(slot)) {
                return Optional.empty();
            }
            PbLink link = shard.slots().get(slot);
            Bytes found = shard.name(link);
            if (!found.isEmpty()) {
                return found.equals(name)
                        ? Optional.of(entry(shard.block(), link, name))
                        : Optional.empty();
            }
            shard = shard.below(slot, read(link.hash()));
        }
    }

    /// The content of a file, block by block in order. The stream need not be closed.
    public InputStream contents(UnixFsNode.RegularFile file) throws FormatException {
        return contents(file, 0, file.size());
    }

    /// The content of a file from one byte, included, to another, excluded. Blocks in front of it
    /// are not read.
    public InputStream contents(UnixFsNode.RegularFile file, long from, long to)
            throws FormatException {
        Objects.checkFromToIndex(from, to, file.size());
        return new FileContents(this, file, from, to);
    }

    UnixFsBlock read(Cid cid) throws IOException {
        return UnixFsBlock.decode(UnixFsBlock.fetch(source, cid));
    }

    private void collect(Shard shard, List<DirectoryEntry> entries) throws IOException {
        for (Map.Entry<Integer, PbLink> taken : shard.slots().entrySet()) {
            int slot = taken.getKey();
            PbLink link = taken.getValue();
            Bytes name = shard.name(link);
            if (name.isEmpty()) {
                collect(shard.below(slot, read(link.hash())), entries);
            } else if (shard.belongs(name, slot)) {
                entries.add(entry(shard.block(), link, name));
            } else {
                throw shard.block()
                        .malformed("the name '%s' is in a wrong slot".formatted(name.toUtf8()));
            }
        }
    }

    private static DirectoryEntry entry(UnixFsBlock block, PbLink link, Bytes name)
            throws FormatException {
        if (!DirectoryEntry.isName(name)) {
            throw block.malformed("'%s' is no name for a file".formatted(name.toUtf8()));
        }
        return new DirectoryEntry(name, link.hash(), link.tsize());
    }
}

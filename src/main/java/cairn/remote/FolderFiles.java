package cairn.remote;

import cairn.cid.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A binary cache in a folder.
final class FolderFiles implements CacheFiles {
    private final Path folder;
    private @Nullable Room room;

    FolderFiles(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<InputStream> open(String name) throws IOException {
        try {
            return Optional.of(Files.newInputStream(folder.resolve(name)));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    @Override
    public boolean has(String name) {
        return Files.exists(folder.resolve(name));
    }

    @Override
    public List<String> names(String below) throws IOException {
        var names = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(folder.resolve(below))) {
            for (Path file : files) {
                names.add(file.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public void write(String name, Bytes content) throws IOException {
        Path temporary = temporary();
        try {
            Files.write(temporary, content.toByteArray());
            move(temporary, name);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public synchronized Path temporary() throws IOException {
        if (room == null) {
            room = Room.open(folder);
        }
        Path temporary = Files.createTempFile(room.folder(), "", "");
        // Others may read a cache, which is not what files are made like that are only passing.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
        return temporary;
    }

    @Override
    public void move(Path temporary, String name) throws IOException {
        Path target = folder.resolve(name);
        Files.createDirectories(target.getParent());
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public synchronized void close() throws IOException {
        if (room != null) {
            room.close();
            room = null;
        }
    }
}

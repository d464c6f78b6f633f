package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation;
import cairn.nix.FileNames;
import cairn.nix.NarCompression;
import cairn.nix.NarInfo;
import cairn.nix.NarReader;
import cairn.nix.NarSource;
import cairn.nix.StorePath;
import cairn.remote.CarStore;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/// A file outside of any store that can be looked into, told by the end of its name.
sealed interface Outside {
    Path file();

    record Archive(Path file, NarCompression compression) implements Outside {
        /// The archive from its beginning, each time it is used.
        NarSource content() {
            return sink -> {
                try (var nar =
                        new NarReader(
                                compression.decompress(
                                        new BufferedInputStream(Files.newInputStream(file)),
                                        Long.MAX_VALUE))) {
                    nar.writeTo(sink);
                }
            };
        }
    }

    record Car(Path file) implements Outside {
        /// Reads and checks the whole archive.
        CarStore open() throws IOException {
            return CarStore.open(file, CarStore.Names.NONE);
        }
    }

    record Narinfo(Path file) implements Outside {
        NarInfo read() throws IOException {
            try (var in = Files.newInputStream(file)) {
                return NarInfo.read(in);
            }
        }
    }

    record DerivationFile(Path file) implements Outside {
        private static final int MAX_SIZE = 64 << 20;
        private static final Pattern NAME = Pattern.compile("([0-9a-df-np-sv-z]{32}-)?(.*)\\.drv");

        Derivation read() throws IOException {
            if (Files.size(file) > MAX_SIZE) {
                throw new FormatException("derivation", MAX_SIZE, "is longer than 64 MiB");
            }
            return Derivation.decode(Bytes.wrap(Files.readAllBytes(file)));
        }

        String name() {
            return String.valueOf(file.getFileName());
        }

        /// The path of a derivation that has the name of this file.
        StorePath path(Derivation derivation) throws FormatException {
            var name = NAME.matcher(name());
            String text = name.matches() ? name.group(2) : "";
            StorePath.checkName(text + ".drv");
            return derivation.path(StorePath.NIX_STORE, text);
        }
    }

    /// The file that a text names, if there is one and it is none that a store keeps.
    static Optional<Outside> find(String text) {
        Path file;
        try {
            file = FileNames.path(text);
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
        if (isStorePath(text) || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".car")) {
            return Optional.of(new Car(file));
        }
        if (name.endsWith(".narinfo")) {
            return Optional.of(new Narinfo(file));
        }
        if (name.endsWith(".drv")) {
            return Optional.of(new DerivationFile(file));
        }
        return NarCompression.ofFileName(name).map(compression -> new Archive(file, compression));
    }

    /// Runs something on the file; malformed data is told with the file's name.
    default <T> T read(Reading<T> reading) throws IOException, Failure.Reported {
        try {
            return reading.run();
        } catch (FormatException e) {
            throw Failure.of(e).in(file().toString()).thrown();
        }
    }

    @FunctionalInterface
    interface Reading<T> {
        T run() throws IOException, Failure.Reported;
    }

    private static boolean isStorePath(String text) {
        try {
            return StorePath.parse(text).folder().equals(StorePath.NIX_STORE);
        } catch (FormatException _) {
            return false;
        }
    }
}

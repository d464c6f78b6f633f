package cairn.cli;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.Derivation;
import cairn.nix.NarInfo;
import cairn.nix.StorePath;
import cairn.remote.CarStore;
import cairn.store.PathInfo;
import cairn.store.TreeImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What a file says of paths, without importing it.
final class FileInfo {
    private static final int MAX_DERIVATION = 64 << 20;

    private FileInfo() {}

    static Map<String, Object> of(Outside file) throws IOException, Failure.Reported {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("file", file.file().toString());
        fields.putAll(
                file.read(() ->
                        switch (file) {
                            case Outside.Archive archive -> archive(archive);
                            case Outside.Car car -> car(car);
                            case Outside.Narinfo narinfo -> narinfo(narinfo.file());
                            case Outside.DerivationFile derivation -> derivation(derivation.file());
                        }));
        return fields;
    }

    /// The tree's CID is the one that importing the archive gives.
    private static Map<String, Object> archive(Outside.Archive archive) throws IOException {
        var tree = new TreeImport(_ -> {}, Long.MAX_VALUE);
        archive.content().writeTo(tree);
        var imported = tree.finish();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("tree", imported.tree().cid());
        fields.put("narHash", imported.narHash().toSri());
        fields.put("narSize", imported.narSize());
        fields.put("compression", archive.compression().toString());
        fields.put("fileSize", Files.size(archive.file()));
        return fields;
    }

    private static Map<String, Object> car(Outside.Car file) throws IOException {
        try (CarStore car = file.open()) {
            var paths = new ArrayList<Map<String, Object>>();
            for (var node : car.nodes().entrySet()) {
                var path = new LinkedHashMap<String, Object>();
                path.put("path", node.getValue().path());
                path.put("cid", node.getKey());
                path.put("tree", node.getValue().tree());
                path.put("narHash", node.getValue().narHash().toSri());
                path.put("narSize", node.getValue().narSize());
                paths.add(path);
            }
            paths.sort((a, b) ->
                    String.valueOf(a.get("path")).compareTo(String.valueOf(b.get("path"))));
            var fields = new LinkedHashMap<String, Object>();
            fields.put("roots", car.roots());
            fields.put("blocks", car.blocks().size());
            fields.put("fileSize", Files.size(file.file()));
            fields.put("paths", paths);
            return fields;
        }
    }

    private static Map<String, Object> narinfo(Path file) throws IOException {
        NarInfo info;
        try (var in = Files.newInputStream(file)) {
            info = NarInfo.read(in);
        }
        var fields =
                new LinkedHashMap<>(
                        InfoCommand.fields(
                                new PathInfo(
                                        info.path(),
                                        info.narHash(),
                                        info.narSize(),
                                        info.references(),
                                        info.deriver(),
                                        info.signatures(),
                                        info.ca()),
                                Optional.empty(),
                                OptionalLong.empty()));
        fields.put("url", info.url());
        fields.put("compression", info.compression());
        fields.put("downloadHash", info.fileHash().map(hash -> hash.toSri()));
        fields.put(
                "downloadSize",
                info.fileSize().isPresent()
                        ? Optional.of(info.fileSize().getAsLong())
                        : Optional.empty());
        return fields;
    }

    /// The path is computed from what the file says, by the name that it has.
    private static Map<String, Object> derivation(Path file) throws IOException {
        if (Files.size(file) > MAX_DERIVATION) {
            throw new FormatException("derivation", MAX_DERIVATION, "is longer than 64 MiB");
        }
        var derivation = Derivation.decode(Bytes.wrap(Files.readAllBytes(file)));
        String name = String.valueOf(file.getFileName());
        name = name.substring(0, name.length() - ".drv".length());
        if (name.length() > StorePath.HASH_LENGTH
                && StorePath.isHash(name.substring(0, StorePath.HASH_LENGTH))
                && name.charAt(StorePath.HASH_LENGTH) == '-') {
            name = name.substring(StorePath.HASH_LENGTH + 1);
        }
        StorePath.checkName(name + ".drv");
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", derivation.path(StorePath.NIX_STORE, name));
        fields.put("derivation", new Json.Raw(derivation.toJson().toString()));
        return fields;
    }
}

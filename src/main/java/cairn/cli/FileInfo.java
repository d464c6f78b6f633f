package cairn.cli;

import cairn.nix.NarInfo;
import cairn.remote.CarStore;
import cairn.store.PathInfo;
import cairn.store.TreeImport;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What a file says of paths, without importing it.
final class FileInfo {
    private FileInfo() {}

    static Map<String, Object> of(Outside file) throws IOException, Failure.Reported {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("file", file.file().toString());
        fields.putAll(
                file.read(() ->
                        switch (file) {
                            case Outside.Archive archive -> archive(archive);
                            case Outside.Car car -> car(car);
                            case Outside.Narinfo narinfo -> narinfo(narinfo.read());
                            case Outside.DerivationFile derivation -> derivation(derivation);
                        }));
        return fields;
    }

    /// The tree's CID is the one that importing the archive gives.
    private static Map<String, Object> archive(Outside.Archive archive) throws IOException {
        var imported = TreeImport.of(archive.content());
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
            fields.put("blocks", car.count());
            fields.put("fileSize", Files.size(file.file()));
            fields.put("paths", paths);
            return fields;
        }
    }

    private static Map<String, Object> narinfo(NarInfo info) {
        var fields =
                new LinkedHashMap<>(
                        InfoCommand.fields(
                                PathInfo.of(info), Optional.empty(), OptionalLong.empty()));
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

    private static Map<String, Object> derivation(Outside.DerivationFile file) throws IOException {
        var derivation = file.read();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("path", file.path(derivation));
        fields.put("derivation", new Json.Raw(derivation.toJson().toString()));
        return fields;
    }
}

package cairn.ui.model;

import cairn.cid.Bytes;
import cairn.engine.Engine;
import cairn.nix.NarSink;
import cairn.nix.NarWriter;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// A small store: an application that needs a library and a tool, and the tool the library.
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    public static final StorePath LIBRARY =
            path("1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "library-1.10");
    public static final StorePath TOOL = path("2b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "tool-1.9");
    public static final StorePath APPLICATION =
            path("3b9jydsiygi6jhlz2dxbrxi6b4m1rn4r", "Application-2.0");

    private Samples() {}

    public static Engine engine(Path home) throws IOException {
        Engine engine = Engine.open(home, InstantSource.fixed(NOW));
        add(engine, LIBRARY, "a library", List.of());
        add(engine, TOOL, "some tool", List.of(LIBRARY));
        add(engine, APPLICATION, "the application\n", List.of(LIBRARY, TOOL, APPLICATION));
        return engine;
    }

    /// What a file of this content weighs as a path.
    public static long narSize(String content) throws IOException {
        return nar(content).length();
    }

    public static void add(Engine engine, StorePath path, String content, String... signatures)
            throws IOException {
        add(engine, path, content, List.of(), signatures);
    }

    static void addReferring(Engine engine, StorePath path, String content, StorePath... references)
            throws IOException {
        add(engine, path, content, List.of(references));
    }

    private static void add(
            Engine engine,
            StorePath path,
            String content,
            List<StorePath> references,
            String... signatures)
            throws IOException {
        engine.local()
                .put(info(path, content, references, signatures), sink -> write(sink, content));
    }

    /// What is recorded of a path that holds one file and refers to nothing.
    static PathInfo info(StorePath path, String content) throws IOException {
        return info(path, content, List.of());
    }

    private static PathInfo info(
            StorePath path, String content, List<StorePath> references, String... signatures)
            throws IOException {
        Bytes nar = nar(content);
        return new PathInfo(
                path,
                NixHash.sha256Of(nar),
                nar.length(),
                references,
                Optional.empty(),
                List.of(signatures),
                Optional.empty());
    }

    /// The archive of a directory with one file.
    public static Bytes nar(String content) throws IOException {
        var out = new ByteArrayOutputStream();
        write(new NarWriter(out), content);
        return Bytes.wrap(out.toByteArray());
    }

    private static void write(NarSink sink, String content) throws IOException {
        Bytes bytes = Bytes.utf8(content);
        sink.directory();
        sink.entry(Bytes.utf8("content"));
        sink.regular(false, bytes.length(), bytes.toInputStream());
        sink.endDirectory();
    }

    public static StorePath path(String hash, String name) {
        return new StorePath(StorePath.NIX_STORE, hash, name);
    }
}

package cairn.remote;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.nix.NarCompression;
import cairn.nix.NarInfo;
import cairn.nix.NarListing;
import cairn.nix.NarReader;
import cairn.nix.NarSource;
import cairn.nix.NixHash;
import cairn.nix.Realisation;
import cairn.nix.StorePath;
import cairn.store.MissingReferenceException;
import cairn.store.PathInfo;
import cairn.store.PathStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Nix binary cache: in a folder, `file:///DIR`, or behind `http://…` or `https://…`.
///
/// The parameter `compression` says how the archives that are written are packed: `zstd` unless
/// told otherwise, or `none`, `xz`, `bzip2`, `gzip`. Archives are read whatever way they are
/// packed. With `write-nar-listing=true` each path gets its listing too, as Nix does it.
///
/// ```
/// nix-cache-info                   StoreDir: /nix/store
/// <hash>.narinfo                   what is known of a path, see [NarInfo]
/// <hash>.ls                        what is in it, see [NarListing]
/// nar/<FileHash>.nar[.zst]         its archive, under any name that the narinfo tells
/// realisations/<id>.doi            see [Realisation]
/// log/<drv>                        a build's log
/// ```
///
/// Files are written beside their place and moved there, archives before what refers to them.
///
/// @see <a href="https://nix.dev/manual/nix/latest/protocols/binary-cache/">Binary caches</a>
final class BinaryCache implements PathStore {
    private static final String FORMAT = "binary cache";
    private static final String INFO = "nix-cache-info";
    private static final String REALISATIONS = "realisations";
    private static final int MAX_INFO = 64 << 10;
    private static final int MAX_REALISATION = 1 << 20;
    private static final int MAX_LOG = 64 << 20;
    private static final int REMEMBERED = 1 << 16;

    private final String uri;
    private final CacheFiles files;
    private final NarCompression compression;
    private final boolean listings;

    /// Where the archives of the paths are said to lie that were asked for last. Guarded by itself.
    private final Map<StorePath, Archive> archives =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<StorePath, Archive> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /// The store whose paths the cache has, once the cache has said so.
    private volatile @Nullable String folder;

    private record Archive(String url, String compression, long narSize) {}

    private BinaryCache(
            String uri, CacheFiles files, NarCompression compression, boolean listings) {
        this.uri = uri;
        this.files = files;
        this.compression = compression;
        this.listings = listings;
    }

    /// Opens the cache that a URI names. Nothing is asked of it yet.
    ///
    /// @param patience how long to wait for a connection, for an answer and for each piece of it
    public static BinaryCache open(String uri, Duration patience) throws FormatException {
        var parts = StoreUri.parse(uri, "compression", "write-nar-listing");
        var compression =
                parts.oneOf(List.of(NarCompression.values()), "compression", NarCompression.ZSTD);
        boolean listings = parts.oneOf(List.of(true, false), "write-nar-listing", false);
        String base = parts.base();
        if (base.startsWith("file:///")) {
            var folder = StoreUri.path(StoreUri.unescape(base.substring("file://".length())));
            return new BinaryCache(uri, new FolderFiles(folder), compression, listings);
        }
        if (base.startsWith("file:")) {
            throw new FormatException(
                    "store uri",
                    0,
                    "'%s' names no folder; write it in full, as in file:///DIR".formatted(uri));
        }
        if (base.matches("https?:/*")) {
            throw new FormatException(
                    "store uri",
                    0,
                    "'%s' names no server; write it as in https://HOST".formatted(uri));
        }
        if (base.startsWith("http://") || base.startsWith("https://")) {
            var files = new HttpFiles(base.replaceFirst("/+$", ""), patience);
            return new BinaryCache(uri, files, compression, listings);
        }
        throw new FormatException(
                "store uri", 0, "'" + uri + "' is none of file:///DIR, http:// and https://");
    }

    @Override
    public String uri() {
        return uri;
    }

    /// A cache that is yet to be written has none.
    @Override
    public boolean has(StorePath path) throws IOException {
        return (folder != null || files.has(INFO)) && narInfo(path).isPresent();
    }

    @Override
    public Optional<PathInfo> info(StorePath path) throws IOException {
        return remembered(narInfo(path));
    }

    @Override
    public Optional<PathInfo> info(String hash) throws IOException {
        return remembered(narInfo(hash));
    }

    private Optional<PathInfo> remembered(Optional<NarInfo> found) {
        found.ifPresent(this::remember);
        return found.map(PathInfo::of);
    }

    @Override
    public Optional<StorePath> find(String hash) throws IOException {
        return narInfo(hash).map(NarInfo::path);
    }

    @Override
    public Stream<StorePath> paths() throws IOException {
        var paths = new ArrayList<StorePath>();
        for (String hash : hashes().toList()) {
            find(hash).ifPresent(paths::add);
        }
        return paths.stream();
    }

    @Override
    public Stream<String> hashes() throws IOException {
        String _ = folder();
        return files.names("").stream()
                .filter(name -> name.endsWith(".narinfo"))
                .map(name -> name.substring(0, name.length() - ".narinfo".length()));
    }

    @Override
    public NarSource nar(StorePath path) throws IOException {
        var archive = archive(path);
        try {
            checkUrl(archive.url);
            var compression = NarCompression.named(archive.compression);
            return sink -> {
                try (InputStream packed = open(path, archive);
                        var unpacked = compression.decompress(packed, archive.narSize);
                        var nar = new NarReader(unpacked)) {
                    nar.writeTo(sink);
                } catch (FormatException e) {
                    throw here(e, path);
                }
            };
        } catch (FormatException e) {
            throw here(e, path);
        }
    }

    @Override
    public void put(PathInfo info, NarSource content) throws IOException {
        prepare(info.path().folder());
        String name = narInfoName(info.path().hash());
        if (files.has(name)) {
            return;
        }
        requireReferences(info);
        Path temporary = files.temporary();
        try {
            NixHash fileHash = pack(info, content, temporary);
            long fileSize = Files.size(temporary);
            String url =
                    "nar/"
                            + fileHash.toString().substring("sha256:".length())
                            + ".nar"
                            + compression.extension();
            if (listings) {
                writeListing(info, temporary);
            }
            files.move(temporary, url);
            files.write(
                    name,
                    new NarInfo(
                                    info.path(),
                                    url,
                                    compression.toString(),
                                    Optional.of(fileHash),
                                    OptionalLong.of(fileSize),
                                    info.narHash(),
                                    info.narSize(),
                                    info.references(),
                                    info.deriver(),
                                    info.signatures(),
                                    info.ca())
                            .encode());
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public Optional<Bytes> realisation(String id) throws IOException {
        var wanted = Realisation.Id.parse(id);
        var content = files.read(realisationName(wanted), MAX_REALISATION);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        var realisation = Realisation.decode(folder(), content.get());
        if (!realisation.id().equals(wanted)) {
            throw new FormatException(
                    FORMAT, 0, "%s holds the realisation %s".formatted(id, realisation.id()));
        }
        return Optional.of(realisation.encode());
    }

    @Override
    public Stream<String> realisations() throws IOException {
        if (!files.has(REALISATIONS)) {
            return Stream.empty();
        }
        return files.names(REALISATIONS).stream()
                .filter(name -> name.endsWith(".doi"))
                .map(name -> name.substring(0, name.length() - ".doi".length()));
    }

    /// Takes a realisation, in the place of one that is there.
    public void putRealisation(Realisation realisation) throws IOException {
        prepare(realisation.output().folder());
        files.write(realisationName(realisation.id()), realisation.encode());
    }

    @Override
    public Optional<Bytes> log(StorePath derivation) throws IOException {
        return files.read("log/" + derivation.base(), MAX_LOG);
    }

    @Override
    public void giveUp() {
        files.giveUp();
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    /// Says of malformed data of whom they are, and that they lie here.
    private FormatException here(FormatException e, Object whose) {
        return e.in("%s of %s".formatted(whose, uri));
    }

    private Optional<NarInfo> narInfo(StorePath path) throws IOException {
        return narInfo(path.hash(), path).filter(info -> info.path().equals(path));
    }

    private Optional<NarInfo> narInfo(String hash) throws IOException {
        return StorePath.isHash(hash) ? narInfo(hash, narInfoName(hash)) : Optional.empty();
    }

    /// @param whose what is wanted, as far as it is known
    private Optional<NarInfo> narInfo(String hash, Object whose) throws IOException {
        String folder = folder();
        try {
            var content = files.read(narInfoName(hash), NarInfo.MAX_BYTES);
            if (content.isEmpty()) {
                return Optional.empty();
            }
            var info = NarInfo.decode(content.get());
            if (!info.path().hash().equals(hash) || !info.path().folder().equals(folder)) {
                throw new FormatException(FORMAT, 0, "this tells of " + info.path());
            }
            return Optional.of(info);
        } catch (FormatException e) {
            throw here(e, whose);
        }
    }

    private Archive archive(StorePath path) throws IOException {
        synchronized (archives) {
            var known = archives.get(path);
            if (known != null) {
                return known;
            }
        }
        return remember(
                narInfo(path)
                        .orElseThrow(() ->
                                new NoSuchFileException(
                                        path.toString(), null, "not in the cache " + uri)));
    }

    private Archive remember(NarInfo info) {
        var archive = new Archive(info.url(), info.compression(), info.narSize());
        synchronized (archives) {
            archives.put(info.path(), archive);
        }
        return archive;
    }

    private InputStream open(StorePath path, Archive archive) throws IOException {
        return files.open(archive.url)
                .orElseThrow(() ->
                        new NoSuchFileException(
                                path.toString(),
                                null,
                                "is in %s, but its archive %s is not".formatted(uri, archive.url)));
    }

    /// Lets an archive lie anywhere within the cache, and nowhere else.
    private static void checkUrl(String url) throws FormatException {
        boolean leadsAway =
                Stream.of(url.split("/", -1))
                        .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        boolean odd =
                url.length() > 1024
                        || url.indexOf('\\') >= 0
                        || url.contains("://")
                        || url.chars().anyMatch(c -> c <= ' ' || c >= 0x7f);
        if (leadsAway || odd) {
            throw new FormatException(
                    FORMAT,
                    0,
                    "an archive at '%s' is not looked for"
                            .formatted(url.substring(0, Math.min(url.length(), 80))));
        }
    }

    private String folder() throws IOException {
        String known = folder;
        if (known != null) {
            return known;
        }
        var content = files.read(INFO, MAX_INFO);
        if (content.isEmpty()) {
            throw new IOException("%s is no binary cache: there is no %s".formatted(uri, INFO));
        }
        String found =
                content.get()
                        .toUtf8()
                        .lines()
                        .filter(line -> line.startsWith("StoreDir:"))
                        .map(line -> line.substring("StoreDir:".length()).strip())
                        .findFirst()
                        .orElse(StorePath.NIX_STORE);
        try {
            StorePath.checkFolder(found);
        } catch (FormatException e) {
            throw here(e, INFO);
        }
        folder = found;
        return found;
    }

    /// Makes a cache where there is none, and refuses to mix two stores.
    private void prepare(String store) throws IOException {
        if (folder == null && !files.has(INFO)) {
            files.write(INFO, Bytes.utf8("StoreDir: " + store + "\n"));
        }
        if (!folder().equals(store)) {
            throw new IOException(
                    "the cache %s is of the store %s, not of %s".formatted(uri, folder(), store));
        }
    }

    private void requireReferences(PathInfo info) throws IOException {
        var lacking = new ArrayList<String>();
        for (StorePath reference : info.dependencies()) {
            if (!files.has(narInfoName(reference.hash()))) {
                lacking.add(reference.toString());
            }
        }
        if (!lacking.isEmpty()) {
            throw new MissingReferenceException(
                    "%s refers to what %s does not have: %s"
                            .formatted(info.path(), uri, String.join(" ", lacking)));
        }
    }

    /// Writes an archive and checks it on the way; returns the hash of the file.
    private NixHash pack(PathInfo info, NarSource content, Path file) throws IOException {
        var digest = HashFunction.sha256();
        try (var out = Files.newOutputStream(file);
                var packed = compression.compress(new DigestOutputStream(out, digest))) {
            NarDigest.of(content, packed).require(info);
        }
        return NixHash.sha256(Bytes.wrap(digest.digest()));
    }

    private void writeListing(PathInfo info, Path packed) throws IOException {
        try (var in = Files.newInputStream(packed);
                var unpacked = compression.decompress(in, info.narSize());
                var nar = new NarReader(unpacked)) {
            files.write(info.path().hash() + ".ls", NarListing.of(nar).encode());
        }
    }

    private static String narInfoName(String hash) {
        return hash + ".narinfo";
    }

    private static String realisationName(Realisation.Id id) {
        return "%s/%s.doi".formatted(REALISATIONS, id);
    }
}

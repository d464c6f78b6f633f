package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.cid.HashFunction;
import cairn.engine.RefusedException.Reason;
import cairn.nix.BusyException;
import cairn.nix.ContentAddress;
import cairn.nix.Derivation;
import cairn.nix.NarCompression;
import cairn.nix.NarInfo;
import cairn.nix.NarReader;
import cairn.nix.NarWriter;
import cairn.nix.NixBase32;
import cairn.nix.NixHash;
import cairn.nix.ReferenceScan;
import cairn.nix.StorePath;
import cairn.store.MissingReferenceException;
import cairn.store.PathImport;
import cairn.store.PathInfo;
import cairn.store.Progress;
import cairn.store.Store;
import cairn.store.StoredPath;
import cairn.store.TreeImport;
import cairn.store.TreeNar;
import cairn.trust.PublicKey;
import cairn.trust.Signature;
import cairn.trust.TrustedKeys;
import cairn.unixfs.Chunker;
import cairn.unixfs.FileBuilder;
import cairn.unixfs.UnixFsNode;
import cairn.unixfs.UnixFsReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Takes paths as Nix brings them to a binary cache: first the archive, later what it is.
///
/// An archive becomes blocks as it arrives; they are not committed, and so are not there, until its
/// narinfo says whose they are and everything agrees. If none comes in time they are forgotten.
/// Safe for use by several threads.
public final class Uploads implements AutoCloseable {
    /// How many archives are taken at once, of which each takes some 4 MiB of memory.
    private static final int AT_ONCE = 16;

    private static final int MAX_SIGNATURES = 100;
    private static final int MAX_DERIVATION = 16 << 20;
    private static final int MAX_LOG = 256 << 20;

    /// What may come out of any archive, and how much more for each byte that was sent: images of
    /// disks hold many zeros, but who wants to keep a machine busy has to send something for it.
    private static final long UNPACKED = 256L << 20;

    private static final int UNPACKED_RATIO = 1000;

    private static final Logger LOG = System.getLogger(Uploads.class.getName());

    private final Store store;
    private final InstantSource clock;
    private final TrustedKeys trusted;
    private final Limits limits;
    private final boolean loosely;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ReentrantLock registering = new ReentrantLock();

    /// By the names of their files, the oldest first. Guarded by itself.
    private final SequencedMap<String, Waiting> waiting = new LinkedHashMap<>();

    private final ExecutorService sweeper =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("uploads").factory());

    private Uploads(
            Store store, InstantSource clock, TrustedKeys trusted, Limits limits, boolean loosely) {
        this.store = store;
        this.clock = clock;
        this.trusted = trusted;
        this.limits = limits;
        this.loosely = loosely;
    }

    /// What may be asked of this machine.
    ///
    /// @param narBytes the most bytes of an archive, unpacked
    /// @param waiting how many archives wait for their narinfo; a newer one ousts the oldest
    /// @param patience how long one waits
    /// @param turn how long somebody who brings something waits until there is memory to unpack it
    ///   in
    public record Limits(long narBytes, int waiting, Duration patience, Duration turn) {
        public static final Limits DEFAULT =
                new Limits(64L << 30, 64, Duration.ofMinutes(10), Duration.ofSeconds(30));
    }

    /// An archive that is here in blocks of a writer that has not committed them.
    private record Waiting(
            PathImport paths,
            TreeImport.Imported tree,
            NixHash fileHash,
            long fileSize,
            NarCompression compression,
            ReferenceScan scan,
            Instant since) {}

    /// Starts to look after what is waiting; close the result to stop.
    ///
    /// @param loosely whether a [Packer] compresses later what comes
    public static Uploads start(
            Store store, InstantSource clock, TrustedKeys trusted, Limits limits, boolean loosely) {
        var uploads = new Uploads(store, clock, trusted, limits, loosely);
        uploads.sweeper.execute(uploads::sweep);
        return uploads;
    }

    /// Takes an archive, however it is packed, which its first bytes tell: Nix does not always say
    /// so in the name.
    ///
    /// @param file the name by which its narinfo will refer to it: `<hash>.nar.xz`
    /// @param packed not closed
    /// @throws BusyException if too many are being taken
    public void archive(String file, InputStream packed) throws IOException {
        try {
            if (!places.tryAcquire(limits.turn.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException(
                        "as many archives as there is memory for are coming in; try again later");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while others brought archives");
        }
        try {
            take(file, packed);
        } finally {
            places.release();
        }
    }

    private void take(String file, InputStream packed) throws IOException {
        var source = new PushbackInputStream(packed, NarCompression.MAGIC);
        var compression = NarCompression.of(source);
        // What is not packed has the hash of its archive.
        var digest = compression == NarCompression.NONE ? null : HashFunction.sha256();
        var counted = new Counted(source, digest);
        var writer = loosely ? store.looseWriter() : store.writer();
        var paths = new PathImport(store, writer, clock, Progress.NONE);
        boolean taken = false;
        try (var unpacked = compression.decompress(counted, Long.MAX_VALUE, limits.turn);
                var scan = new ReferenceScan(new Bounded(unpacked, counted, limits.narBytes));
                var nar = new NarReader(scan)) {
            var tree = paths.tree(nar, Long.MAX_VALUE);
            // What is behind the archive is not part of it, but of what was sent.
            if (counted.read() >= 0) {
                throw new FormatException("nar", tree.narSize(), "more follows after its end");
            }
            var hash =
                    digest == null ? tree.narHash() : NixHash.sha256(Bytes.wrap(digest.digest()));
            if (!file.startsWith(NixBase32.encode(hash.digest()) + ".nar")) {
                // So that nobody brings another archive in the place of one that waits.
                throw new RefusedException(
                        Reason.WRONG, "%s has the hash %s".formatted(file, hash));
            }
            keep(
                    file,
                    new Waiting(
                            paths, tree, hash, counted.count, compression, scan, clock.instant()));
            taken = true;
        } catch (FormatException e) {
            throw blame(e);
        } finally {
            if (!taken) {
                paths.close();
            }
        }
    }

    /// Tells whether an archive of this name waits for its narinfo.
    public boolean isWaiting(String file) {
        synchronized (waiting) {
            return waiting.containsKey(file);
        }
    }

    /// How many archives wait for their narinfo.
    public int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /// Registers a path of which the archive came before, or says why not.
    public StoredPath register(NarInfo narInfo) throws IOException {
        var info =
                new PathInfo(
                        narInfo.path(),
                        narInfo.narHash(),
                        narInfo.narSize(),
                        narInfo.references(),
                        narInfo.deriver(),
                        narInfo.signatures(),
                        narInfo.ca());
        checkSignatures(info);
        checkDeriver(info);
        registering.lock();
        try {
            var there = store.catalog().path(info.path().hash());
            return there.isPresent() ? again(there.get(), info) : fresh(narInfo, info);
        } catch (FormatException e) {
            throw e.format().equals(ContentAddress.FORMAT) ? new RefusedException(e) : e;
        } finally {
            registering.unlock();
        }
    }

    /// Takes the log of a build.
    public void log(StorePath derivation, InputStream text) throws IOException {
        var counted = new Counted(text, null);
        try (var writer = store.writer();
                var bounded = new Bounded(counted, counted, MAX_LOG)) {
            var file = new FileBuilder(writer);
            var chunker = new Chunker(bounded);
            for (var chunk = chunker.next(); chunk.isPresent(); chunk = chunker.next()) {
                file.add(chunk.get());
            }
            Cid cid = file.finish(false).cid();
            int _ =
                    writer.commit(transaction -> {
                        transaction.log(derivation, cid);
                        return 0;
                    });
        } catch (FormatException e) {
            throw blame(e);
        }
    }

    /// What comes from elsewhere is malformed, unless a pack is: nothing else of what is here is
    /// read meanwhile.
    private static IOException blame(FormatException e) {
        return e.format().equals("pack") ? e : new RefusedException(e);
    }

    @Override
    public void close() {
        stopped.countDown();
        registering.lock();
        try {
            synchronized (waiting) {
                waiting.values().forEach(Uploads::forget);
                waiting.clear();
            }
        } finally {
            registering.unlock();
        }
        sweeper.close();
    }

    /// Who knows more of a path may add to it; nobody changes what is known.
    private StoredPath again(StoredPath there, PathInfo info) throws IOException {
        if (!there.info().path().equals(info.path())) {
            throw new RefusedException(
                    Reason.CONFLICT,
                    "%s has the characters of %s, which is here"
                            .formatted(info.path(), there.info().path()));
        }
        var signatures = new HashSet<>(there.info().signatures());
        if (signatures.addAll(info.signatures())) {
            checkCount(signatures);
        }
        try (var paths = new PathImport(store, clock, Progress.NONE)) {
            var stored = paths.add(info, new TreeNar(store, there.tree()));
            paths.commit();
            return stored;
        }
    }

    private StoredPath fresh(NarInfo narInfo, PathInfo info) throws IOException {
        checkReferences(info);
        String file = file(narInfo.url());
        Waiting archive;
        synchronized (waiting) {
            // Nobody else closes it meanwhile.
            archive = waiting.remove(file);
        }
        if (archive == null) {
            return sameTree(file, info);
        }
        boolean mayTryAgain = false;
        try {
            checkArchive(narInfo, archive);
            if (!isVouchedFor(info)) {
                checkMentions(info, archive.scan);
            }
            var stored = archive.paths.add(info, archive.tree);
            archive.paths.commit();
            return stored;
        } catch (RefusedException | FormatException | MissingReferenceException e) {
            mayTryAgain = true;
            throw e;
        } finally {
            if (mayTryAgain) {
                keep(file, archive);
            } else {
                archive.paths.close();
            }
        }
    }

    /// Takes the tree of another path that has the same archive, which Nix does not bring twice.
    private StoredPath sameTree(String file, PathInfo info) throws IOException {
        var twin = store.catalog().withNar(info.narHash());
        if (twin.isEmpty()) {
            throw new RefusedException(
                    Reason.CONFLICT,
                    "the archive nar/%s of %s did not come, or too long ago; bring it first"
                            .formatted(file, info.path()));
        }
        if (info.narSize() != twin.getFirst().info().narSize()) {
            throw wrong(info.path(), "NarSize", twin.getFirst().info().narSize(), info.narSize());
        }
        var content = new TreeNar(store, twin.getFirst().tree());
        if (!info.references().isEmpty() && !isVouchedFor(info)) {
            var scan = new ReferenceScan(InputStream.nullInputStream());
            content.writeTo(new NarWriter(scan.sink()));
            checkMentions(info, scan);
        }
        try (var paths = new PathImport(store, clock, Progress.NONE)) {
            var stored = paths.add(info, content);
            paths.commit();
            return stored;
        }
    }

    private void checkReferences(PathInfo info) throws IOException {
        var missing = new ArrayList<String>();
        for (StorePath reference : info.dependencies()) {
            if (store.catalog().path(reference).isEmpty()) {
                missing.add(reference.toString());
            }
        }
        if (!missing.isEmpty()) {
            throw new RefusedException(
                    Reason.CONFLICT,
                    "%s refers to what is not here: %s. Bring that first"
                            .formatted(info.path(), String.join(" ", missing)));
        }
    }

    private static void checkArchive(NarInfo narInfo, Waiting archive) throws RefusedException {
        if (!narInfo.compression().equals(archive.compression.toString())) {
            throw wrong(narInfo.path(), "compression", archive.compression, narInfo.compression());
        }
        if (!narInfo.fileHash().orElse(archive.fileHash).equals(archive.fileHash)) {
            throw wrong(
                    narInfo.path(), "FileHash", archive.fileHash, narInfo.fileHash().orElseThrow());
        }
        if (narInfo.fileSize().orElse(archive.fileSize) != archive.fileSize) {
            throw wrong(
                    narInfo.path(), "FileSize", archive.fileSize, narInfo.fileSize().orElseThrow());
        }
        if (!narInfo.narHash().equals(archive.tree.narHash())) {
            throw wrong(narInfo.path(), "NarHash", archive.tree.narHash(), narInfo.narHash());
        }
        if (narInfo.narSize() != archive.tree.narSize()) {
            throw wrong(narInfo.path(), "NarSize", archive.tree.narSize(), narInfo.narSize());
        }
    }

    private static RefusedException wrong(
            StorePath path, String field, Object found, Object claimed) {
        return new RefusedException(
                Reason.WRONG,
                "the archive of %s has the %s %s, not %s".formatted(path, field, found, claimed));
    }

    /// Tells whether the references need no other proof: a trusted signature covers them, and so
    /// does the name of what is named after its content.
    private boolean isVouchedFor(PathInfo info) {
        return info.isNamedAfterContent()
                || !trusted.vouchers(info.fingerprint(), info.signatures()).isEmpty();
    }

    /// What a build made refers to what it mentions, because this is how Nix finds references.
    private static void checkMentions(PathInfo info, ReferenceScan scan) throws RefusedException {
        for (StorePath reference : info.references()) {
            if (!scan.found(reference.hash())) {
                throw new RefusedException(
                        Reason.WRONG,
                        "%s is said to refer to %s, and does not mention it"
                                .formatted(info.path(), reference));
            }
        }
    }

    private static void checkCount(Collection<String> signatures) throws RefusedException {
        if (signatures.size() > MAX_SIGNATURES) {
            throw new RefusedException(
                    Reason.TOO_LARGE, "more than " + MAX_SIGNATURES + " signatures");
        }
    }

    /// Refuses a signature in the name of a trusted key that it did not make.
    private void checkSignatures(PathInfo info) throws IOException {
        checkCount(info.signatures());
        Bytes fingerprint = Bytes.utf8(info.fingerprint());
        for (String text : info.signatures()) {
            var signature = signature(text);
            List<PublicKey> named =
                    trusted.keys().stream()
                            .filter(key -> key.name().equals(signature.keyName()))
                            .toList();
            if (!named.isEmpty()
                    && named.stream().noneMatch(key -> key.verifies(fingerprint, signature))) {
                throw new RefusedException(
                        Reason.WRONG,
                        "the signature of %s by %s does not match"
                                .formatted(info.path(), signature.keyName()));
            }
        }
    }

    private static Signature signature(String text) throws RefusedException {
        try {
            return Signature.parse(text);
        } catch (FormatException e) {
            throw new RefusedException(e);
        }
    }

    /// Refuses a deriver that is here and has no such output.
    private void checkDeriver(PathInfo info) throws IOException {
        if (info.deriver().isEmpty()) {
            return;
        }
        StorePath path = info.deriver().get();
        var stored = store.catalog().path(path);
        if (stored.isEmpty() || !path.isDerivation()) {
            return;
        }
        var reader = new UnixFsReader(store);
        if (!(reader.node(stored.get().tree()) instanceof UnixFsNode.RegularFile file)
                || file.size() > MAX_DERIVATION) {
            return;
        }
        Derivation derivation;
        try (var in = reader.contents(file)) {
            derivation = Derivation.decode(Bytes.wrap(in.readAllBytes()));
        } catch (FormatException _) {
            return;
        }
        boolean makesIt =
                derivation.outputs().values().stream()
                        .anyMatch(output ->
                                switch (output) {
                                    case Derivation.Output.InputAddressed(var made) ->
                                            made.equals(info.path());
                                    case Derivation.Output.Fixed(var made, _) ->
                                            made.equals(info.path());
                                    case Derivation.Output.Floating _,
                                            Derivation.Output.Deferred _,
                                            Derivation.Output.Impure _ ->
                                            true;
                                });
        if (!makesIt) {
            throw new RefusedException(
                    Reason.WRONG, "%s is not built by %s".formatted(info.path(), path));
        }
    }

    private static String file(String url) throws RefusedException {
        if (!url.startsWith("nar/")) {
            throw new RefusedException(Reason.WRONG, "the URL of an archive begins with nar/");
        }
        return url.substring("nar/".length());
    }

    private void keep(String file, Waiting archive) {
        var ousted = new ArrayList<Waiting>();
        synchronized (waiting) {
            if (stopped.getCount() == 0) {
                ousted.add(archive);
            } else {
                var same = waiting.remove(file);
                if (same != null) {
                    ousted.add(same);
                }
                waiting.put(file, archive);
                while (waiting.size() > limits.waiting) {
                    ousted.add(waiting.pollFirstEntry().getValue());
                }
            }
        }
        ousted.forEach(Uploads::forget);
    }

    private static void forget(Waiting archive) {
        try {
            archive.paths.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "an archive that nobody wanted could not be let go of", e);
        }
    }

    private void sweep() {
        try {
            while (!stopped.await(limits.patience.toMillis() / 4 + 1, TimeUnit.MILLISECONDS)) {
                expire();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread; if so, it is no longer wanted.
        }
    }

    /// Forgets what waited too long.
    void expire() {
        var now = clock.instant();
        var expired = new ArrayList<Waiting>();
        synchronized (waiting) {
            waiting.values()
                    .removeIf(archive -> {
                        boolean old = archive.since.plus(limits.patience).isBefore(now);
                        if (old) {
                            expired.add(archive);
                        }
                        return old;
                    });
        }
        expired.forEach(Uploads::forget);
    }

    /// Counts and hashes what passes by, unless there is nothing to hash for.
    private static final class Counted extends FilterInputStream {
        private final @Nullable MessageDigest digest;
        private long count;

        Counted(InputStream in, @Nullable MessageDigest digest) {
            super(in);
            this.digest = digest;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            if (read > 0) {
                count += read;
                if (digest != null) {
                    digest.update(target, offset, read);
                }
            }
            return read;
        }
    }

    /// Refuses to give more than so many bytes, or more than are worth what was sent for them.
    private static final class Bounded extends FilterInputStream {
        private final Counted packed;
        private final long limit;
        private long count;

        Bounded(InputStream in, Counted packed, long limit) {
            super(in);
            this.packed = packed;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            count += Math.max(0, read);
            if (count > limit) {
                throw new RefusedException(
                        Reason.TOO_LARGE, "more than the %d bytes allowed".formatted(limit));
            }
            if (count > UNPACKED + packed.count * UNPACKED_RATIO) {
                throw new RefusedException(
                        Reason.TOO_LARGE,
                        "%d bytes come out of the first %d; send with compression=none what can be packed so well"
                                .formatted(count, packed.count));
            }
            return read;
        }
    }
}

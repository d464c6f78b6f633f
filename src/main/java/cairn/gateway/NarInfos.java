package cairn.gateway;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.engine.CacheServer;
import cairn.engine.Space;
import cairn.nix.NarInfo;
import cairn.nix.NixBase32;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.PathInfo;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The narinfos of the paths that are here, kept as they are sent until something changes.
///
/// What another process changes is seen a moment later. Safe for use by several threads.
final class NarInfos {
    private static final long GLANCE_NANOS = 20_000_000;
    private static final long NOTE_EVERY_NANOS = 10_000_000_000L;
    private static final int CHANGES = 1000;
    private static final long MAX_BYTES = 64 << 20;

    private final Catalog catalog;
    private final CacheServer.Settings settings;
    private final Space space;
    private final Map<String, Rendered> rendered = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantLock looking = new ReentrantLock();
    private volatile long lookedAt;
    private long cursor;

    NarInfos(Catalog catalog, CacheServer.Settings settings, Space space) throws IOException {
        this.catalog = catalog;
        this.space = space;
        this.settings = settings;
        cursor = catalog.lastChange();
        lookedAt = System.nanoTime();
    }

    /// A narinfo as it is sent.
    static final class Rendered {
        private final byte[] bytes;
        private final String tag;
        private final Header tagHeader;

        /// When the node last noted that somebody asked for it.
        private volatile long noted;

        private Rendered(byte[] bytes, String tag) {
            this.bytes = bytes;
            this.tag = '"' + tag + '"';
            tagHeader = HeaderValues.createCached(HeaderNames.ETAG, this.tag);
        }

        byte[] bytes() {
            return bytes;
        }

        String tag() {
            return tag;
        }

        Header tagHeader() {
            return tagHeader;
        }

        /// Tells now and then whether to note that somebody asked for it.
        private boolean isToBeNoted(long now) {
            if (now - noted < NOTE_EVERY_NANOS) {
                return false;
            }
            noted = now;
            return true;
        }
    }

    /// The narinfo of the path with these 32 characters, if it is here.
    Optional<Rendered> of(String hash) throws IOException {
        long now = System.nanoTime();
        if (now - lookedAt > GLANCE_NANOS && looking.tryLock()) {
            try {
                look();
            } finally {
                looking.unlock();
            }
        }
        var known = rendered.get(hash);
        if (known != null) {
            if (known.isToBeNoted(now)) {
                space.touch(hash);
            }
            return Optional.of(known);
        }
        long before = lookedAt;
        var stored = catalog.path(hash);
        if (stored.isEmpty() || !stored.get().info().path().folder().equals(settings.folder())) {
            return Optional.empty();
        }
        space.touch(hash);
        var fresh = render(stored.get().info());
        fresh.noted = now;
        if (bytes.addAndGet(fresh.bytes.length) > MAX_BYTES) {
            forgetAll();
        }
        rendered.put(hash, fresh);
        if (before != lookedAt) {
            // Something may have changed between the question and now.
            rendered.remove(hash);
        }
        return Optional.of(fresh);
    }

    /// Sees at once what this process has changed.
    void refresh() throws IOException {
        looking.lock();
        try {
            look();
        } finally {
            looking.unlock();
        }
    }

    private void look() throws IOException {
        List<Catalog.Change> changes = catalog.changes(cursor, CHANGES);
        if (!changes.isEmpty()) {
            cursor = changes.getLast().cursor();
            if (changes.size() == CHANGES) {
                cursor = catalog.lastChange();
                forgetAll();
            }
            for (Catalog.Change change : changes) {
                switch (change.kind()) {
                    case "path", "claim", "removed" ->
                            rendered.remove(StorePath.parse(change.subject()).hash());
                    default -> {}
                }
            }
        }
        lookedAt = System.nanoTime();
    }

    private void forgetAll() {
        rendered.clear();
        bytes.set(0);
    }

    /// The narinfo of a path, wherever it is.
    Rendered render(PathInfo info) {
        Bytes text =
                new NarInfo(
                                info.path(),
                                "nar/" + NixBase32.encode(info.narHash().digest()) + ".nar",
                                "none",
                                Optional.of(info.narHash()),
                                OptionalLong.of(info.narSize()),
                                info.narHash(),
                                info.narSize(),
                                info.references(),
                                info.deriver(),
                                signatures(info),
                                info.ca())
                        .encode();
        String tag = Cid.of(Codec.RAW, text).toString();
        return new Rendered(text.toByteArray(), tag);
    }

    /// The node signs only what somebody it trusts has signed.
    private List<String> signatures(PathInfo info) {
        if (settings.key().isEmpty()
                || settings.trusted().vouchers(info.fingerprint(), info.signatures()).isEmpty()) {
            return info.signatures();
        }
        var signatures = new ArrayList<>(info.signatures());
        String own = settings.key().get().sign(Bytes.utf8(info.fingerprint())).toString();
        if (!signatures.contains(own)) {
            signatures.add(own);
        }
        return signatures;
    }
}

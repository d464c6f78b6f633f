package cairn.ui.model;

import cairn.cid.FormatException;
import cairn.engine.Engine;
import cairn.nix.StorePath;
import cairn.store.Catalog;
import cairn.store.StoredPath;
import cairn.trust.PublicKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Remembers how far each path is trusted that anyone asked about, until the store or the
/// configuration changes. Reads from the disk. Safe for use by several threads.
final class Judge {
    private static final FileTime NEVER = FileTime.fromMillis(0);

    private final Engine engine;
    private volatile Session session =
            new Session(-1, NEVER, TrustedKeys.NONE, "", Map.of(), new AtomicReference<>());

    /// What was judged between two changes.
    ///
    /// @param trouble why no keys are known, or empty
    /// @param marks of all paths, but for damage; null until someone asked for them
    private record Session(
            long cursor,
            FileTime configured,
            TrustedKeys trusted,
            String trouble,
            Map<StorePath, Verdict> verdicts,
            AtomicReference<@Nullable Map<StorePath, TrustMark>> marks) {
        Verdict judge(StoredPath stored) {
            var verdict = Verdict.of(stored.info(), trusted);
            return trouble.isEmpty() || verdict.mark() != TrustMark.UNTRUSTED
                    ? verdict
                    : new Verdict(verdict.mark(), trouble, verdict.signatures());
        }
    }

    Judge(Engine engine) {
        this.engine = engine;
    }

    Verdict verdict(StoredPath stored) throws IOException {
        var path = stored.info().path();
        var now = now();
        var verdict = now.verdicts.computeIfAbsent(path, _ -> now.judge(stored));
        return engine.catalog().damage(path).map(verdict::damaged).orElse(verdict);
    }

    /// As [#verdict(StoredPath)], for a path that need not have been read; empty if it is not here.
    Optional<Verdict> verdict(StorePath path) throws IOException {
        var verdict = verdict(now(), path);
        var damage = engine.catalog().damage(path);
        return damage.isEmpty() ? verdict : verdict.map(sound -> sound.damaged(damage.get()));
    }

    private Optional<Verdict> verdict(Session now, StorePath path) throws IOException {
        var known = now.verdicts.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        return engine.catalog()
                .path(path)
                .map(stored -> now.verdicts.computeIfAbsent(path, _ -> now.judge(stored)));
    }

    /// How far each path is trusted that is here, as it is now.
    Function<StorePath, TrustMark> marks() throws IOException, InterruptedException {
        var now = now();
        var known = now.marks.get();
        if (known == null) {
            known = marks(now);
            now.marks.set(known);
        }
        var marks = known;
        var damaged = Set.copyOf(engine.catalog().damaged());
        return path ->
                damaged.contains(path)
                        ? TrustMark.DAMAGED
                        : marks.getOrDefault(path, TrustMark.UNSIGNED);
    }

    /// Reads once what is claimed of all, and verifies only what a trusted key is said to have
    /// signed.
    private Map<StorePath, TrustMark> marks(Session now) throws IOException, InterruptedException {
        Set<String> believed =
                now.trusted.keys().stream().map(PublicKey::name).collect(Collectors.toSet());
        var marks = new HashMap<StorePath, TrustMark>();
        for (Catalog.Claims claims : engine.catalog().claims()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            var path = claims.path();
            if (claims.addressed()) {
                marks.put(path, TrustMark.TRUSTED);
            } else if (Collections.disjoint(claims.signers(), believed)) {
                marks.put(path, TrustMark.UNTRUSTED);
            } else {
                verdict(now, path).ifPresent(verdict -> marks.put(path, verdict.mark()));
            }
        }
        return marks;
    }

    private Session now() throws IOException {
        var last = session;
        long cursor = engine.catalog().lastChange();
        var file = engine.store().home().configuration();
        FileTime configured = Files.exists(file) ? Files.getLastModifiedTime(file) : NEVER;
        if (last.cursor == cursor && last.configured.equals(configured)) {
            return last;
        }
        var trusted = TrustedKeys.NONE;
        String trouble = "";
        try {
            trusted = engine.configuration().trustedKeys();
        } catch (FormatException e) {
            trouble = Words.text("trust.no-keys", Problems.describe(e).sentence());
        }
        var next =
                new Session(
                        cursor,
                        configured,
                        trusted,
                        trouble,
                        new ConcurrentHashMap<>(),
                        new AtomicReference<>());
        session = next;
        return next;
    }
}

package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Multihash;
import cairn.store.Index.BlockLocation;
import cairn.store.Index.FrameLocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Reads blocks from the disk and hashes them.
final class Verifier {
    private final Store store;

    /// Whether a block may be elsewhere than it was.
    private volatile boolean moved;

    Verifier(Store store) {
        this.store = store;
    }

    Verification verify(Cid cid) throws IOException {
        if (BlockKey.isInline(cid)) {
            return new Verification.Intact(cid, cid.hash().digest().length());
        }
        try {
            return store.findAnew(BlockKey.of(cid))
                    .map(found -> check(cid, found.block()))
                    .orElseGet(() -> new Verification.Missing(cid));
        } catch (IOException e) {
            return new Verification.Unreadable(cid, e);
        }
    }

    /// Verifies every block that the index names, in the order in which they lie on the disk.
    ///
    /// @param each is told every finding, on this thread
    void verifyAll(Progress progress, Consumer<Verification> each) throws IOException {
        var done = new HashSet<FrameLocation>();
        var frames = store.index().frames();
        do {
            moved = false;
            verify(frames, progress, each);
            done.addAll(frames);
            frames = store.index().frames();
            frames.removeIf(done::contains);
        } while (moved && !frames.isEmpty());
    }

    private void verify(List<FrameLocation> frames, Progress progress, Consumer<Verification> each)
            throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        var work = new ExecutorCompletionService<List<Verification>>(store.threads());
        int started = 0;
        for (int done = 0; done < frames.size(); done++) {
            progress.check();
            progress.step("blocks", done, frames.size());
            while (started < frames.size() && started < done + 2 * threads) {
                var frame = frames.get(started++);
                work.submit(() -> verify(frame));
            }
            take(work).forEach(each);
        }
        progress.step("blocks", frames.size(), frames.size());
    }

    private List<Verification> verify(FrameLocation at) throws IOException {
        Frame frame;
        try {
            frame = store.packs().load(at);
        } catch (IOException e) {
            return unreadable(at, e);
        }
        var findings = new ArrayList<Verification>();
        for (int i = 0; i < frame.count(); i++) {
            Cid cid = frame.cid(i);
            var indexed = store.index().locate(BlockKey.of(cid));
            var here = new BlockLocation(at, frame.start(i), frame.length(i));
            if (indexed.isPresent() && indexed.get().equals(here)) {
                findings.add(check(cid, frame.block(i)));
            } else {
                moved = true;
            }
        }
        return findings;
    }

    private List<Verification> unreadable(FrameLocation at, IOException cause) throws IOException {
        var findings = new ArrayList<Verification>();
        for (Bytes key : store.index().keysIn(at)) {
            findings.add(new Verification.Unreadable(BlockKey.name(key), cause));
        }
        if (findings.isEmpty()) {
            moved = true;
        }
        return findings;
    }

    private static Verification check(Cid cid, Bytes block) {
        var function = cid.hash().function();
        if (function.isEmpty()) {
            return new Verification.Unverifiable(cid, block.length());
        }
        var found = new Multihash(cid.hash().code(), function.get().hash(block));
        return found.equals(cid.hash())
                ? new Verification.Intact(cid, block.length())
                : new Verification.Corrupt(cid, found);
    }

    private static List<Verification> take(ExecutorCompletionService<List<Verification>> work)
            throws IOException {
        try {
            Future<List<Verification>> next = work.take();
            return next.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw Packs.interrupted(e);
        }
    }
}

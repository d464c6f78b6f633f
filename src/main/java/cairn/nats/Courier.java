package cairn.nats;

import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.engine.Copy;
import cairn.engine.Engine;
import cairn.engine.RefusedException;
import cairn.nix.StorePath;
import cairn.store.PathInfo;
import cairn.store.Progress;
import cairn.trust.TrustedKeys;
import cairn.unixfs.MissingBlockException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/// Brings paths from other nodes that nobody here asked for.
///
/// As that goes on by itself, only those are brought that a trusted key signed or whose name
/// follows from their content, with all that they refer to.
final class Courier {
    private static final Logger LOG = System.getLogger(Courier.class.getName());

    private final Engine engine;
    private final NatsStore domain;

    /// @param domain where they are
    Courier(Engine engine, NatsStore domain) {
        this.engine = engine;
        this.domain = domain;
    }

    /// What became of it.
    ///
    /// @param paths how many were brought
    /// @param strangers how many were left because nobody whom this node trusts vouches for them
    record Brought(int paths, int strangers) {
        private static final Brought NOTHING = new Brought(0, 0);
    }

    /// Brings the paths that have a PathNode. What is wrong with them is told in the log.
    ///
    /// @throws IOException if nobody can be asked just now
    Brought bring(Cid node, TrustedKeys trusted) throws IOException {
        if (!engine.catalog().named(node).isEmpty()) {
            return Brought.NOTHING;
        }
        int paths = 0;
        int strangers = 0;
        try {
            for (StorePath path : domain.named(node)) {
                if (engine.catalog().path(path).isPresent()) {
                    continue; // with other references, or cut otherwise
                }
                if (!isBelieved(path, trusted)) {
                    strangers++;
                    continue;
                }
                var _ = engine.copyIn(domain, List.of(path), false, Progress.NONE);
                paths++;
            }
        } catch (FormatException
                | MissingBlockException
                | NoSuchFileException
                | FileAlreadyExistsException
                | RefusedException e) {
            LOG.log(Level.WARNING, "{0} is not brought in: {1}", node, e.getMessage());
        }
        return new Brought(paths, strangers);
    }

    /// Whether somebody who is trusted vouches for all of a closure that is not here.
    private boolean isBelieved(StorePath path, TrustedKeys trusted) throws IOException {
        for (PathInfo info : Copy.closure(domain, List.of(path))) {
            if (engine.catalog().path(info.path()).isEmpty()
                    && !info.isNamedAfterContent()
                    && trusted.vouchers(info.fingerprint(), info.signatures()).isEmpty()) {
                return false;
            }
        }
        return true;
    }
}

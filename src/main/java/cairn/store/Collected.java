package cairn.store;

import cairn.cid.Cid;
import java.util.List;

/// What a collection took, or would take.
///
/// @param paths how many paths are not known any more
/// @param blocks how many blocks are not here any more
/// @param bytes by how much the packs are shorter in sum, never less than zero; what was no longer
///   used but lies in a pack that is not worth rewriting stays for a later collection
/// @param damaged blocks that are needed and cannot be read; what they lead to is not known, so
///   with any of them no path and no block goes
public record Collected(long paths, long blocks, long bytes, List<Cid> damaged) {
    public Collected {
        damaged = List.copyOf(damaged);
    }
}

package cairn.engine;

import cairn.engine.RefusedException.Reason;
import cairn.nix.Realisation;
import cairn.store.Store;
import cairn.store.Transaction;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeSet;

/// What became of the outputs of derivations, according to those who are believed.
///
/// Nix takes any realisation that a cache gives it, so only those are given that a trusted key has
/// signed or that somebody brought who may say so. Others are kept as mere claims. Safe for use by
/// several threads.
public final class Realisations {
    private final Store store;
    private final TrustedKeys trusted;

    public Realisations(Store store, TrustedKeys trusted) {
        this.store = store;
        this.trusted = trusted;
    }

    /// The realisation of an output, if it is believed.
    public Optional<Realisation> believed(String folder, Realisation.Id id) throws IOException {
        var stored = store.catalog().realisation(id.toString());
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        var realisation = Realisation.decode(folder, stored.get().json());
        return stored.get().vouched() || isSigned(realisation)
                ? Optional.of(realisation)
                : Optional.empty();
    }

    /// Keeps a realisation.
    ///
    /// @param vouched whether who brings it may say so
    /// @return whether it is believed
    /// @throws RefusedException if another one is believed
    public boolean put(Realisation realisation, boolean vouched) throws IOException {
        return store.commit(putting(realisation, vouched));
    }

    /// The same as a part of a commit.
    Transaction.Work<Boolean> putting(Realisation realisation, boolean vouched) {
        return transaction -> {
            String id = realisation.id().toString();
            var known = store.catalog().realisation(id);
            boolean believed = vouched || isSigned(realisation);
            boolean wasVouched = false;
            var kept = realisation;
            if (known.isPresent()) {
                var old = Realisation.decode(realisation.output().folder(), known.get().json());
                boolean same = old.fingerprint().equals(realisation.fingerprint());
                boolean wasBelieved = known.get().vouched() || isSigned(old);
                if (!same && wasBelieved) {
                    throw new RefusedException(
                            Reason.CONFLICT,
                            "%s is known to be %s, not %s"
                                    .formatted(id, old.output(), realisation.output()));
                }
                if (same) {
                    var signatures = new TreeSet<>(old.signatures());
                    signatures.addAll(realisation.signatures());
                    kept = realisation.withSignatures(signatures);
                    wasVouched = known.get().vouched();
                    believed |= wasBelieved;
                    if (signatures.equals(old.signatures()) && (wasVouched || !vouched)) {
                        return believed;
                    }
                }
            }
            transaction.realise(id, kept.encode(), vouched || wasVouched);
            return believed;
        };
    }

    private boolean isSigned(Realisation realisation) {
        return !trusted.vouchers(realisation.fingerprint(), realisation.signatures()).isEmpty();
    }
}

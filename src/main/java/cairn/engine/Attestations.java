package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.Block;
import cairn.ipld.CborReader;
import cairn.ipld.CborWriter;
import cairn.store.Store;
import cairn.trust.Attestation;
import cairn.trust.Attestation.Verdict;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What others vouched for and this home checked. Safe for use by several threads.
///
/// What was verified is an event, and kept with all that it leads to; what a trusted key rejects is
/// a block that goes with the next collection; of strangers nothing stays.
///
/// ```ipldsch
/// type Event struct {               # dag-cbor
///   record Link                     # the Attestation of this home
///   attestation Link                # the one that it judged
/// }
/// ```
public final class Attestations {
    private static final String TOPIC = "attestation";

    private final Store store;
    private final InstantSource clock;

    /// What was verified: the attestation, and what it was recorded by last.
    private final Map<Cid, Cid> records = new HashMap<>();

    /// The same of what trusted keys reject, since the home was opened.
    private final Map<Cid, Cid> warnings = new HashMap<>();

    private final Set<Cid> roots = new LinkedHashSet<>();
    private final EventReader events;

    Attestations(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        events = new EventReader(store, TOPIC);
    }

    /// What came of an attestation.
    ///
    /// @param record the attestation of this home that says so; none of what no trusted key said,
    ///   of what is not here, and where nothing can be written
    /// @param fresh whether it was recorded just now
    public record Ruling(Verdict verdict, String reason, Optional<Cid> record, boolean fresh) {}

    /// Checks an attestation: that its key signed it and is trusted, that what it vouches for is
    /// here, and that it vouches for it. The same is recorded once.
    ///
    /// Only the word of a trusted key is recorded: a ruling is signed, so nobody else may bring one
    /// about that speaks of what he chose, nor fill the home with them.
    ///
    /// @param own the key that signs the ruling
    public Ruling judge(Attestation attestation, SecretKey own, TrustedKeys trusted)
            throws IOException {
        Optional<String> doubt = doubt(attestation, trusted);
        if (doubt.isPresent()) {
            return new Ruling(Verdict.REJECTED, doubt.get(), Optional.empty(), false);
        }
        String name = attestation.key().name();
        boolean rejects = attestation.verdict() == Verdict.REJECTED;
        var verdict = rejects ? Verdict.REJECTED : Verdict.VERIFIED;
        String reason =
                rejects
                        ? "%s rejects it: %s".formatted(name, shortened(attestation))
                        : "%s vouches for it".formatted(name);
        var judged = attestation.toBlock();
        var known = record(judged.cid(), verdict);
        if (known.isPresent() || store.isReadOnly()) {
            return new Ruling(verdict, reason, known, false);
        }
        var record =
                Attestation.sign(
                                own,
                                attestation.subject(),
                                verdict,
                                Optional.empty(),
                                clock.instant(),
                                reason)
                        .toBlock();
        write(judged, record, verdict);
        return new Ruling(verdict, reason, record(judged.cid(), verdict), true);
    }

    /// What an attestation was recorded by, if its record is here still.
    private synchronized Optional<Cid> record(Cid judged, Verdict verdict) throws IOException {
        catchUp();
        Cid known = (verdict == Verdict.REJECTED ? warnings : records).get(judged);
        return known != null && store.block(known).isPresent()
                ? Optional.of(known)
                : Optional.empty();
    }

    /// Waits for who writes to the index, and a collection that does asks for the [#roots]; so
    /// nobody may be kept from these meanwhile.
    private void write(Block judged, Block record, Verdict verdict) throws IOException {
        try (var writer = store.writer()) {
            writer.put(judged);
            writer.put(record);
            if (verdict == Verdict.REJECTED) {
                writer.commit();
                synchronized (this) {
                    warnings.put(judged.cid(), record.cid());
                }
            } else {
                Bytes event = encode(record.cid(), judged.cid());
                long _ = writer.commit(tx -> tx.event(TOPIC, clock.instant(), event));
            }
        }
    }

    /// Why an attestation says nothing here, if so.
    private Optional<String> doubt(Attestation attestation, TrustedKeys trusted)
            throws IOException {
        if (!attestation.isGenuine()) {
            return Optional.of(
                    "the signature is not that of key %s".formatted(attestation.key().name()));
        }
        if (!trusted.keys().contains(attestation.key())) {
            return Optional.of("key %s is not trusted here".formatted(attestation.key()));
        }
        if (attestation.verdict() != Verdict.REJECTED
                && store.block(attestation.subject()).isEmpty()) {
            return Optional.of("%s is not here to be checked".formatted(attestation.subject()));
        }
        return Optional.empty();
    }

    private static String shortened(Attestation attestation) {
        String reason = attestation.reason();
        return reason.length() <= 500 ? reason : reason.substring(0, 500) + "…";
    }

    private void catchUp() throws IOException {
        events.catchUp(event -> read(event.data()));
    }

    /// What keeps the attestations and what was verified by them.
    synchronized Collection<Cid> roots() throws IOException {
        catchUp();
        return List.copyOf(roots);
    }

    private void read(Bytes data) throws FormatException {
        var in = new CborReader("attestation event", data);
        in.fields(2);
        Cid record = in.field("record").link();
        Cid attestation = in.field("attestation").link();
        in.expectEnd();
        records.put(attestation, record);
        roots.add(attestation);
        roots.add(record);
    }

    private static Bytes encode(Cid record, Cid attestation) {
        return new CborWriter()
                .fields(2)
                .field("record")
                .link(record)
                .field("attestation")
                .link(attestation)
                .toBytes();
    }
}

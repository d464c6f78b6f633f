package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.FormatException;
import cairn.ipld.CborReader;
import cairn.ipld.CborWriter;
import cairn.store.Catalog;
import cairn.store.Store;
import cairn.trust.Attestation;
import cairn.trust.Attestation.Verdict;
import cairn.trust.SecretKey;
import cairn.trust.TrustedKeys;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    private static final int BATCH = 1000;

    private final Store store;
    private final InstantSource clock;

    /// What was verified: the attestation, and what it was recorded by.
    private final Map<Cid, Cid> records = new LinkedHashMap<>();

    /// The same of what trusted keys reject, since the home was opened.
    private final Map<Cid, Cid> warnings = new HashMap<>();

    private long cursor;

    Attestations(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// What came of an attestation.
    ///
    /// @param record the attestation of this home that says so; none of what no trusted key said,
    ///   of what is not here, and where nothing can be written
    public record Ruling(Verdict verdict, String reason, Optional<Cid> record) {}

    /// Checks an attestation: that its key signed it and is trusted, that what it vouches for is
    /// here, and that it vouches for it. The same is recorded once.
    ///
    /// Only the word of a trusted key is recorded: a ruling is signed, so nobody else may bring one
    /// about that speaks of what he chose, nor fill the home with them.
    ///
    /// @param own the key that signs the ruling
    public synchronized Ruling judge(Attestation attestation, SecretKey own, TrustedKeys trusted)
            throws IOException {
        Optional<String> doubt = doubt(attestation, trusted);
        if (doubt.isPresent()) {
            return new Ruling(Verdict.REJECTED, doubt.get(), Optional.empty());
        }
        String name = attestation.key().name();
        boolean rejects = attestation.verdict() == Verdict.REJECTED;
        var verdict = rejects ? Verdict.REJECTED : Verdict.VERIFIED;
        String reason =
                rejects
                        ? "%s rejects it: %s".formatted(name, shortened(attestation))
                        : "%s vouches for it".formatted(name);
        var judged = attestation.toBlock();
        catchUp();
        Cid known = (rejects ? warnings : records).get(judged.cid());
        if (known != null && store.block(known).isPresent()) {
            return new Ruling(verdict, reason, Optional.of(known));
        }
        if (store.isReadOnly()) {
            return new Ruling(verdict, reason, Optional.empty());
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
        try (var writer = store.writer()) {
            writer.put(judged);
            writer.put(record);
            if (rejects) {
                writer.commit();
                warnings.put(judged.cid(), record.cid());
            } else {
                Bytes event = encode(record.cid(), judged.cid());
                long _ = writer.commit(tx -> tx.event(TOPIC, clock.instant(), event));
            }
        }
        return new Ruling(verdict, reason, Optional.of(record.cid()));
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

    /// What keeps the attestations and what was verified by them.
    synchronized Collection<Cid> roots() throws IOException {
        catchUp();
        var roots = new ArrayList<Cid>(records.keySet());
        roots.addAll(records.values());
        return roots;
    }

    private void catchUp() throws IOException {
        for (var some = events(); !some.isEmpty(); some = events()) {
            for (var event : some) {
                read(event.data());
                cursor = event.cursor();
            }
        }
    }

    private List<Catalog.Event> events() throws IOException {
        return store.catalog().events(TOPIC, cursor, BATCH);
    }

    private void read(Bytes data) throws FormatException {
        var in = new CborReader("attestation event", data);
        in.fields(2);
        Cid record = in.field("record").link();
        Cid attestation = in.field("attestation").link();
        in.expectEnd();
        records.put(attestation, record);
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

package cairn.store;

import cairn.cid.Cid;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A name that keeps a DAG from being collected.
///
/// @param name chosen by whoever pins; a store path pins itself by its text
/// @param since to the millisecond
public record Pin(String name, Cid cid, Instant since) {
    public Pin {
        since = since.truncatedTo(ChronoUnit.MILLIS);
    }
}

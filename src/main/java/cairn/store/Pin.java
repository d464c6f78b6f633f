package cairn.store;

import cairn.cid.Cid;
import java.time.Instant;

/// A name that keeps a DAG from being collected.
///
/// @param name chosen by whoever pins; a store path pins itself by its text
public record Pin(String name, Cid cid, Instant since) {}

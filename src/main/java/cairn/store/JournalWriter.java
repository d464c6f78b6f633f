package cairn.store;

import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.store.Journal.Statement;
import java.io.IOException;

/// Cuts the journal of one commit into parts that fit into frames.
final class JournalWriter {
    private final Sink sink;
    private ByteWriter records = new ByteWriter(1024);
    private boolean empty = true;
    private int parts;

    JournalWriter(Sink sink) {
        this.sink = sink;
    }

    /// Takes the parts.
    @FunctionalInterface
    interface Sink {
        /// Takes the next part.
        ///
        /// @param number counts from 1
        /// @param last whether the commit ends with this part
        void write(Bytes records, int number, boolean last) throws IOException;
    }

    void write(Statement statement) throws IOException {
        empty = false;
        Journal.write(records, statement);
        while (records.length() > FrameHeader.MAX_RAW) {
            Bytes all = records.toBytes();
            sink.write(all.slice(0, FrameHeader.MAX_RAW), ++parts, false);
            records = new ByteWriter(1024).bytes(all.slice(FrameHeader.MAX_RAW));
        }
    }

    /// Whether nothing was said.
    boolean isEmpty() {
        return empty;
    }

    /// Hands over the rest.
    void finish() throws IOException {
        sink.write(records.toBytes(), ++parts, true);
    }
}

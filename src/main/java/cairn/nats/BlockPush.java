package cairn.nats;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.engine.RefusedException;
import cairn.ipld.Block;
import cairn.ipld.BlockSink;
import com.google.protobuf.InvalidProtocolBufferException;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Brings blocks to the nodes of a domain: asks for many at once which are lacking there, and sends
/// those, several on their way at a time. Belongs to one thread.
final class BlockPush implements BlockSink {
    private static final int BATCH_BYTES = 8 << 20;
    private static final int BATCH = 1000;
    private static final int WINDOW = 64;

    private final Bus bus;
    private final Subjects subjects;
    private final Signer signer;
    private final Map<Cid, Bytes> batch = new LinkedHashMap<>();
    private final Set<Cid> done = new HashSet<>();
    private final Queue<CompletableFuture<Bytes>> sent = new ArrayDeque<>();
    private long bytes;

    BlockPush(Bus bus, Subjects subjects, Signer signer) {
        this.bus = bus;
        this.subjects = subjects;
        this.signer = signer;
    }

    @FunctionalInterface
    interface Signer {
        Headers sign(String subject, Bytes payload);
    }

    @Override
    public void put(Block block) throws IOException {
        if (done.contains(block.cid()) || batch.containsKey(block.cid())) {
            return;
        }
        // Whoever cuts files uses his memory again.
        batch.put(block.cid(), Bytes.wrap(block.bytes().toByteArray()));
        bytes += block.bytes().length();
        if (bytes > BATCH_BYTES || batch.size() == BATCH) {
            flush();
        }
    }

    /// Returns when all blocks are there.
    void finish() throws IOException {
        flush();
        while (!sent.isEmpty()) {
            settle();
        }
    }

    private void flush() throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        Bytes have = Bytes.wrap(NatsNode.set(List.copyOf(batch.keySet())).toByteArray());
        for (Cid cid :
                NatsNode.cids(
                        answered(
                                bus.send(subjects.validate(), Headers::new, have, Bus.PATIENCE)))) {
            Bytes block = batch.get(cid);
            if (block != null) {
                send(cid, block);
            }
        }
        if (done.size() > 1 << 16) {
            done.clear();
        }
        done.addAll(batch.keySet());
        batch.clear();
        bytes = 0;
    }

    private void send(Cid cid, Bytes block) throws IOException {
        if (block.length() > bus.limit()) {
            throw new RefusedException(
                    RefusedException.Reason.TOO_LARGE,
                    "%s lets no message be larger than %d bytes, and block %s has %d"
                            .formatted(bus.server(), bus.limit(), cid, block.length()));
        }
        while (sent.size() >= WINDOW) {
            settle();
        }
        String subject = subjects.blockPut(cid);
        sent.add(bus.send(subject, () -> signer.sign(subject, block), block, Bus.PATIENCE));
    }

    private void settle() throws IOException {
        try {
            var reply = Wire.PutReply.parseFrom(answered(sent.remove()).toByteBuffer());
            if (reply.hasProblem()) {
                throw Refusal.of(reply.getProblem()).exception();
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("%s: no PutReply: %s".formatted(bus.server(), e.getMessage()), e);
        }
    }

    private static Bytes answered(CompletableFuture<Bytes> reply) throws IOException {
        try {
            return Bus.await(reply);
        } catch (Requests.AnsweredException e) {
            throw e.refusal().exception();
        }
    }
}

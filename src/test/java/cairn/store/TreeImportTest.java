package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Cid;
import cairn.nix.NarSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TreeImportTest {
    private static final byte[] LARGE = new byte[3_000_000];

    static {
        new Random(1).nextBytes(LARGE);
    }

    private final List<Cid> alone = new ArrayList<>();
    private final List<Cid> helped = new ArrayList<>();

    @Test
    void namesTheSameBlocksInTheSameOrderWhoeverHashesThem() throws IOException {
        var expected = imported(Runnable::run, alone);
        try (var threads = Executors.newFixedThreadPool(3)) {
            assertEquals(expected, imported(threads, helped));
        }
        assertEquals(alone, helped);
        assertEquals(LARGE.length, expected.tree().size());
    }

    private static TreeImport.Imported imported(Executor threads, List<Cid> blocks)
            throws IOException {
        var tree =
                new TreeImport(
                        block -> blocks.add(block.cid()),
                        Long.MAX_VALUE,
                        threads,
                        OutputStream.nullOutputStream());
        NarSource file = sink -> sink.regular(false, LARGE.length, new ByteArrayInputStream(LARGE));
        file.writeTo(tree);
        return tree.finish();
    }
}

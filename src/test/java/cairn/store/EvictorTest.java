package cairn.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvictorTest {
    private static final int SIZE = 100_000;

    @TempDir private Path folder;
    private Store store;

    @BeforeEach
    void open() throws IOException {
        store = Store.open(folder);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    /// It is younger than all that there was when it was decided what goes.
    @Test
    void sparesWhatComesMeanwhile() throws IOException {
        add("oldest");
        add("old");
        add("young");
        var importing =
                new Roots() {
                    private int asked;

                    @Override
                    public Collection<Cid> cids() throws IOException {
                        if (++asked == 2) {
                            add("late");
                        }
                        return List.of();
                    }
                };
        store.evict(SIZE * 5 / 2, importing, Progress.NONE);
        assertEquals(
                List.of("late", "young"),
                store.catalog().list("", 0, 10).stream().map(row -> row.path().name()).toList());
    }

    private void add(String name) throws IOException {
        var bytes = new byte[SIZE];
        new Random(name.hashCode()).nextBytes(bytes);
        var content = Bytes.wrap(bytes);
        var imported = TreeImport.of(sink -> sink.regular(false, SIZE, content.toInputStream()));
        var path = StorePath.of(NixHash.sha256Of(content).digest().slice(0, 20), name);
        var info =
                new PathInfo(
                        path,
                        imported.narHash(),
                        imported.narSize(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty());
        try (var paths = new PathImport(store, () -> Instant.EPOCH, Progress.NONE)) {
            StoredPath _ =
                    paths.add(info, sink -> sink.regular(false, SIZE, content.toInputStream()));
            paths.commit();
        }
    }
}

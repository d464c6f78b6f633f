package cairn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class OutletTest {
    /// As a file is that was begun on a disk that is full now.
    @Test
    void tellsOnceWhatFailedAndIsClosed() {
        var closed = new StringBuilder();
        var full =
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException("No space left on device");
                    }

                    @Override
                    public void close() {
                        closed.append("closed");
                    }
                };
        var failure =
                assertThrows(
                        IOException.class,
                        () -> {
                            try (var out = new BufferedOutputStream(new Outlet("x.nar", full), 2)) {
                                for (int i = 0; i < 9; i++) {
                                    out.write(i);
                                }
                            }
                        });
        assertEquals("cannot write x.nar: No space left on device", failure.getMessage());
        assertEquals("closed", closed.toString());
    }
}

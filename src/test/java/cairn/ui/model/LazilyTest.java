package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LazilyTest {
    private final List<String> told = new ArrayList<>();
    private final Lazily<String, Integer> lengths =
            new Lazily<>(new DirectWork(), LazilyTest::read, cause -> told.add(cause.getMessage()));

    @Test
    void saysWhyAValueIsUnknownAndGoesOn() {
        assertNull(lengths.of("torn").getValue());
        assertEquals(List.of("a torn page"), told);
        assertEquals(5, lengths.of("whole").getValue());
    }

    private static Map<String, Integer> read(List<String> keys) throws IOException {
        if (keys.contains("torn")) {
            throw new IOException("a torn page");
        }
        return Map.of(keys.getFirst(), keys.getFirst().length());
    }
}

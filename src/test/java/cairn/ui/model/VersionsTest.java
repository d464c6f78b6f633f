package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class VersionsTest {
    @Test
    void numbersCountAsNumbers() {
        var versions = List.of("2.10", "2.9", "2.9.1", "", "10", "2.09", "2.9a");
        assertEquals(
                List.of("", "2.9", "2.09", "2.9.1", "2.9a", "2.10", "10"),
                versions.stream().sorted(Versions::compare).toList());
    }
}

package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import javafx.collections.ListChangeListener;
import org.junit.jupiter.api.Test;

class RowsTest {
    private final Rows<String> rows = new Rows<>();

    @Test
    void tellsAnExchangeInOneChange() {
        rows.exchange(List.of("pear", "apple"));
        var changes = new ArrayList<String>();
        rows.addListener(
                (ListChangeListener<String>)
                        change -> {
                            while (change.next()) {
                                changes.add(
                                        "%s at %d to %d, removed %s"
                                                .formatted(
                                                        change.getAddedSubList(),
                                                        change.getFrom(),
                                                        change.getTo(),
                                                        change.getRemoved()));
                            }
                        });
        rows.exchange(List.of("quince"));
        rows.exchange(List.of());
        rows.exchange(List.of("sloe", "plum", "pear"));
        assertEquals(
                List.of(
                        "[quince] at 0 to 1, removed [pear, apple]",
                        "[] at 0 to 0, removed [quince]",
                        "[sloe, plum, pear] at 0 to 3, removed []"),
                changes);
        assertEquals(List.of("sloe", "plum", "pear"), rows);
    }

    @Test
    void leavesAloneWhatWasTaken() {
        rows.exchange(List.of("pear"));
        var taken = rows.taken();
        rows.exchange(List.of("apple"));
        assertEquals(List.of("pear"), taken);
    }
}

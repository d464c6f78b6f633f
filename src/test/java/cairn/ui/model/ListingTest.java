package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.engine.Engine;
import cairn.store.Progress;
import cairn.ui.model.Listing.Format;
import cairn.ui.model.Listing.Order;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {
    private static final Row PEAR = new Row("Pear, green", 3);
    private static final Row APPLE = new Row("apple", 20);
    private static final String SPOILT = "spoilt";
    private static final Row QUINCE = new Row("quince \"Vranja\"", 1);

    private final List<Object> told = new ArrayList<>();
    private final Side side = new Side(new Place.Overview(), told::add, told::add);
    private Engine engine;
    private Listing<Row> listing;

    private Listing.Kind<Row> kind;

    private record Row(String name, int weight) {}

    private Listing<Row> listing(Work work) {
        return new Listing<>(kind, new Library(engine), work, side);
    }

    @BeforeEach
    void open(@TempDir Path home) throws IOException {
        engine = Engine.open(home);
        kind =
                new Listing.Kind<>(
                        "fruit",
                        Row::name,
                        Row::name,
                        Row::name,
                        _ -> Subject.NOTHING,
                        row -> Optional.of(new Place.Paths(row.name)),
                        List.of(
                                Column.text("name", ListingTest::unspoilt),
                                Column.number("weight", Row::weight)));
        listing = listing(new DirectWork());
        listing.set(List.of(PEAR, APPLE, QUINCE));
    }

    private static String unspoilt(Row row) {
        if (row.name.equals(SPOILT)) {
            throw new IllegalStateException(SPOILT);
        }
        return row.name;
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void letsThroughWhatHasEveryWord() {
        listing.filterProperty().set("GREEN pe");
        assertEquals(List.of(PEAR), listing.rows());
        assertEquals(3, listing.totalProperty().get());
        listing.filterProperty().set("");
        assertEquals(List.of(PEAR, APPLE, QUINCE), listing.rows());
    }

    @Test
    void saysThatItIsSiftingUntilTheLastRequestIsAnswered() {
        var work = new LaterWork();
        var later = listing(work);
        later.set(List.of(PEAR, APPLE));
        later.sort(new Order("weight", true));
        work.tasks().getFirst().run();
        assertTrue(later.siftingProperty().get());
        work.tasks().getLast().run();
        assertFalse(later.siftingProperty().get());
        assertEquals(List.of(APPLE, PEAR), later.rows());
    }

    @Test
    void sortsByAColumnAndBackToHowRowsCame() {
        listing.sort(new Order("name", false));
        assertEquals(List.of(APPLE, PEAR, QUINCE), listing.rows());
        listing.sort(new Order("weight", true));
        assertEquals(List.of(APPLE, PEAR, QUINCE), listing.rows());
        listing.sort(new Order("weight", false));
        assertEquals(List.of(QUINCE, PEAR, APPLE), listing.rows());
        listing.sort(Order.AS_GIVEN);
        assertEquals(List.of(PEAR, APPLE, QUINCE), listing.rows());
    }

    @Test
    void sortsWhatTheFilterLetsThroughWhicheverWasChosenFirst() {
        listing.sort(new Order("name", false));
        listing.filterProperty().set("e");
        assertEquals(List.of(APPLE, PEAR, QUINCE), listing.rows());
        listing.sort(new Order("weight", false));
        assertEquals(List.of(QUINCE, PEAR, APPLE), listing.rows());
        listing.filterProperty().set("a");
        assertEquals(List.of(QUINCE, PEAR, APPLE), listing.rows());
        listing.sort(Order.AS_GIVEN);
        assertEquals(List.of(PEAR, APPLE, QUINCE), listing.rows());
    }

    @Test
    void aCopyThatFailsSaysSoUntilOtherRowsCome() {
        listing.tabbed(List.of(PEAR, new Row(SPOILT, 1)), told::add);
        assertEquals("This did not work: spoilt.", listing.troubleProperty().get());
        assertEquals(List.of(), told);
        listing.set(List.of(PEAR));
        assertEquals("", listing.troubleProperty().get());
        listing.cell(new Row(SPOILT, 1), "name", told::add);
        assertEquals("This did not work: spoilt.", listing.troubleProperty().get());
    }

    @Test
    void quotesWhatItExports() throws Exception {
        assertEquals(
                "name,weight\r\n\"Pear, green\",3\r\napple,20\r\n\"quince \"\"Vranja\"\"\",1\r\n",
                exported(Format.CSV));
        assertEquals(
                """
                [{"name":"Pear, green","weight":3},{"name":"apple","weight":20},{"name":"quince \\"Vranja\\"","weight":1}]
                """,
                exported(Format.JSON));
    }

    @Test
    void copiesRowsCellsAndTables() {
        assertEquals("apple\nPear, green", listing.copied(List.of(APPLE, PEAR)));
        listing.cell(APPLE, "weight", told::add);
        listing.tabbed(List.of(APPLE, PEAR), told::add);
        assertEquals(List.of("20", "apple\t20\nPear, green\t3\n"), told);
    }

    @Test
    void readsLaterOnlyOnceWordsAreTyped() {
        listing.setLater(() -> {
            told.add("read");
            return List.of(PEAR, APPLE);
        });
        assertEquals(List.of(), listing.rows());
        listing.filterProperty().set("apple");
        listing.filterProperty().set("app");
        assertEquals(List.of(APPLE), listing.rows());
        assertEquals(List.of("read"), told);
    }

    @Test
    void tellsWhyItHasNoRows() {
        listing.setLater(() -> {
            throw new IOException("the disk is gone");
        });
        listing.filterProperty().set("a");
        assertEquals("This did not work: the disk is gone.", listing.problemProperty().get());
    }

    @Test
    void keepsWhatCameBackWhileItIsRead() {
        listing.setReading(() -> true);
        listing.offer(List.of(PEAR, QUINCE, new Row("sloe", 2)));
        assertEquals(2, listing.freshProperty().get());
        assertEquals(List.of(PEAR, APPLE, QUINCE), listing.rows());
        listing.showWaiting();
        assertEquals(List.of(PEAR, QUINCE, new Row("sloe", 2)), listing.rows());
    }

    @Test
    void showsAtOnceWhatMovesNothing() {
        listing.setReading(() -> true);
        var heavier = new Row("apple", 21);
        listing.offer(List.of(PEAR, heavier, QUINCE));
        assertEquals(List.of(PEAR, heavier, QUINCE), listing.rows());
    }

    @Test
    void looksAmongWhatWasNotReadYet() {
        var sloe = new Row("sloe", 2);
        listing.begin(List.of(PEAR), 4, word -> word.equals("sl") ? List.of(sloe) : List.of());
        assertEquals(4, listing.totalProperty().get());
        listing.filterProperty().set("sl");
        assertEquals(List.of(sloe), listing.rows());
    }

    @Test
    void addsUpTheRowsThatAreShown() {
        listing.setWeight(Row::weight);
        listing.set(List.of(PEAR, APPLE, QUINCE));
        assertEquals(PEAR.weight() + APPLE.weight() + QUINCE.weight(), listing.weight());
        listing.filterProperty().set("pear");
        assertEquals(PEAR.weight(), listing.weight());
    }

    private String exported(Format format) throws Exception {
        var out = new StringWriter();
        listing.write(out, listing.rows(), format, Progress.NONE);
        return out.toString();
    }
}

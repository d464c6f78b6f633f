package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cairn.cid.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cairn:overview",
                "cairn:paths",
                "cairn:paths?q=hello%20%26%20%C3%BC%2F%2B",
                "cairn:path/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r",
                "cairn:dag/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
                "cairn:graph",
                "cairn:graph/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r",
                "cairn:diff/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r/2b9jydsiygi6jhlz2dxbrxi6b4m1rn4r",
                "cairn:migration",
                "cairn:migration?from=file%3A%2F%2F%2Fsrv%2Fcache%3Fpriority%3D10",
                "cairn:drv",
                "cairn:drv/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r",
                "cairn:drv?at=%2Fsrv%2Fhello.drv",
                "cairn:node",
                "cairn:peers",
                "cairn:subjects",
                "cairn:subjects?at=BUILD.*.COMPLETE",
                "cairn:settings"
            })
    void everyPlaceHasALinkThatLeadsBack(String link) throws FormatException {
        assertEquals(link, Place.parse(link).link());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "overview",
                "cairn:",
                "cairn:nowhere",
                "cairn:overview/1",
                "cairn:path/short",
                "cairn:path/1b9jydsiygi6jhlz2dxbrxi6b4m1rn4r/x",
                "cairn:dag/zzz",
                "cairn:paths?q=%zz"
            })
    void refusesLinksToNowhere(String link) {
        assertThrows(FormatException.class, () -> Place.parse(link));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STORE.GET.bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
                "STORE.>",
                "BUILD.*.COMPLETE",
                "$SRV.PING",
                "METADATA"
            })
    void knowsASubject(String text) {
        assertTrue(Place.Subjects.isSubject(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STORE", "README.md", "store.get.x", "BUILD..x", "hello 2.12", ""})
    void knowsNoSubject(String text) {
        assertFalse(Place.Subjects.isSubject(text));
    }

    @Test
    void historyLeadsBackAndForward() {
        var history = new History(new Place.Overview());
        history.go(new Place.Paths(""));
        history.replace(new Place.Paths("hello"));
        history.go(new Place.Settings());
        history.back();
        assertEquals(new Place.Paths("hello"), history.placeProperty().get());
        history.back();
        assertEquals(new Place.Overview(), history.placeProperty().get());
        assertFalse(history.canGoBackProperty().get());
        history.forward();
        history.forward();
        assertEquals(new Place.Settings(), history.placeProperty().get());
        history.back();
        history.go(new Place.Overview());
        assertFalse(history.canGoForwardProperty().get());
        assertTrue(history.canGoBackProperty().get());
    }
}

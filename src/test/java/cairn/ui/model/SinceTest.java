package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinceTest {
    private static final ZonedDateTime NOW =
            ZonedDateTime.parse("2026-03-01T12:30:00+01:00[Europe/Berlin]");

    @ParameterizedTest
    @CsvSource({
        "90s,                       2026-03-01T11:28:30Z",
        "90m,                       2026-03-01T10:00:00Z",
        "3 H,                       2026-03-01T08:30:00Z",
        "2d,                        2026-02-27T11:30:00Z",
        "12:00,                     2026-03-01T11:00:00Z",
        "9:05,                      2026-03-01T08:05:00Z",
        "13:00:30,                  2026-02-28T12:00:30Z", // it is not that late yet
        "2026-02-03,                2026-02-02T23:00:00Z",
        "2026-02-03 04:05,          2026-02-03T03:05:00Z",
        "2026-02-03T04:05:06,       2026-02-03T03:05:06Z",
        "2026-02-03 04:05:06Z,      2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06-05:00, 2026-02-03T09:05:06Z",
        "since an hour ago,         2026-03-01T10:30:00Z"
    })
    void readsWhatIsTyped(String typed, String moment) {
        var since = Since.parse(typed, NOW).orElseThrow();
        assertEquals(moment, since.from(NOW.toInstant()).orElseThrow().toString());
        assertEquals(
                Optional.of(since),
                Since.parse(since.toString(), NOW.withZoneSameInstant(ZoneId.systemDefault())),
                "as it is shown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "90",
                "25:00",
                "2026-02-30",
                "2026-02-03 4",
                "123456h",
                "-1h",
                "12:60"
            })
    void whatIsNoTimeIsNone(String typed) {
        assertEquals(Optional.empty(), Since.parse(typed, NOW));
    }

    @Test
    void nothingIsReplayedFromNowOn() {
        assertEquals(Optional.of(Since.NOW), Since.parse("From now on", NOW));
        assertEquals(Optional.empty(), Since.NOW.from(NOW.toInstant()));
    }
}

package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FeedTest {
    private final Feed feed = new Feed();

    @Test
    void isNotQuietWhileALongAnswerIsOnItsWay() {
        var transfer = begin("/nar/long");
        for (int i = 0; i < 1000; i++) {
            begin("/short").end(200);
        }
        assertFalse(feed.isQuiet(Duration.ZERO));
        assertEquals("/nar/long", feed.list().getLast().target());
        transfer.end(200);
        assertTrue(feed.isQuiet(Duration.ZERO));
        assertEquals("/short", feed.list().getLast().target());
        assertFalse(feed.isQuiet(Duration.ofHours(1)));
    }

    private Feed.Entry begin(String target) {
        return feed.begin(new InetSocketAddress(1), "GET", target);
    }
}

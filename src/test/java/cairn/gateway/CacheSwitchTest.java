package cairn.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import cairn.engine.CacheServer;
import cairn.engine.CacheSwitch;
import cairn.engine.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheSwitchTest {
    @TempDir private Path home;

    @Test
    void turnsTheServerOnAndOffAndSaysSo() throws Exception {
        var states = new ArrayList<Boolean>();
        try (var engine = Engine.open(home);
                var cache = new CacheSwitch(engine, Gateway::start)) {
            assertEquals(Optional.empty(), cache.server());
            var registration = cache.onChange(() -> states.add(cache.server().isPresent()));
            var server = cache.turnOn(CacheServer.Settings.reading(0));
            assertSame(server, cache.turnOn(CacheServer.Settings.reading(0)));
            assertSame(server, cache.server().orElseThrow());
            cache.turnOff();
            assertEquals(List.of(true, false), states);
            registration.close();
            cache.turnOn(CacheServer.Settings.reading(0));
            assertEquals(2, states.size());
        }
    }
}

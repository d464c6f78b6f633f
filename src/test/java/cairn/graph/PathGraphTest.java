package cairn.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cairn.graph.Difference.Change;
import cairn.graph.Difference.Sized;
import cairn.nix.StorePath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathGraphTest {
    private static final StorePath HELLO = path('h', "hello-2.12.1");
    private static final StorePath GLIBC = path('g', "glibc-2.39");
    private static final StorePath IDN = path('d', "libidn2-2.3.7");
    private static final StorePath UNISTRING = path('s', "libunistring-1.1");
    private static final StorePath BASH = path('b', "bash-5.2");

    /// hello → glibc → idn → unistring, hello → unistring, bash → glibc; glibc refers to itself.
    private static final PathGraph GRAPH =
            PathGraph.of(
                    List.of(HELLO, GLIBC, IDN, UNISTRING, BASH),
                    new long[] {10, 200, 3000, 40_000, 500_000},
                    new int[] {0, 1, 1, 2, 0, 4},
                    new int[] {1, 1, 2, 3, 3, 1});

    @Test
    void answersInPaths() {
        assertEquals(List.of(UNISTRING, IDN, GLIBC, HELLO), GRAPH.closure(HELLO));
        assertEquals(List.of(GLIBC, BASH, HELLO), GRAPH.dependents(GLIBC));
        assertEquals(List.of(GLIBC, UNISTRING), GRAPH.references(HELLO));
        assertEquals(List.of(HELLO, BASH), GRAPH.referrers(GLIBC));
        assertEquals(43_210, GRAPH.closureSize(HELLO));
        assertEquals(543_210, GRAPH.closureSize(HELLO, BASH));
        assertEquals(List.of(HELLO, UNISTRING), GRAPH.why(HELLO, UNISTRING));
        assertEquals(List.of(), GRAPH.why(UNISTRING, HELLO));
        assertEquals(
                List.of(List.of(HELLO, UNISTRING), List.of(HELLO, GLIBC, IDN, UNISTRING)),
                GRAPH.whyAll(HELLO, UNISTRING).toList());
        assertEquals(List.of(new PathGraph.Reference(BASH, GLIBC)), GRAPH.cut(BASH, UNISTRING));
        assertEquals(2, GRAPH.cut(HELLO, UNISTRING).size());
    }

    @Test
    void tellsWhatEachPathAdds() {
        assertArrayEquals(new long[] {43_210, 3200, 3000, 40_000, 0}, GRAPH.addedSizes(HELLO));
        assertArrayEquals(
                new long[] {10, 3200, 3000, 40_000, 500_000}, GRAPH.addedSizes(HELLO, BASH));
    }

    @Test
    void aPartIsInTheOrderOfNames() {
        var part = GRAPH.part(List.of(UNISTRING, HELLO, GLIBC));
        assertEquals(List.of(GLIBC, HELLO, UNISTRING), part.paths());
        assertArrayEquals(new long[] {200, 10, 40_000}, part.sizes());
        assertEquals(List.of(GLIBC, UNISTRING), part.references(HELLO));
        assertEquals(List.of(), part.references(GLIBC));
    }

    @Test
    void refusesPathsItDoesNotKnow() {
        var stranger = path('z', "stranger");
        assertThrows(IllegalArgumentException.class, () -> GRAPH.closure(stranger));
    }

    @ParameterizedTest
    @CsvSource({
        "hello-2.12.1, hello, 2.12.1, ''",
        "hello, hello, '', ''",
        "glibc-2.39-52-bin, glibc, 2.39-52, bin",
        "gcc-13.2.0-lib, gcc, 13.2.0, lib",
        "python3.11-requests-2.31.0, python3.11-requests, 2.31.0, ''",
        "bash-interactive-5.2p26-man, bash-interactive, 5.2p26, man",
        "source, source, '', ''",
        "hello-2.12.1.drv, hello, 2.12.1, drv",
        "hello-2.12.1.tar.gz.drv, hello, 2.12.1.tar.gz, drv",
        "-, -, '', ''",
        "x-, x, '', ''"
    })
    void takesNamesApart(String name, String packageName, String version, String output) {
        assertEquals(
                new PackageName(packageName, version, output), PackageName.of(path('x', name)));
    }

    @ParameterizedTest
    @CsvSource({
        "openssl-3.0.13, openssl",
        "openssl-3.0.13-bin, openssl-bin",
        "openssl-3.0.13.drv, openssl.drv",
        "source, source"
    })
    void labelsEachOutputOfAPackageDifferently(String name, String label) {
        assertEquals(label, PackageName.of(path('x', name)).label());
    }

    @Test
    void pairsVersionsAndCountsWhatStays() {
        var glibcNew = path('n', "glibc-2.40");
        var helloRebuilt = path('r', "hello-2.12.1");
        var zlib = path('z', "zlib-1.3");
        var difference =
                Difference.between(
                        Map.of(HELLO, 10L, GLIBC, 200L, IDN, 3000L, BASH, 7L),
                        Map.of(helloRebuilt, 11L, glibcNew, 260L, IDN, 3000L, zlib, 5L));
        assertEquals(
                new Difference(
                        List.of(new Sized(zlib, 5)),
                        List.of(new Sized(BASH, 7)),
                        List.of(
                                new Change(new Sized(GLIBC, 200), new Sized(glibcNew, 260)),
                                new Change(new Sized(HELLO, 10), new Sized(helloRebuilt, 11))),
                        1,
                        3000),
                difference);
        assertEquals(59, difference.growth());
        assertEquals(
                List.of(false, true),
                difference.changed().stream().map(Change::sameVersion).toList());
    }

    private static StorePath path(char hash, String name) {
        return new StorePath(StorePath.NIX_STORE, String.valueOf(hash).repeat(32), name);
    }
}

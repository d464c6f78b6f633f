package cairn;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

@AnalyzeClasses(packages = "cairn", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    /// Which packages each package may use. This table is the architecture; change it on purpose.
    private static final Map<String, Set<String>> MAY_USE =
            table(
                    """
                    cid       :
                    nix       : cid
                    ipld      : cid
                    unixfs    : cid ipld
                    trust     : cid ipld nix
                    store     : cid ipld unixfs nix trust
                    remote    : cid ipld unixfs nix trust store
                    graph     : cid nix store
                    board     : cid ipld store
                    engine    : cid ipld unixfs nix trust store remote graph board
                    gateway   : cid ipld unixfs nix trust store remote graph board engine
                    nats      : cid ipld unixfs nix trust store remote graph board engine
                    neo4j     : cid ipld unixfs nix trust store remote graph board engine
                    mcp       : cid ipld unixfs nix trust store remote graph board engine
                    report    : cid ipld unixfs nix trust store remote graph board engine
                    ui.model  : cid ipld unixfs nix trust store remote graph board engine
                    ui        : cid nix store graph board engine ui.model
                    cli       : cid ipld unixfs nix trust store remote graph board engine gateway nats neo4j mcp report ui ui.model
                    """);

    /// Which packages a library is confined to.
    private static final Map<String, Set<String>> LIVES_IN =
            table(
                    """
                    java.sql..               : store board remote
                    org.sqlite..             : store
                    io.helidon..             : gateway
                    io.nats..                : nats
                    com.google.protobuf..    : nats
                    org.neo4j..              : neo4j
                    org.jgrapht..            : graph
                    org.bouncycastle..       : trust cid
                    picocli..                : cli
                    javafx..                 : ui ui.model
                    javafx.scene..           : ui
                    javafx.stage..           : ui
                    javafx.application..     : ui
                    javafx.fxml..            : ui
                    """);

    @ArchTest
    static void packagesUseOnlyWhatTheTableAllows(JavaClasses classes) {
        MAY_USE.forEach((name, allowed) -> {
            var forbidden = new TreeSet<>(MAY_USE.keySet());
            forbidden.removeAll(allowed);
            forbidden.remove(name);
            noClasses()
                    .that(resideInAnyPackage("cairn." + name))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(packages(forbidden)))
                    .allowEmptyShould(true)
                    .check(classes);
        });
    }

    @ArchTest
    static void librariesStayWhereTheyBelong(JavaClasses classes) {
        LIVES_IN.forEach((library, homes) ->
                noClasses()
                        .that()
                        .resideOutsideOfPackages(packages(homes))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(library))
                        .check(classes));
    }

    @ArchTest
    static void everyPackageIsInTheTable(JavaClasses classes) {
        classes().should().resideInAnyPackage(packages(MAY_USE.keySet())).check(classes);
    }

    @ArchTest
    static void onlyTheCommandLineTouchesTheStandardStreams(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackage("cairn.cli")
                .should(ACCESS_STANDARD_STREAMS)
                .check(classes);
    }

    private static String[] packages(Set<String> names) {
        return names.stream().map(name -> "cairn." + name).toArray(String[]::new);
    }

    private static Map<String, Set<String>> table(String lines) {
        var table = new LinkedHashMap<String, Set<String>>();
        lines.lines()
                .map(line -> line.split(":", -1))
                .forEach(row -> table.put(row[0].strip(), words(row[1])));
        return table;
    }

    private static Set<String> words(String line) {
        return line.isBlank() ? Set.of() : new TreeSet<>(Arrays.asList(line.strip().split(" ")));
    }
}

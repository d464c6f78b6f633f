package cairn.ui.model;

import cairn.engine.Activities;
import cairn.engine.Activity;
import cairn.engine.Copy;
import cairn.engine.Engine;
import cairn.engine.Target;
import cairn.engine.Targets;
import cairn.nix.StorePath;
import cairn.store.PathStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;

/// Brings paths in from elsewhere. Use on the UI thread only.
public final class ImportModel {
    /// Where paths can come from.
    public enum Source {
        NIX,
        FOLDER,
        URL,
        FILE
    }

    private static final Pattern STORE = Pattern.compile("^(local$|local\\?|file:|https?:|car:)");

    private static final Pattern HTTP = Pattern.compile("^https?:");

    /// How many of the paths that a word may mean are named.
    private static final int NAMED = 5;

    private final Engine engine;
    private final ObjectProperty<Source> source =
            new SimpleObjectProperty<>(this, "source", Source.NIX);
    private final StringProperty location = new SimpleStringProperty(this, "location", "");
    private final StringProperty targets = new SimpleStringProperty(this, "targets", "");
    private final BooleanProperty everything = new SimpleBooleanProperty(this, "everything", true);
    private final BooleanBinding listed;
    private final BooleanBinding startable;

    public ImportModel(Engine engine) {
        this.engine = engine;
        listed =
                Bindings.createBooleanBinding(
                        () ->
                                source.get() != Source.URL
                                        || !HTTP.matcher(location.get().strip()).find(),
                        source,
                        location);
        startable =
                source.isEqualTo(Source.NIX)
                        .or(location.isNotEmpty())
                        .and(
                                source.isEqualTo(Source.FILE)
                                        .or(everything.and(listed))
                                        .or(targets.isNotEmpty()));
    }

    public ObjectProperty<Source> sourceProperty() {
        return source;
    }

    /// The folder, URL or file; for Nix the root of its store, empty for that of this machine.
    public StringProperty locationProperty() {
        return location;
    }

    /// Whether the source can tell what it has; a binary cache over HTTP cannot.
    public BooleanBinding listed() {
        return listed;
    }

    /// Whether to bring all that the source has, if it can tell that, rather than the targets.
    public BooleanProperty everythingProperty() {
        return everything;
    }

    /// What to bring with all that it needs, in words: hashes or store paths, and names where the
    /// source can tell what it has.
    public StringProperty targetsProperty() {
        return targets;
    }

    public BooleanBinding startable() {
        return startable;
    }

    public void start() {
        String place = location.get().strip();
        Source from = source.get();
        String wanted =
                from == Source.FILE || everything.get() && listed.get() ? "" : targets.get();
        switch (from) {
            case NIX -> begin(place.isEmpty() ? "local" : "local?root=" + place, wanted);
            case URL, FILE -> begin(place, wanted);
            case FOLDER ->
                    begin(
                            Words.text("import.activity", place),
                            // What was typed need not be the name of a file at all.
                            activity ->
                                    bring(
                                            Path.of(place).toUri().toString(),
                                            wanted.strip(),
                                            activity));
        }
    }

    /// Brings everything from this machine's Nix.
    public void fromNix() {
        begin("local");
    }

    /// Brings what files hold.
    public void files(List<Path> files) {
        for (Path file : files) {
            Path name = Objects.requireNonNullElse(file.getFileName(), file);
            begin(
                    Words.text("import.activity", name),
                    activity -> bring(file.toAbsolutePath().toString(), "", activity));
        }
    }

    /// Fills in a text that names a store, for one to look at before it starts.
    ///
    /// @return false, and nothing is changed, if it names none
    public boolean offer(String text) {
        if (!STORE.matcher(text).find()) {
            return false;
        }
        source.set(Source.URL);
        location.set(text);
        return true;
    }

    /// Brings the closure that ships with the program.
    public void sample() {
        begin(Words.text("import.sample"), activity -> told(engine.copySampleIn(activity)));
    }

    private void begin(String uri) {
        begin(uri, "");
    }

    /// Begins to import what a URI or the name of a file stands for.
    ///
    /// @param wanted names of what to bring, or empty for everything
    private void begin(String uri, String wanted) {
        begin(Words.text("import.activity", uri), activity -> bring(uri, wanted.strip(), activity));
    }

    private void begin(String title, Activities.Work work) {
        Activity _ = engine.activities().start(title, Activity.Unit.BYTES, work);
    }

    private String bring(String uri, String wanted, Activity activity) throws IOException {
        if (!STORE.matcher(uri).find()) {
            Path file = Path.of(uri);
            if (Files.exists(file.resolve("nix-cache-info"))) {
                return bring(file.toUri().toString(), wanted, activity);
            }
            int came = engine.importFile(file, true, activity).cids().size();
            return Words.text("import.came", came, Figures.count(came));
        }
        try (PathStore from = engine.open(uri)) {
            Copy.Summary copied =
                    wanted.isEmpty()
                            ? engine.copyAllIn(from, true, activity)
                            : engine.copyIn(from, roots(from, wanted), true, activity);
            return told(copied);
        }
    }

    /// What came, in a sentence.
    static String told(Copy.Summary copied) {
        return Words.text(
                "import.copied",
                Figures.count(copied.newPaths()),
                copied.paths(),
                Figures.count(copied.paths()),
                Figures.size(copied.newBytes()));
    }

    /// The paths that words name in a source.
    ///
    /// @throws NoSuchFileException if a word names none
    static List<StorePath> roots(PathStore from, String wanted) throws IOException {
        var roots = new ArrayList<StorePath>();
        for (String word : wanted.split("\\s+", -1)) {
            switch (Targets.resolve(from, word)) {
                case Target.OfPath(var path) -> roots.add(path);
                case Target.Ambiguous(_, var candidates) ->
                        throw new NoSuchFileException(
                                word,
                                null,
                                Words.text(
                                        "import.ambiguous",
                                        candidates.stream()
                                                .map(StorePath::name)
                                                .limit(NAMED)
                                                .collect(Collectors.joining(", "))));
                case Target.OfBlock _, Target.OfFile _, Target.Unknown _ ->
                        throw new NoSuchFileException(
                                word, null, Words.text("import.unknown", from.uri()));
            }
        }
        return roots;
    }
}

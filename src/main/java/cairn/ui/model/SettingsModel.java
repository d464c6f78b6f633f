package cairn.ui.model;

import cairn.store.Home;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.Property;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.beans.value.ObservableValue;

/// How the explorer looks, remembered in a file of its own. Use on the UI thread only.
public final class SettingsModel implements Screen {
    public enum Theme {
        SYSTEM,
        LIGHT,
        DARK,
        CONTRAST
    }

    public enum Density {
        COMPACT,
        COMFORTABLE
    }

    private static final String COLUMNS = "columns.";
    private static final System.Logger LOG = System.getLogger(SettingsModel.class.getName());

    private final Path file;
    private final ObjectProperty<Theme> theme =
            new SimpleObjectProperty<>(this, "theme", Theme.SYSTEM);
    private final ObjectProperty<Density> density =
            new SimpleObjectProperty<>(this, "density", Density.COMPACT);
    private final BooleanProperty wideRail = new SimpleBooleanProperty(this, "wideRail");
    private final BooleanProperty inspectorOpen =
            new SimpleBooleanProperty(this, "inspectorOpen", true);
    private final DoubleProperty inspectorWidth =
            new SimpleDoubleProperty(this, "inspectorWidth", 300);

    private final StringProperty meeting = new SimpleStringProperty(this, "meeting", "");

    private final Map<String, List<ColumnLook>> columns = new HashMap<>();

    /// Settings as they come.
    ///
    /// @param file where they would be kept
    public SettingsModel(Path file) {
        this.file = file;
    }

    /// The settings that a home keeps; as they come if it keeps none.
    public static SettingsModel of(Home home) {
        var settings = new SettingsModel(fileOf(home));
        settings.read();
        return settings;
    }

    /// Where a home keeps the settings.
    public static Path fileOf(Home home) {
        return home.folder().resolve("explorer.properties");
    }

    public ObjectProperty<Theme> themeProperty() {
        return theme;
    }

    public ObjectProperty<Density> densityProperty() {
        return density;
    }

    /// Whether words stand beside the icons of the rail rather than below them.
    public BooleanProperty wideRailProperty() {
        return wideRail;
    }

    public BooleanProperty inspectorOpenProperty() {
        return inspectorOpen;
    }

    public DoubleProperty inspectorWidthProperty() {
        return inspectorWidth;
    }

    /// Where other nodes were met last, see [MeetingSwitch].
    public StringProperty meetingProperty() {
        return meeting;
    }

    /// How the columns of a list were left; empty for one that nobody touched.
    public List<ColumnLook> columns(String list) {
        return columns.getOrDefault(list, List.of());
    }

    public void keepColumns(String list, List<ColumnLook> looks) {
        columns.put(list, List.copyOf(looks));
    }

    /// Where the settings are kept.
    public Path file() {
        return file;
    }

    /// Writes the settings down, wholly or not at all; where that fails they are forgotten with the
    /// window. To be called once nothing shows them any more, on any thread but that of the UI.
    public void save() {
        var properties = new Properties();
        properties.setProperty("theme", word(theme));
        properties.setProperty("density", word(density));
        properties.setProperty("wide-rail", word(wideRail));
        properties.setProperty("inspector-open", word(inspectorOpen));
        properties.setProperty("inspector-width", word(inspectorWidth));
        properties.setProperty("meeting", meeting.get());
        columns.forEach(
                (list, looks) -> properties.setProperty(COLUMNS + list, ColumnLook.text(looks)));
        try {
            // Beside it, so that the file is whole or as it was.
            Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "", ".part");
            try {
                try (Writer out = Files.newBufferedWriter(part)) {
                    properties.store(out, null);
                }
                Files.move(
                        part,
                        file,
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.INFO, "settings are not kept: " + e.getMessage());
        }
    }

    @Override
    public ObservableValue<List<Crumb>> crumbs() {
        return new SimpleObjectProperty<>(List.of(new Crumb(Words.text("place.settings"))));
    }

    @Override
    public void refresh() {}

    @Override
    public void close() {}

    private void read() {
        var properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
            theme.set(Theme.valueOf(upper(properties, "theme", theme)));
            density.set(Density.valueOf(upper(properties, "density", density)));
            inspectorWidth.set(
                    Double.parseDouble(upper(properties, "inspector-width", inspectorWidth)));
        } catch (IOException | IllegalArgumentException _) {
            // Not there, or not ours: everything stays as it comes.
        }
        meeting.set(properties.getProperty("meeting", meeting.get()));
        wideRail.set(flag(properties, "wide-rail", wideRail));
        inspectorOpen.set(flag(properties, "inspector-open", inspectorOpen));
        readColumns(properties);
    }

    private void readColumns(Properties properties) {
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(COLUMNS)) {
                columns.put(
                        key.substring(COLUMNS.length()),
                        ColumnLook.parse(properties.getProperty(key)));
            }
        }
    }

    private static boolean flag(Properties properties, String key, BooleanProperty fallback) {
        return Boolean.parseBoolean(properties.getProperty(key, word(fallback)));
    }

    private static String upper(Properties properties, String key, Property<?> fallback) {
        return properties.getProperty(key, word(fallback)).toUpperCase(Locale.ROOT);
    }

    private static String word(Property<?> property) {
        return property.getValue().toString().toLowerCase(Locale.ROOT);
    }
}

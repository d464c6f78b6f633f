package cairn.ui.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cairn.store.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsModelTest {
    @TempDir private Path folder;

    @Test
    void remembersColumnsAcrossRestarts() throws IOException {
        var settings = SettingsModel.of(new Home(folder));
        var looks = List.of(new ColumnLook("narSize", 90, true), new ColumnLook("cid", 60, false));
        settings.keepColumns("paths", looks);
        settings.themeProperty().set(SettingsModel.Theme.DARK);
        settings.save();
        try (var files = Files.list(folder)) {
            assertEquals(List.of(SettingsModel.fileOf(new Home(folder))), files.toList());
        }
        var later = SettingsModel.of(new Home(folder));
        assertEquals(looks, later.columns("paths"));
        assertEquals(List.of(), later.columns("links"));
        assertEquals(SettingsModel.Theme.DARK, later.themeProperty().get());
    }

    @Test
    void leavesOutWhatItDoesNotUnderstand() throws IOException {
        Path file = SettingsModel.fileOf(new Home(folder));
        Files.writeString(file, "columns.paths=narSize\\:90,\\:,name\\:wide,cid\\:-3,hash\\:70\n");
        assertEquals(
                List.of(new ColumnLook("narSize", 90, true), new ColumnLook("hash", 70, true)),
                SettingsModel.of(new Home(folder)).columns("paths"));
    }
}

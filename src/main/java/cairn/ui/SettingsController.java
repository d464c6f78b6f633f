package cairn.ui;

import cairn.ui.model.SettingsModel;
import cairn.ui.model.SettingsModel.Density;
import cairn.ui.model.SettingsModel.Theme;
import java.util.Map;
import javafx.beans.property.Property;
import javafx.fxml.FXML;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;

/// Binds `Settings.fxml` to a [SettingsModel].
public final class SettingsController {
    private final SettingsModel model;

    @FXML private ToggleButton system;
    @FXML private ToggleButton light;
    @FXML private ToggleButton dark;
    @FXML private ToggleButton contrast;
    @FXML private ToggleButton compact;
    @FXML private ToggleButton comfortable;
    @FXML private CheckBox rail;
    @FXML private Label kept;

    SettingsController(SettingsModel model) {
        this.model = model;
    }

    @FXML
    private void initialize() {
        bind(
                model.themeProperty(),
                Map.of(
                        Theme.SYSTEM, system,
                        Theme.LIGHT, light,
                        Theme.DARK, dark,
                        Theme.CONTRAST, contrast));
        bind(
                model.densityProperty(),
                Map.of(Density.COMPACT, compact, Density.COMFORTABLE, comfortable));
        rail.setSelected(model.wideRailProperty().get());
        rail.setOnAction(_ -> model.wideRailProperty().set(rail.isSelected()));
        kept.setText(model.file().toString());
    }

    private static <T> void bind(Property<T> property, Map<T, ToggleButton> buttons) {
        buttons.forEach((value, button) -> {
            button.setSelected(value.equals(property.getValue()));
            button.setOnAction(_ -> {
                button.setSelected(true);
                property.setValue(value);
            });
        });
    }
}

package cairn.ui;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.SettingsModel.Density;
import cairn.ui.model.SettingsModel.Theme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import javafx.application.Application;
import javafx.application.ColorScheme;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.text.Font;
import javafx.util.Subscription;

/// Fonts, colours and spacing.
final class Look {
    private static final List<String> FONTS =
            List.of(
                    "InterTabular-Regular.otf",
                    "InterTabular-Bold.otf",
                    "JetBrainsMono-Regular.ttf");

    private Look() {}

    /// Makes the fonts that ship known to JavaFX.
    static void loadFonts() {
        for (String name : FONTS) {
            try (InputStream in =
                    Objects.requireNonNull(Look.class.getResourceAsStream("fonts/" + name))) {
                Font.loadFont(in, 13);
            } catch (IOException e) {
                throw new UncheckedIOException(name, e);
            }
        }
    }

    /// Has the theme of the settings read; else the first control would have JavaFX's own read
    /// before.
    static void prepare(SettingsModel settings) {
        wear(resolved(settings.themeProperty().get()));
    }

    /// Gives a scene the look of the settings, now and whenever they or the colours of the desktop
    /// change, until it is unsubscribed.
    static Subscription follow(Scene scene, SettingsModel settings) {
        return Subscription.combine(
                settings.themeProperty().subscribe(theme -> wear(scene, theme)),
                Platform.getPreferences()
                        .colorSchemeProperty()
                        .subscribe(_ -> wear(scene, settings.themeProperty().get())),
                settings.densityProperty()
                        .subscribe(density -> {
                            var classes = scene.getRoot().getStyleClass();
                            classes.remove("comfortable");
                            if (density == Density.COMFORTABLE) {
                                classes.add("comfortable");
                            }
                        }));
    }

    private static void wear(Scene scene, Theme theme) {
        Theme worn = resolved(theme);
        wear(worn);
        String tokens =
                switch (worn) {
                    case DARK -> "dark.css";
                    case CONTRAST -> "contrast.css";
                    case LIGHT, SYSTEM -> "light.css";
                };
        scene.getStylesheets().setAll(sheet(tokens), sheet("cairn.css"));
    }

    private static void wear(Theme resolved) {
        Application.setUserAgentStylesheet(
                resolved == Theme.LIGHT
                        ? new PrimerLight().getUserAgentStylesheetBSS()
                        : new PrimerDark().getUserAgentStylesheetBSS());
    }

    private static Theme resolved(Theme theme) {
        if (theme != Theme.SYSTEM) {
            return theme;
        }
        return Platform.getPreferences().getColorScheme() == ColorScheme.DARK
                ? Theme.DARK
                : Theme.LIGHT;
    }

    /// The address of a style sheet that ships.
    static String sheet(String name) {
        return Objects.requireNonNull(Look.class.getResource(name), name).toExternalForm();
    }
}

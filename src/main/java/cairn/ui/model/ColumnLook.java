package cairn.ui.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// How a column of a list was left: a list's columns are remembered in the order in which they
/// stand.
///
/// ```
/// text = key ":" width [ ":hidden" ] { "," … }
/// ```
///
/// @param width in pixels
public record ColumnLook(String key, double width, boolean visible) {
    /// Reads what [#text] writes; what is not of that form is left out.
    static List<ColumnLook> parse(String text) {
        var looks = new ArrayList<ColumnLook>();
        for (String part : text.split(",", -1)) {
            String[] fields = part.split(":", -1);
            if (fields.length >= 2 && fields[1].matches("[0-9]{1,5}")) {
                looks.add(
                        new ColumnLook(fields[0], Integer.parseInt(fields[1]), fields.length == 2));
            }
        }
        return looks;
    }

    static String text(List<ColumnLook> looks) {
        return looks.stream()
                .map(look ->
                        look.key + ":" + Math.round(look.width) + (look.visible ? "" : ":hidden"))
                .collect(Collectors.joining(","));
    }
}

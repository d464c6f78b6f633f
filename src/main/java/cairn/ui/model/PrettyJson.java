package cairn.ui.model;

/// Breaks JSON into lines that people can read.
final class PrettyJson {
    private PrettyJson() {}

    /// @param json without white space between its tokens
    static String of(String json) {
        var pretty = new StringBuilder();
        int depth = 0;
        boolean inText = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (inText) {
                pretty.append(c);
                if (c == '\\') {
                    pretty.append(json.charAt(++i));
                } else if (c == '"') {
                    inText = false;
                }
                continue;
            }
            switch (c) {
                case '"' -> {
                    inText = true;
                    pretty.append(c);
                }
                case '{', '[' -> {
                    int end = small(json, i);
                    if (end > 0) {
                        pretty.append(json, i, end);
                        i = end - 1;
                    } else {
                        depth++;
                        line(pretty.append(c), depth);
                    }
                }
                case '}', ']' -> {
                    depth--;
                    line(pretty, depth).append(c);
                }
                case ',' -> line(pretty.append(c), depth);
                case ':' -> pretty.append(": ");
                default -> pretty.append(c);
            }
        }
        return pretty.toString();
    }

    /// Where a link, a byte string or an empty value that fits one line ends, or 0.
    private static int small(String json, int start) {
        if (json.startsWith("{}", start) || json.startsWith("[]", start)) {
            return start + 2;
        }
        if (json.startsWith("{\"/\":\"", start)) {
            return json.indexOf('}', start) + 1;
        }
        if (json.startsWith("{\"/\":{\"bytes\":", start)) {
            return json.indexOf('}', start) + 2;
        }
        return 0;
    }

    private static StringBuilder line(StringBuilder pretty, int depth) {
        return pretty.append('\n').append("  ".repeat(depth));
    }
}

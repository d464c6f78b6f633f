package cairn.ui.model;

/// The order of versions: numbers as numbers, everything else as text.
final class Versions {
    private Versions() {}

    static int compare(String first, String second) {
        int i = 0;
        int j = 0;
        while (i < first.length() && j < second.length()) {
            int endOfFirst = part(first, i);
            int endOfSecond = part(second, j);
            String one = first.substring(i, endOfFirst);
            String other = second.substring(j, endOfSecond);
            int order =
                    isDigit(one.charAt(0)) && isDigit(other.charAt(0))
                            ? compareNumbers(one, other)
                            : one.compareTo(other);
            if (order != 0) {
                return order;
            }
            i = endOfFirst;
            j = endOfSecond;
        }
        return Integer.compare(first.length() - i, second.length() - j);
    }

    private static int part(String text, int from) {
        int end = from + 1;
        while (end < text.length() && isDigit(text.charAt(end)) == isDigit(text.charAt(from))) {
            end++;
        }
        return end;
    }

    private static int compareNumbers(String one, String other) {
        String first = one.replaceFirst("^0+(?=.)", "");
        String second = other.replaceFirst("^0+(?=.)", "");
        return first.length() == second.length()
                ? first.compareTo(second)
                : Integer.compare(first.length(), second.length());
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}

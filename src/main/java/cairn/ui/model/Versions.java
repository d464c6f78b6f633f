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
            boolean numbers = isDigit(first.charAt(i)) && isDigit(second.charAt(j));
            int order =
                    numbers
                            ? compareNumbers(first, i, endOfFirst, second, j, endOfSecond)
                            : compare(first, i, endOfFirst, second, j, endOfSecond);
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

    private static int compareNumbers(
            String first, int i, int endOfFirst, String second, int j, int endOfSecond) {
        int one = withoutZeros(first, i, endOfFirst);
        int other = withoutZeros(second, j, endOfSecond);
        return endOfFirst - one == endOfSecond - other
                ? compare(first, one, endOfFirst, second, other, endOfSecond)
                : Integer.compare(endOfFirst - one, endOfSecond - other);
    }

    private static int withoutZeros(String text, int from, int end) {
        int i = from;
        while (i < end - 1 && text.charAt(i) == '0') {
            i++;
        }
        return i;
    }

    private static int compare(
            String first, int i, int endOfFirst, String second, int j, int endOfSecond) {
        for (int k = 0; k < Math.min(endOfFirst - i, endOfSecond - j); k++) {
            if (first.charAt(i + k) != second.charAt(j + k)) {
                return Character.compare(first.charAt(i + k), second.charAt(j + k));
            }
        }
        return Integer.compare(endOfFirst - i, endOfSecond - j);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}

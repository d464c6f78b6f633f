package cairn.board;

import cairn.cid.JsonObject;
import java.time.Instant;
import java.util.List;

/// What may stand on a board.
final class Limits {
    private static final int MAX_NAME = 256;
    private static final int MAX_TEXT = 100_000;
    private static final int MAX_SOURCES = 1000;

    private Limits() {}

    static void project(String name) {
        if (!JsonObject.isName(name)) {
            throw new IllegalArgumentException(
                    "project is no name of up to 64 letters, digits, '_' and '-'");
        }
    }

    static void id(String id) {
        name("id", id);
    }

    static void name(String what, String name) {
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || !isWhole(name)
                || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "%s is none of 1 to %d characters, no control characters among them"
                            .formatted(what, MAX_NAME));
        }
    }

    static void text(String description) {
        if (description.isEmpty() || description.length() > MAX_TEXT || !isWhole(description)) {
            throw new IllegalArgumentException(
                    "description is none of 1 to %,d characters".formatted(MAX_TEXT));
        }
    }

    /// UTF-8 has no halves of characters, and what is hashed must be what was written.
    private static boolean isWhole(String text) {
        return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    static void json(String description) {
        text(description);
        if (!JsonObject.isJson(description)) {
            throw new IllegalArgumentException("description is no JSON");
        }
    }

    static List<String> sources(List<String> ids) {
        if (ids.size() > MAX_SOURCES) {
            throw new IllegalArgumentException(
                    "an intent has at most %,d sources".formatted(MAX_SOURCES));
        }
        ids.forEach(Limits::id);
        return ids.stream().sorted().distinct().toList();
    }

    /// Times are kept to the millisecond.
    static Instant time(Instant time) {
        try {
            return Instant.ofEpochMilli(time.toEpochMilli());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a time is too far away", e);
        }
    }
}

package cairn.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// Answers to the same question about several targets, in the order in which they were given.
///
/// A target that fails has its entry as well, which says why; the worst exit code is that of the
/// command.
final class Answers {
    private final Session session;
    private final List<Map<String, Object>> entries = new ArrayList<>();
    private int code = ExitCode.DONE;

    Answers(Session session) {
        this.session = session;
    }

    @FunctionalInterface
    interface Question {
        List<Map<String, Object>> ask() throws Exception;
    }

    void of(String target, Question question) throws Exception {
        try {
            entries.addAll(question.ask());
        } catch (Exception e) {
            var failure = Failure.of(e);
            if (failure.code() == ExitCode.CANCELLED) {
                throw e;
            }
            var entry = new LinkedHashMap<String, Object>();
            entry.put("target", target);
            entry.put("error", failure.sentence());
            entries.add(entry);
            no(session.report(failure));
        }
    }

    /// Lowers the outcome of the command.
    void no(int worse) {
        code = Math.max(code, worse);
    }

    /// An answer to no question about a target.
    void add(Map<String, Object> entry) {
        entries.add(entry);
    }

    /// Prints all answers as the one field of an object, and for people as columns; returns the
    /// exit code.
    int print(String name, List<String> columns) {
        if (session.json()) {
            session.print(Map.of(name, entries));
        } else {
            session.table(
                    entries.stream()
                            .filter(entry -> !entry.containsKey("error"))
                            .map(entry ->
                                    columns.stream()
                                            .map(column -> String.valueOf(entry.get(column)))
                                            .toList())
                            .toList());
        }
        return code;
    }

    /// Prints all answers and returns the exit code.
    ///
    /// @param human prints one answer that did not fail for people
    int print(BiConsumer<Map<String, Object>, Session> human) {
        if (session.json()) {
            session.print(entries);
        } else {
            entries.stream()
                    .filter(entry -> !entry.containsKey("error"))
                    .forEach(entry -> human.accept(entry, session));
        }
        return code;
    }
}

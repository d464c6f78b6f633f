package cairn.nats;

import cairn.board.Board;
import cairn.board.Fact;
import cairn.board.Hint;
import cairn.board.Intent;
import cairn.board.Outcome;
import cairn.board.Write;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What is asked of blackboards on `FIH_API.<project>.<operation>`, in JSON.
///
/// The operations that write are the words of a [Write], whose fields the request has but for
/// `write`, `project` and `at`; they answer with an [Outcome]. The others read:
///
/// ```
/// show  {"fact": …}, {"intent": …} or {"hint": …}  → what the board says of it
/// list  {"of": "facts", "after": 0, "limit": 100}  → {"items": [{"number": 7, "id": …, …}]}
///                                                    ; also "intents" and "hints"
/// ```
///
/// A list goes on `after` the `number` of its last item.
final class BoardRequests {
    private static final String FORMAT = "board";
    private static final int LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final Set<String> READS = Set.of("show", "list");

    private BoardRequests() {}

    static boolean isRead(String operation) {
        return READS.contains(operation);
    }

    static Write write(String project, String operation, Bytes request, Instant now)
            throws FormatException {
        return Write.parse(
                JsonObject.parse(FORMAT, request)
                        .with(
                                Map.of(
                                        "write",
                                        operation,
                                        "project",
                                        project,
                                        "at",
                                        now.toEpochMilli())));
    }

    static Bytes answer(Outcome outcome) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("outcome", outcome.kind().toString());
        fields.put("id", outcome.id());
        if (!outcome.reason().isEmpty()) {
            fields.put("reason", outcome.reason());
        }
        return JsonObject.bytes(fields);
    }

    static Bytes read(Board board, String project, String operation, Bytes request)
            throws IOException {
        var json = JsonObject.parse(FORMAT, request);
        return JsonObject.bytes(
                operation.equals("show") ? show(board, project, json) : list(board, project, json));
    }

    private static Map<String, Object> show(Board board, String project, JsonObject json)
            throws IOException {
        if (json.has("fact")) {
            return fields(there(board.fact(project, json.text("fact")), "fact", json));
        }
        if (json.has("intent")) {
            return fields(there(board.intent(project, json.text("intent")), "intent", json));
        }
        return fields(there(board.hint(project, json.text("hint")), "hint", json));
    }

    private static <T> T there(Optional<T> found, String what, JsonObject json) throws IOException {
        String id = json.text(what);
        return found.orElseThrow(
                () -> new NoSuchFileException("%s %s is not on the board".formatted(what, id)));
    }

    private static Map<String, Object> list(Board board, String project, JsonObject json)
            throws IOException {
        long after = json.has("after") ? json.number("after") : 0;
        int limit = (int) json.number("limit", MAX_LIMIT, LIMIT);
        String of = json.text("of");
        return Map.of(
                "items",
                switch (of) {
                    case "facts" ->
                            items(board.facts(project, after, limit), BoardRequests::fields);
                    case "intents" ->
                            items(board.intents(project, after, limit), BoardRequests::fields);
                    case "hints" ->
                            items(board.hints(project, after, limit), BoardRequests::fields);
                    default -> throw json.wrong("of is none of facts, intents and hints");
                });
    }

    private static <T> List<Map<String, Object>> items(
            List<Board.Numbered<T>> rows, Function<T, Map<String, Object>> fields) {
        return rows.stream()
                .map(row -> {
                    Map<String, Object> item = new LinkedHashMap<>();
                    item.put("number", row.number());
                    item.putAll(fields.apply(row.value()));
                    return item;
                })
                .toList();
    }

    private static Map<String, Object> fields(Fact fact) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", fact.id());
        fields.put("description", fact.description());
        fields.put("creator", fact.creator());
        fields.put("origin", fact.origin());
        fields.put("at", fact.at().toEpochMilli());
        fact.expiresAt().ifPresent(time -> fields.put("expiresAt", time.toEpochMilli()));
        return fields;
    }

    private static Map<String, Object> fields(Intent intent) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", intent.id());
        fields.put("sources", intent.sources());
        fields.put("description", intent.description());
        fields.put("creator", intent.creator());
        fields.put("at", intent.at().toEpochMilli());
        fields.put("status", intent.status().toString());
        intent.worker().ifPresent(worker -> fields.put("worker", worker));
        intent.heartbeat().ifPresent(time -> fields.put("heartbeat", time.toEpochMilli()));
        intent.fact().ifPresent(fact -> fields.put("fact", fact));
        return fields;
    }

    private static Map<String, Object> fields(Hint hint) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", hint.id());
        fields.put("description", hint.description());
        fields.put("creator", hint.creator());
        fields.put("at", hint.at().toEpochMilli());
        return fields;
    }
}

package cairn.board;

import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.cid.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One change of a board. Each is one event, and one message where boards are shared, in JSON:
///
/// ```
/// {"write": "submit-fact", "project": …, "id": …, "description": "{\"cid\": …}", "creator": …,
///  "origin": …, "at": 1767225600000, "expiresAt": 1767229200000}
/// {"write": "submit-intent", "project": …, "id": …, "sources": […], "description": …,
///  "creator": …, "at": …}
/// {"write": "submit-hint", "project": …, "id": …, "description": …, "creator": …, "at": …}
/// {"write": "claim", "project": …, "intent": …, "worker": …, "at": …}     ; also "heartbeat" and
///                                                                         ; "release"
/// {"write": "conclude", "project": …, "intent": …, "worker": …, "id": …, "description": …,
///  "at": …, "expiresAt": …}
/// {"write": "expire", "project": …, "fact": …, "at": …}
/// ```
///
/// What has no `id` gets its [FihHash]. Times are milliseconds since 1970. The description of a
/// fact is a text that is JSON, so that it is the same text everywhere.
public sealed interface Write {
    /// The board that it is for.
    String project();

    Instant at();

    /// What it is called in JSON.
    String name();

    /// The id of what it writes about.
    String target();

    /// Writes down a finding.
    record SubmitFact(String project, Fact fact) implements Write {
        public SubmitFact {
            Limits.project(project);
        }

        @Override
        public Instant at() {
            return fact.at();
        }

        @Override
        public String name() {
            return "submit-fact";
        }

        @Override
        public String target() {
            return fact.id();
        }
    }

    /// Says what is to be found out.
    ///
    /// @param sources the ids of facts on the board
    record SubmitIntent(
            String project,
            String id,
            List<String> sources,
            String description,
            String creator,
            Instant at)
            implements Write {
        public SubmitIntent {
            Limits.project(project);
            Limits.id(id);
            sources = Limits.sources(sources);
            Limits.text(description);
            Limits.name("creator", creator);
            at = Limits.time(at);
        }

        @Override
        public String name() {
            return "submit-intent";
        }

        @Override
        public String target() {
            return id;
        }
    }

    /// Says what has to be minded.
    record SubmitHint(String project, Hint hint) implements Write {
        public SubmitHint {
            Limits.project(project);
        }

        @Override
        public Instant at() {
            return hint.at();
        }

        @Override
        public String name() {
            return "submit-hint";
        }

        @Override
        public String target() {
            return hint.id();
        }
    }

    /// What a worker does with an intent before it concludes.
    ///
    /// @param intent the id of one
    record Work(String project, Step step, String intent, String worker, Instant at)
            implements Write {
        public Work {
            Limits.project(project);
            Limits.id(intent);
            Limits.name("worker", worker);
            at = Limits.time(at);
        }

        @Override
        public String name() {
            return step.word;
        }

        @Override
        public String target() {
            return intent;
        }
    }

    /// What a worker may do with an intent.
    enum Step {
        /// Begins; nobody else may work on it then.
        CLAIM("claim"),
        /// Tells that the work goes on.
        HEARTBEAT("heartbeat"),
        /// Gives it back.
        RELEASE("release");

        private final String word;

        Step(String word) {
            this.word = word;
        }

        static Optional<Step> of(String word) {
            return List.of(values()).stream().filter(step -> step.word.equals(word)).findFirst();
        }
    }

    /// Ends the work on an intent.
    ///
    /// @param fact what was found, whose creator is the worker and whose origin the intent
    record Conclude(String project, Fact fact) implements Write {
        public Conclude {
            Limits.project(project);
        }

        String intent() {
            return fact.origin();
        }

        String worker() {
            return fact.creator();
        }

        @Override
        public Instant at() {
            return fact.at();
        }

        @Override
        public String name() {
            return "conclude";
        }

        @Override
        public String target() {
            return fact.origin();
        }
    }

    /// Takes a fact off the board whose time is over.
    record Expire(String project, String fact, Instant at) implements Write {
        public Expire {
            Limits.project(project);
            Limits.id(fact);
            at = Limits.time(at);
        }

        @Override
        public String name() {
            return "expire";
        }

        @Override
        public String target() {
            return fact;
        }
    }

    /// The write in JSON.
    default Bytes toBytes() {
        return JsonObject.bytes(fields());
    }

    /// The fields of that JSON, to which more may be added.
    default Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("write", name());
        fields.put("project", project());
        switch (this) {
            case SubmitFact(_, Fact fact) -> {
                fields.put("id", fact.id());
                fields.put("description", fact.description());
                fields.put("creator", fact.creator());
                fields.put("origin", fact.origin());
                fact.expiresAt().ifPresent(at -> fields.put("expiresAt", at.toEpochMilli()));
            }
            case SubmitIntent intent -> {
                fields.put("id", intent.id);
                fields.put("sources", intent.sources);
                fields.put("description", intent.description);
                fields.put("creator", intent.creator);
            }
            case SubmitHint(_, Hint hint) -> {
                fields.put("id", hint.id());
                fields.put("description", hint.description());
                fields.put("creator", hint.creator());
            }
            case Work work -> {
                fields.put("intent", work.intent);
                fields.put("worker", work.worker);
            }
            case Conclude conclude -> {
                fields.put("intent", conclude.intent());
                fields.put("worker", conclude.worker());
                fields.put("id", conclude.fact.id());
                fields.put("description", conclude.fact.description());
                conclude.fact
                        .expiresAt()
                        .ifPresent(at -> fields.put("expiresAt", at.toEpochMilli()));
            }
            case Expire expire -> fields.put("fact", expire.fact);
        }
        fields.put("at", at().toEpochMilli());
        return fields;
    }

    /// Reads a write from JSON.
    static Write parse(JsonObject fields) throws FormatException {
        try {
            String project = fields.text("project");
            Instant at = fields.time("at");
            String name = fields.text("write");
            return switch (name) {
                case "submit-fact" ->
                        new SubmitFact(
                                project,
                                fact(fields, fields.text("creator"), fields.text("origin")));
                case "submit-intent" -> {
                    var sources = Limits.sources(fields.texts("sources"));
                    String description = fields.text("description");
                    String creator = fields.text("creator");
                    yield new SubmitIntent(
                            project,
                            fields.optional("id")
                                    .orElseGet(() -> FihHash.intent(sources, description, creator)),
                            sources,
                            description,
                            creator,
                            at);
                }
                case "submit-hint" -> {
                    String description = fields.text("description");
                    String creator = fields.text("creator");
                    yield new SubmitHint(
                            project,
                            new Hint(
                                    fields.optional("id")
                                            .orElseGet(() -> FihHash.hint(description, creator)),
                                    description,
                                    creator,
                                    at));
                }
                case "conclude" ->
                        new Conclude(
                                project,
                                fact(fields, fields.text("worker"), fields.text("intent")));
                case "expire" -> new Expire(project, fields.text("fact"), at);
                default ->
                        new Work(
                                project,
                                Step.of(name)
                                        .orElseThrow(() -> fields.wrong("there is no " + name)),
                                fields.text("intent"),
                                fields.text("worker"),
                                at);
            };
        } catch (IllegalArgumentException e) {
            throw fields.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static Fact fact(JsonObject fields, String creator, String origin)
            throws FormatException {
        String description = fields.text("description");
        return new Fact(
                fields.optional("id").orElseGet(() -> FihHash.fact(description, creator, origin)),
                description,
                creator,
                origin,
                fields.time("at"),
                fields.has("expiresAt") ? Optional.of(fields.time("expiresAt")) : Optional.empty());
    }
}

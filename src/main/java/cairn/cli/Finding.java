package cairn.cli;

import cairn.engine.Check;
import cairn.nix.StorePath;
import cairn.trust.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What verifying one target found.
///
/// @param failure the exit code of what kept it from being checked, else 0
record Finding(
        String target,
        Optional<StorePath> path,
        Check.Content content,
        Check.Trust trust,
        List<PublicKey> keys,
        String reason,
        int failure) {

    static Finding of(String target, Check check) {
        return new Finding(
                target,
                Optional.of(check.path()),
                check.content(),
                check.trust(),
                check.keys(),
                check.reason(),
                ExitCode.DONE);
    }

    /// Of something that is no store path, so that nobody has signed it.
    static Finding of(String target, Check.Content content, String reason) {
        return of(target, content, new Failure(ExitCode.DONE, reason));
    }

    static Finding of(String target, Failure failure) {
        return of(
                target,
                switch (failure.code()) {
                    case ExitCode.MALFORMED -> Check.Content.DAMAGED;
                    case ExitCode.NO -> Check.Content.MISSING;
                    default -> Check.Content.UNCHECKED;
                },
                failure);
    }

    private static Finding of(String target, Check.Content content, Failure failure) {
        return new Finding(
                target,
                Optional.empty(),
                content,
                Check.Trust.UNSIGNED,
                List.of(),
                failure.sentence(),
                failure.code());
    }

    int code(boolean trustDecides) {
        return switch (content) {
            case DAMAGED -> ExitCode.MALFORMED;
            case MISSING -> ExitCode.NO;
            case INTACT, UNCHECKED ->
                    trustDecides && trust != Check.Trust.TRUSTED
                            ? Math.max(ExitCode.NO, failure)
                            : failure;
        };
    }

    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("target", target);
        fields.put("path", path);
        fields.put("content", lower(content));
        fields.put("trust", lower(trust));
        fields.put("keys", keys);
        fields.put("reason", reason);
        return fields;
    }

    List<String> row() {
        return List.of(
                lower(content),
                lower(trust),
                path.map(StorePath::toString).orElse(Session.shown(target)),
                reason);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

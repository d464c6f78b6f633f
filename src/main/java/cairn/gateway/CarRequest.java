package cairn.gateway;

import cairn.engine.RefusedException;
import cairn.engine.RefusedException.Reason;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What of a DAG is wanted as a CAR, and how.
///
/// @param dups whether a block comes as often as it is linked
/// @param bytes which bytes of a file, if not all
record CarRequest(Scope scope, boolean dups, Optional<FileBytes> bytes) {
    private static final Pattern BYTES = Pattern.compile("(-?[0-9]{1,18}):(\\*|-?[0-9]{1,18})");

    /// How much of what is below.
    enum Scope {
        BLOCK,
        ENTITY,
        ALL
    }

    /// Bytes of a file, negative ones counted from its end.
    ///
    /// @param to the last one, included; empty where the file ends
    record FileBytes(long from, Optional<Long> to) {
        /// The part of a file of this size.
        ByteRange of(long size) {
            long start = Math.clamp(from < 0 ? size + from : from, 0, size);
            long end = to.isEmpty() ? size : to.get() < 0 ? size + to.get() + 1 : to.get() + 1;
            return new ByteRange(start, Math.clamp(end, start, size));
        }
    }

    /// Reads what the parameters of a URL ask for, and of a media type.
    ///
    /// @param type `application/vnd.ipld.car` and its parameters
    /// @return empty if we cannot do it so
    static Optional<CarRequest> of(Exchange exchange, String type) throws RefusedException {
        var parameters = parameters(type);
        String version = either(exchange.query("car-version"), parameters.get("version"), "1");
        String order = either(exchange.query("car-order"), parameters.get("order"), "dfs");
        String dups = either(exchange.query("car-dups"), parameters.get("dups"), "n");
        if (!version.equals("1")
                || !order.equals("dfs") && !order.equals("unk")
                || !dups.equals("y") && !dups.equals("n")) {
            return Optional.empty();
        }
        var bytes = bytes(exchange.query("entity-bytes"));
        return Optional.of(
                new CarRequest(
                        bytes.isPresent() ? Scope.ENTITY : scope(exchange.query("dag-scope")),
                        dups.equals("y"),
                        bytes));
    }

    /// The media type of the answer.
    String type() {
        return "application/vnd.ipld.car; version=1; order=dfs; dups=" + (dups ? "y" : "n");
    }

    /// Tells answers about one CID from each other.
    String tag() {
        return ".car-%s%s%s"
                .formatted(
                        scope.name().toLowerCase(Locale.ROOT),
                        dups ? "-dups" : "",
                        bytes.map(part -> "-%d:%s".formatted(part.from, part.to.orElse(null)))
                                .orElse(""));
    }

    private static Scope scope(String text) throws RefusedException {
        return switch (text) {
            case "", "all" -> Scope.ALL;
            case "entity" -> Scope.ENTITY;
            case "block" -> Scope.BLOCK;
            default ->
                    throw new RefusedException(Reason.WRONG, "dag-scope is block, entity or all");
        };
    }

    private static Optional<FileBytes> bytes(String text) throws RefusedException {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var match = BYTES.matcher(text);
        if (!match.matches()) {
            throw new RefusedException(Reason.WRONG, "entity-bytes is FROM:TO or FROM:*");
        }
        return Optional.of(
                new FileBytes(
                        Long.parseLong(match.group(1)),
                        match.group(2).equals("*")
                                ? Optional.empty()
                                : Optional.of(Long.parseLong(match.group(2)))));
    }

    private static String either(String query, @Nullable String parameter, String otherwise) {
        return !query.isEmpty() ? query : parameter != null ? parameter : otherwise;
    }

    private static Map<String, String> parameters(String type) {
        var parameters = new HashMap<String, String>();
        Arrays.stream(type.split(";", -1))
                .skip(1)
                .map(part -> part.split("=", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> parameters.put(pair[0].strip(), pair[1].strip()));
        return parameters;
    }
}

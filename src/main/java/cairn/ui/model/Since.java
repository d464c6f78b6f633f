package cairn.ui.model;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// From when on one wants to hear what a stream kept: so long ago, or a moment; with neither only
/// what comes from now on.
///
/// @param ago how long before one asks
public record Since(Optional<Duration> ago, Optional<Instant> moment) {
    /// Only what comes.
    public static final Since NOW = new Since(Optional.empty(), Optional.empty());

    public static final Since HOUR = of(Duration.ofHours(1));
    public static final Since DAY = of(Duration.ofDays(1));

    /// All that is kept.
    public static final Since ALL = of(Duration.ofDays(36_500));

    /// What one need not type.
    public static final List<Since> OFFERED = List.of(NOW, HOUR, DAY, ALL);

    private static final Pattern AGO = Pattern.compile("(\\d{1,5})\\s*(s|m|min|h|d)");

    private static Since of(Duration ago) {
        return new Since(Optional.of(ago), Optional.empty());
    }

    /// Reads what a user typed: one of those that are offered, `90m` or `2d` ago, a date, a time of
    /// the last day, or both; with an offset also that of somebody else.
    ///
    /// @param now a moment in the zone of the user
    public static Optional<Since> parse(String typed, ZonedDateTime now) {
        String text = typed.strip();
        for (Since offered : OFFERED) {
            if (offered.toString().equalsIgnoreCase(text)) {
                return Optional.of(offered);
            }
        }
        var ago = AGO.matcher(text.toLowerCase(Locale.ROOT));
        if (ago.matches()) {
            long count = Long.parseLong(ago.group(1));
            return Optional.of(
                    of(
                            switch (ago.group(2)) {
                                case "s" -> Duration.ofSeconds(count);
                                case "h" -> Duration.ofHours(count);
                                case "d" -> Duration.ofDays(count);
                                default -> Duration.ofMinutes(count);
                            }));
        }
        return moment(text, now).map(moment -> new Since(Optional.empty(), Optional.of(moment)));
    }

    private static Optional<Instant> moment(String text, ZonedDateTime now) {
        String iso = text.replaceFirst("^(\\d{4}-\\d{2}-\\d{2})\\s+", "$1T");
        try {
            if (iso.matches("\\d{4}-\\d{2}-\\d{2}")) {
                return Optional.of(LocalDate.parse(iso).atStartOfDay(now.getZone()).toInstant());
            }
            if (iso.matches("\\d{1,2}:\\d{2}(:\\d{2})?")) {
                var time = LocalTime.parse(iso.length() % 3 == 1 ? "0" + iso : iso);
                var today = now.with(time);
                return Optional.of((today.isAfter(now) ? today.minusDays(1) : today).toInstant());
            }
            if (iso.matches(".*(Z|[+-]\\d{2}:\\d{2})")) {
                return Optional.of(ZonedDateTime.parse(iso).toInstant());
            }
            return Optional.of(LocalDateTime.parse(iso).atZone(now.getZone()).toInstant());
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /// As the user reads it.
    @Override
    public String toString() {
        if (moment.isPresent()) {
            return Figures.exactTime(moment.get());
        }
        return equals(NOW)
                ? Words.text("subjects.since-now")
                : equals(HOUR)
                        ? Words.text("subjects.since-hour")
                        : equals(DAY)
                                ? Words.text("subjects.since-day")
                                : equals(ALL)
                                        ? Words.text("subjects.since-all")
                                        : ago.map(Since::brief).orElse("");
    }

    /// As one types it.
    private static String brief(Duration ago) {
        return ago.toSecondsPart() > 0
                ? ago.toSeconds() + "s"
                : ago.toMinutesPart() > 0
                        ? ago.toMinutes() + "m"
                        : ago.toHoursPart() > 0 ? ago.toHours() + "h" : ago.toDays() + "d";
    }

    Optional<Instant> from(Instant now) {
        return moment.or(() -> ago.map(now::minus));
    }
}

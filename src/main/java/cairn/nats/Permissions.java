package cairn.nats;

import cairn.engine.Configuration;
import cairn.engine.RefusedException;
import io.nats.client.impl.Headers;
import io.nats.client.support.NatsJetStreamConstants;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Which subjects a server lets a client use, found by trying.
///
/// What is published on trial is empty, has nobody waiting for a reply, and is meant for a stream
/// that does not exist: no node answers it, and no stream keeps it.
public final class Permissions {
    private static final String CLIENT = "cairn-doctor";
    private static final String ANY = "*";

    private Permissions() {}

    /// What a client may do with a subject.
    ///
    /// @param subject with placeholders for what differs from message to message
    public record Permission(String subject, boolean publish, boolean subscribe) {}

    /// A subject as it is written, as it is published to, and as it is subscribed to.
    private record Trial(String written, String published, String subscribed) {}

    /// Asks the server that the settings name.
    ///
    /// @throws RefusedException if it does not let this client in
    public static List<Permission> of(Configuration.Nats settings) throws IOException {
        try (var bus = Bus.connect(settings.url().orElseThrow(), settings, CLIENT)) {
            List<Trial> trials = trials(settings.domain());
            var nobody = bus.connection().createDispatcher(_ -> {});
            for (Trial trial : trials) {
                nobody.subscribe(trial.subscribed);
                bus.connection()
                        .publish(
                                trial.published,
                                new Headers()
                                        .add(NatsJetStreamConstants.EXPECTED_STREAM_HDR, CLIENT),
                                new byte[0]);
            }
            bus.settle();
            var refused = bus.refused();
            return trials.stream()
                    .map(trial ->
                            new Permission(
                                    trial.written,
                                    !refused.contains(new Bus.Refused(true, trial.published)),
                                    !refused.contains(new Bus.Refused(false, trial.subscribed))))
                    .toList();
        }
    }

    private static List<Trial> trials(String domain) {
        var subjects = new Subjects(domain);
        String in = domain.isEmpty() ? "" : domain + ".";
        var trials = new ArrayList<Trial>();
        for (String action : List.of("STORE.GET.", "STORE.CID.GET.", "STORE.CID.PUT.")) {
            trials.add(trial(action + in, "<cid>", ""));
        }
        for (String action : List.of("STORE.PATH.RESOLVE.", "STORE.PATH.PUT.")) {
            trials.add(trial(action + in, "<hash>", ""));
        }
        trials.add(trial(subjects.validate(), "", ""));
        trials.add(trial("CACHE.VALIDATE.node.", "<node>", ""));
        trials.add(trial(subjects.hello(), "", ""));
        for (String action : List.of("GET.<node>.%s<cid>", "RESOLVE.<node>.%s<hash>")) {
            String subject = "STORE.PEER." + action.formatted(in);
            trials.add(
                    new Trial(
                            subject,
                            subject.replaceAll("<[a-z]+>", "doctor"),
                            subject.replaceAll("<[a-z]+>", "*")));
        }
        trials.add(trial("STORE.CID.VERIFY", "", ""));
        trials.add(trial("BUILD.", "<project>", ".COMPLETE"));
        trials.add(trial("STORE.GC.QUEUE", "", ""));
        trials.add(trial("STORE.GC.RESULTS.", "<id>", ""));
        trials.add(trial("STORE.CID.HITS.", "<node>", ""));
        trials.add(trial("STORE.AUDIT", "", ""));
        for (String target : List.of("METADATA", "TRACE", "VERIFY")) {
            trials.add(trial(target, "", ""));
        }
        trials.add(
                new Trial("FIH_API.<project>.<operation>", "FIH_API.doctor.doctor", "FIH_API.*.*"));
        for (String kind : List.of("FACT", "INTENT", "HINT")) {
            trials.add(trial("FIH.", "<project>", "." + kind));
        }
        trials.add(trial("BLOCK." + in, "<cid>", ""));
        return trials;
    }

    private static Trial trial(String before, String placeholder, String behind) {
        return new Trial(
                before + placeholder + behind,
                before + (placeholder.isEmpty() ? "" : "doctor") + behind,
                before + (placeholder.isEmpty() ? "" : ANY) + behind);
    }
}

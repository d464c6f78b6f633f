package cairn.engine;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A home among the other nodes of its domain, at a server where they meet: it answers what they
/// ask, as far as the server lets it, and can be looked around from until it is closed. Whoever
/// wires the program knows what kind of server that is.
///
/// What asks others blocks until they answered, and ends when its thread is interrupted. Safe for
/// use by several threads.
public interface Meeting extends AutoCloseable {
    /// Where nodes tell of the builds that they completed.
    String BUILDS = "BUILD.*.COMPLETE";

    /// Which server it is.
    sealed interface Venue {
        /// One of the home's own, on this machine, which is started and ended with the meeting.
        record Own() implements Venue {}

        /// One that runs.
        ///
        /// @param url of the server; who this client is stands in the configuration
        record At(String url) implements Venue {}
    }

    /// How the connection does.
    sealed interface Standing {
        /// It is there.
        ///
        /// @param server the one of a cluster that it leads to
        record Connected(String server) implements Standing {}

        /// It was lost, and comes back by itself.
        record Reconnecting(String why) implements Standing {}

        /// The server does not want this client any more.
        record Refused(String why) implements Standing {}
    }

    Venue venue();

    /// Where the server is.
    String server();

    /// The domain, which is called `default` where it has no name.
    String domain();

    /// What this node calls itself.
    String name();

    /// Why this node answers nobody, if so.
    Optional<String> unserved();

    /// Answered at once.
    Standing standing();

    /// What went over the connection by which others are answered and asked. Answered at once.
    Exchange exchange();

    /// Looks who is there and what the server keeps. Takes about half a second.
    Roll look() throws IOException;

    /// Listens to a subject, which may have wildcards.
    ///
    /// @param since from when on what a stream has kept comes first; empty: only what comes now
    /// @throws RefusedException if the server does not let this client read it
    Feed listen(String subject, Optional<Instant> since) throws IOException;

    /// Tells all who listen to a subject.
    ///
    /// @throws RefusedException if the server does not let this client do so
    void publish(String subject, Bytes payload) throws IOException;

    /// Asks, and has the reply in one piece. What changes other nodes is signed by this one.
    ///
    /// @throws IOException also if nobody answers, or answers that it is not to be had
    Bytes request(String subject, Bytes payload, Duration patience) throws IOException;

    /// What a payload says, as its subject has it, or its look.
    ///
    /// @param reply whether it answers a request with this subject
    Reading read(String subject, Bytes payload, boolean reply);

    /// The build that a payload tells of that came on [#BUILDS].
    ///
    /// @return empty if it tells of none, or its record has another CID than it says
    Optional<BuildNews> build(Bytes payload);

    /// Ends what this node answers, and the server where that is its own.
    @Override
    void close();

    /// How much is being exchanged.
    ///
    /// @param peers how many other nodes were heard of
    /// @param underWay requests to other nodes that are not answered yet
    record Exchange(
            int peers,
            int underWay,
            long messagesIn,
            long messagesOut,
            long bytesIn,
            long bytesOut) {}

    /// Who is there, as of an instant.
    ///
    /// @param roundTrip to the server and back
    /// @param untold why services or streams are not told of, in sentences, if so
    record Roll(
            Instant at,
            Duration roundTrip,
            List<Peer> peers,
            List<Endpoint> endpoints,
            List<Stream> streams,
            List<String> untold) {
        public Roll {
            peers = List.copyOf(peers);
            endpoints = List.copyOf(endpoints);
            streams = List.copyOf(streams);
            untold = List.copyOf(untold);
        }
    }

    /// A node of the domain.
    ///
    /// @param self whether it is this one
    /// @param version empty if it was only heard of
    /// @param latency until it answered; empty if it did not
    /// @param since when it came; the epoch if it does not say
    /// @param key the public key that its requests are signed by, or empty
    record Peer(
            String name,
            boolean self,
            String version,
            Optional<Duration> latency,
            long requests,
            long errors,
            Instant since,
            String key) {}

    /// A subject that somebody answers.
    ///
    /// @param service whose it is
    /// @param node the node, or what tells the service from others of its name
    /// @param mean how long an answer took
    /// @param lastError empty if there was none
    record Endpoint(
            String service,
            String node,
            String title,
            String subject,
            long requests,
            long errors,
            Duration mean,
            String lastError) {}

    /// What a server keeps of some subjects.
    ///
    /// @param first when the oldest message came; the epoch if there is none
    /// @param last when the newest message came; the epoch if there is none
    /// @param limit of its bytes, or -1
    /// @param wanted on how many servers it is to be
    /// @param leader the server that leads it; empty where there is only one
    /// @param replicas the other servers that have it
    record Stream(
            String name,
            List<String> subjects,
            long messages,
            long bytes,
            Instant first,
            Instant last,
            long limit,
            int wanted,
            String leader,
            List<Replica> replicas) {
        public Stream {
            subjects = List.copyOf(subjects);
            replicas = List.copyOf(replicas);
        }

        /// How many servers have all of it now.
        public int current() {
            return 1 + (int) replicas.stream().filter(Replica::current).count();
        }
    }

    /// A server that follows the leader of a stream.
    ///
    /// @param lag how many messages it is behind
    record Replica(String server, boolean current, boolean offline, long lag) {}

    /// Messages as they come, of which only so many are kept until somebody takes them.
    interface Feed extends AutoCloseable {
        /// What came since it was asked last, the oldest first. Answered at once.
        Taken take();

        /// Listens no longer.
        @Override
        void close();
    }

    /// What a feed gave.
    ///
    /// @param lost how many came that were pushed out by later ones before somebody took them
    record Taken(List<Message> messages, long lost) {
        public Taken {
            messages = List.copyOf(messages);
        }
    }

    /// A message that came.
    ///
    /// @param number counts from 1 in its feed
    /// @param at when a stream kept it, else when it came
    /// @param reply where an answer is awaited, or empty
    /// @param headers `name: value`
    record Message(
            long number,
            Instant at,
            String subject,
            String reply,
            List<String> headers,
            Bytes payload) {
        public Message {
            headers = List.copyOf(headers);
        }
    }

    /// What a payload says.
    sealed interface Reading {
        record Nothing() implements Reading {}

        /// An object or a list.
        ///
        /// @param text broken into lines
        record Json(String text) implements Reading {}

        /// A message of `cairn.proto`.
        ///
        /// @param type its name there
        /// @param text a field a line
        record Fields(String type, String text) implements Reading {}

        /// The bytes of a block, as far as its subject says.
        ///
        /// @param matches whether they hash to the CID
        record OfBlock(Cid cid, Bytes bytes, boolean matches) implements Reading {}

        record Text(String text) implements Reading {}

        record Raw(Bytes bytes) implements Reading {}
    }
}

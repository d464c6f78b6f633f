package cairn.nats;

import cairn.cid.Cid;

/// The subjects of one domain. The default domain has no name in them; any other stands before the
/// identifier, so that what a client may do can be limited to it.
///
/// @param domain empty for the default domain
record Subjects(String domain) {
    /// How the default domain is called where it must be called something.
    static final String DEFAULT = "default";

    /// A [CollectionJob] → the [CollectionState] of it.
    static final String COLLECT = "STORE.GC.QUEUE";

    /// Published: what somebody changed, see [Audit].
    static final String AUDIT = "STORE.AUDIT";

    /// A `SignedCid` → the `Ruling` on it.
    static final String VOUCH = "STORE.CID.VERIFY";

    private static final String ANY = "*";

    /// Empty → the bytes of a block.
    String get(Cid cid) {
        return of("STORE.GET", cid.toString());
    }

    String anyGet() {
        return of("STORE.GET", ANY);
    }

    /// Empty → a `BlockReply`.
    String blockGet(Cid cid) {
        return of("STORE.CID.GET", cid.toString());
    }

    String anyBlockGet() {
        return of("STORE.CID.GET", ANY);
    }

    /// The bytes of a block → a `PutReply`.
    String blockPut(Cid cid) {
        return of("STORE.CID.PUT", cid.toString());
    }

    String anyBlockPut() {
        return of("STORE.CID.PUT", ANY);
    }

    /// Empty → what is known of a path, JSON.
    String resolve(String hash) {
        return of("STORE.PATH.RESOLVE", hash);
    }

    String anyResolve() {
        return of("STORE.PATH.RESOLVE", ANY);
    }

    /// What is said of a path, JSON → the same as it is registered.
    String pathPut(String hash) {
        return of("STORE.PATH.PUT", hash);
    }

    String anyPathPut() {
        return of("STORE.PATH.PUT", ANY);
    }

    /// A `CidSet` → those of it that are lacking.
    String validate() {
        return "CACHE.VALIDATE.domain." + label();
    }

    static String validate(String node) {
        return "CACHE.VALIDATE.node." + node;
    }

    /// The name of a node that came → the name of each of the others.
    String hello() {
        return "STORE.PEER.HELLO." + label();
    }

    /// Empty → the bytes of a block that this node has itself.
    String peerGet(String node, Cid cid) {
        return of("STORE.PEER.GET." + node, cid.toString());
    }

    String anyPeerGet(String node) {
        return of("STORE.PEER.GET." + node, ANY);
    }

    /// Empty → what this node knows itself of a path, JSON.
    String peerResolve(String node, String hash) {
        return of("STORE.PEER.RESOLVE." + node, hash);
    }

    String anyPeerResolve(String node) {
        return of("STORE.PEER.RESOLVE." + node, ANY);
    }

    /// The name of the stream in which the blocks of the domain are kept.
    String blocks() {
        return domain.isEmpty() ? "CID_BLOCKS" : "CID_BLOCKS_" + domain;
    }

    /// The name of the object store in which closures of the domain are archived.
    String archives() {
        return domain.isEmpty() ? "cid-archives" : "cid-archives_" + domain;
    }

    /// A message of that stream: the bytes of a block.
    String kept(Cid cid) {
        return of("BLOCK", cid.toString());
    }

    String anyKept() {
        return of("BLOCK", ANY);
    }

    /// Empty → the message of that stream.
    String directGet(Cid cid) {
        return "$JS.API.DIRECT.GET.%s.%s".formatted(blocks(), kept(cid));
    }

    /// Published: a build is over, see [BuildJson].
    static String build(String project) {
        return "BUILD." + project + ".COMPLETE";
    }

    /// Published: how a collection goes, a [CollectionState].
    static String collection(String job) {
        return "STORE.GC.RESULTS." + job;
    }

    /// Published: how much of what is asked for is there, see [HitRate].
    static String hits(String node) {
        return "STORE.CID.HITS." + node;
    }

    /// The name of the stream in which builds are kept.
    String builds() {
        return domain.isEmpty() ? "BUILDS" : "BUILDS_" + domain;
    }

    /// What is asked of a blackboard → what came of it, see [BoardRequests].
    static final String ANY_BOARD_REQUEST = "FIH_API.*.*";

    /// The messages of the stream of blackboards.
    static final String ANY_BOARD = "FIH.*.*";

    /// Published: something was written to a blackboard, see [SharedBoards].
    ///
    /// @param kind `FACT`, `INTENT` or `HINT`
    static String board(String project, String kind) {
        return "FIH.%s.%s".formatted(project, kind);
    }

    /// The name of the stream in which what is written to blackboards is kept.
    String boards() {
        return domain.isEmpty() ? "FIH" : "FIH_" + domain;
    }

    /// The name of the stream in which changes are kept.
    String audits() {
        return domain.isEmpty() ? "AUDIT" : "AUDIT_" + domain;
    }

    /// The domain's name, which the default domain has here as well.
    String label() {
        return domain.isEmpty() ? DEFAULT : domain;
    }

    /// The last part of a subject: an identifier or a hash.
    static String last(String subject) {
        return subject.substring(subject.lastIndexOf('.') + 1);
    }

    private String of(String action, String last) {
        return domain.isEmpty() ? action + "." + last : action + "." + domain + "." + last;
    }
}

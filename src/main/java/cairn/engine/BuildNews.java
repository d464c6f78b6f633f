package cairn.engine;

import cairn.cid.Cid;

/// A build as one node tells others of it.
///
/// @param cid that of the record
/// @param asked whether it was asked for; else something that was asked for needed it
/// @param run the same for all that were built together on that node
/// @param node what the node calls itself
public record BuildNews(
        Cid cid, BuildRecord record, Outcome outcome, boolean asked, String run, String node) {
    /// Of a build that was recorded here.
    public static BuildNews of(Builds.Build build, String node) {
        return new BuildNews(
                build.cid(),
                build.record(),
                build.outcome(),
                build.asked(),
                Long.toString(build.run()),
                node);
    }
}

package cairn.ui.model;

import cairn.cid.Cid;
import cairn.engine.Builds;
import cairn.nix.StorePath;

/// Something that a search found.
///
/// @param title what it is called
/// @param detail what tells it from others of that name
/// @param place where it is looked at
public record Match(NodeKind kind, String title, String detail, Place place) {
    static Match of(StorePath path) {
        return new Match(
                path.isDerivation() ? NodeKind.DERIVATION : NodeKind.PATH,
                path.name(),
                path.hash(),
                new Place.OfPath(path.hash()));
    }

    static Match of(Cid cid) {
        return new Match(
                NodeKind.UNKNOWN, Words.text("match.block"), cid.toString(), new Place.Dag(cid));
    }

    static Match of(Builds.Build build) {
        return new Match(
                NodeKind.BUILD,
                build.record().name(),
                build.cid().toString(),
                new Place.OfBuild(build.cid()));
    }

    static Match ofSubject(String subject) {
        return new Match(
                NodeKind.UNKNOWN,
                Words.text("match.subject"),
                subject,
                new Place.Subjects(subject));
    }

    static Match of(Place place) {
        return new Match(NodeKind.UNKNOWN, Words.text("match.link"), place.link(), place);
    }
}

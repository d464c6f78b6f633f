package cairn.engine;

import cairn.nix.StorePath;
import java.util.List;
import java.util.Optional;

/// Whether a derivation can be built with what is here, and what it lacks.
///
/// @param system what it is built on, such as `x86_64-linux`
/// @param built whether its outputs are here already, so that nothing need be built
/// @param asked whether other stores were asked for what is lacking
/// @param here how many paths that it needs are here
/// @param builds the derivations that would be built here before it, from what is here and lacking
/// @param lacks what is not here and cannot be built from what is
public record Readiness(
        StorePath derivation,
        String system,
        boolean built,
        boolean asked,
        int here,
        List<StorePath> builds,
        List<Lack> lacks) {
    public Readiness {
        builds = List.copyOf(builds);
        lacks = List.copyOf(lacks);
    }

    /// What something is that is lacking.
    public enum Kind {
        /// A source that a derivation names.
        SOURCE,
        /// What a derivation gives.
        OUTPUT,
        /// What a derivation fetches from the network, whose hash is known beforehand.
        FETCHED,
        /// What a derivation gives that may be something else each time.
        IMPURE,
        /// What something refers to that is lacking itself.
        REFERENCE,
        /// A derivation that cannot be read, so that nothing is known of what it needs.
        DERIVATION
    }

    /// A path that is lacking.
    ///
    /// @param path of an output that only a build would tell, its derivation's
    /// @param holder who has it, if anybody who was asked does
    /// @param whole whether all that it refers to is here or can be brought in
    public record Lack(
            StorePath path,
            Kind kind,
            StorePath neededBy,
            Optional<Substituters.Holder> holder,
            boolean whole) {
        /// Whether it can be brought in: somebody who is believed has it, and what it refers to.
        public boolean isObtainable() {
            return whole && isBelieved();
        }

        /// Whether somebody has it who is believed.
        public boolean isBelieved() {
            return holder.filter(Substituters.Holder::believed).isPresent();
        }

        /// The bytes of its NAR, or -1 if nobody told.
        public long narSize() {
            return holder.map(it -> it.info().narSize()).orElse(-1L);
        }
    }

    /// Whether it can be built, or is, with nothing but what is here.
    public boolean isReady() {
        return lacks.isEmpty();
    }

    /// Whether it can be built once everything that can be brought in is here.
    public boolean isObtainable() {
        return lacks.stream().allMatch(Lack::isObtainable);
    }

    /// What can be brought in.
    public List<Lack> obtainable() {
        return lacks.stream().filter(Lack::isObtainable).toList();
    }
}

package io.unanimous.sim.check;

import java.util.ArrayList;
import java.util.List;

/**
 * What disasters excuse. A transaction first seen before a loss may stay in doubt for ever and be unknown. It may be given
 * a second outcome only where the protocol promises nothing: after an operator released the hold, or where nothing proves
 * the loss. A transaction first seen later is never excused.
 */
final class Losses {

    /** What may excuse a contradiction. */
    enum Excuse {
        NOTHING,
        /** The loss of what was known of the transaction. */
        LOSS,
        /** A loss that the protocol does not, or no longer, stand up for. */
        FORFEIT
    }

    private final List<Observation.StoreLost> lost = new ArrayList<>();
    private final List<Long> releasedAtMs = new ArrayList<>();
    private final List<Long> regainedAtMs = new ArrayList<>();

    void lost(Observation.StoreLost loss) {
        lost.add(loss);
    }

    void regained(long atMs) {
        regainedAtMs.add(atMs);
    }

    void released(long atMs) {
        releasedAtMs.add(atMs);
    }

    boolean excuses(long firstAtMs, Excuse excuse) {
        return switch (excuse) {
            case NOTHING -> false;
            case LOSS -> lost.stream().anyMatch(loss -> firstAtMs <= loss.atMs());
            case FORFEIT -> lost.stream().anyMatch(loss -> firstAtMs <= loss.atMs() && isForfeit(loss));
        };
    }

    /** Whether transactions may have been torn apart for good. */
    boolean forfeitBy(long atMs) {
        return lost.stream().anyMatch(loss -> loss.atMs() <= atMs && isForfeit(loss));
    }

    private boolean isForfeit(Observation.StoreLost loss) {
        long regained = regainedAtMs.stream()
                .filter(atMs -> atMs >= loss.atMs())
                .min(Long::compare)
                .orElse(Long.MAX_VALUE);
        return !loss.provable()
                || releasedAtMs.stream().anyMatch(released -> released >= loss.atMs() && released < regained);
    }
}

package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.TransactionId;
import java.util.List;

/** Hands effects to the sink, stopping at the crash points between them if somebody asked for those. */
final class Releaser {

    private final EffectSink sink;
    private final CrashPoints crashPoints;

    Releaser(EffectSink sink, CrashPoints crashPoints) {
        this.sink = sink;
        this.crashPoints = crashPoints;
    }

    /** Releases effects that may be told now. On the loop's thread or the log's. */
    void release(List<Effect> effects) {
        if (effects.isEmpty()) {
            return;
        }
        if (crashPoints == CrashPoints.NONE) {
            sink.release(effects);
        } else {
            releaseWithCrashPoints(effects);
        }
    }

    private void releaseWithCrashPoints(List<Effect> effects) {
        int between = betweenPhaseTwoSends(effects);
        if (between > 0) {
            sink.release(effects.subList(0, between));
            crashPoints.reached(CrashPoint.BETWEEN_PHASE_TWO_SENDS);
        }
        sink.release(effects.subList(between, effects.size()));
        boolean phaseTwo = false;
        boolean onePhase = false;
        boolean rollback = false;
        for (Effect effect : effects) {
            if (effect instanceof Effect.SendCommit commit) {
                phaseTwo |= !commit.onePhase();
                onePhase |= commit.onePhase();
            }
            rollback |= effect instanceof Effect.SendRollback;
        }
        if (phaseTwo) {
            crashPoints.reached(CrashPoint.AFTER_PHASE_TWO_SENT);
        }
        if (onePhase) {
            crashPoints.reached(CrashPoint.AFTER_ONE_PHASE_SENT);
        }
        if (rollback) {
            crashPoints.reached(CrashPoint.AFTER_ROLLBACK_SENT);
        }
    }

    /** The place before the second Commit of one transaction; 0 when no transaction has two here. */
    private static int betweenPhaseTwoSends(List<Effect> effects) {
        TransactionId last = null;
        for (int i = 0; i < effects.size(); i++) {
            if (effects.get(i) instanceof Effect.SendCommit commit) {
                if (last != null && last.equals(commit.transaction())) {
                    return i;
                }
                last = commit.transaction();
            }
        }
        return 0;
    }
}

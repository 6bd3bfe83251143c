package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.StoreIdentity;

/**
 * A coordinator that has read its log back and whose new epoch is on disk, before anybody has heard of it (P1, P8). What
 * it owes to unfinished decisions waits in {@code started} until a {@link CoordinatorRuntime} takes it up.
 *
 * @param coordinator started
 * @param position what is on disk
 * @param started what its start left to be released
 */
public record Recovery(Coordinator coordinator, SyncedPosition position, Turn started) {

    /**
     * Recovers the coordinator of a log that was opened and not replayed.
     *
     * @param nonce random, within 0 and 2^30 - 1
     */
    public static Recovery of(DecisionLog log, Limits limits, int nonce, Clock clock, CrashPoints crashPoints) {
        StoreIdentity identity = log.identity();
        Coordinator coordinator = new Coordinator(limits, identity.store(), identity.partition());
        log.replay(record -> {
            coordinator.replay(record);
            crashPoints.reached(CrashPoint.ON_REPLAY);
        });
        crashPoints.reached(CrashPoint.AFTER_REPLAY_BEFORE_EPOCH);
        Turn started = new Turn();
        coordinator.start(nonce, log.findings(), clock.read(), started);
        log.append(started.records(), true);
        log.adopt();
        crashPoints.reached(CrashPoint.AFTER_EPOCH_BEFORE_READY);
        SyncedPosition position = new SyncedPosition(identity.store(), identity.partition());
        position.epochBegan(coordinator.epoch(), coordinator.nonce(), coordinator.lastNumber());
        return new Recovery(coordinator, position, started);
    }
}

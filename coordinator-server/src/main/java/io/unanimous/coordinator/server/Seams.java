package io.unanimous.coordinator.server;

import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.RocksDecisionLog;
import io.unanimous.coordinator.log.StoreOptions;
import io.unanimous.coordinator.runtime.Clock;
import io.unanimous.coordinator.runtime.CrashPoints;
import io.unanimous.coordinator.runtime.FaultHandler;
import io.unanimous.coordinator.runtime.SystemClock;
import java.security.SecureRandom;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * What a test or a simulation puts in the place of the real thing.
 *
 * @param clock tells the time
 * @param crashPoints told when one is reached
 * @param faultHandler what is done when the outcome of a write is not known
 * @param nonces draws an epoch's nonce, within 0 and 2^30 - 1: no two copies of a store may draw the same
 * @param logs opens the log; throws {@link io.unanimous.coordinator.log.StoreException} when it cannot be
 */
public record Seams(
        Clock clock,
        CrashPoints crashPoints,
        FaultHandler faultHandler,
        IntSupplier nonces,
        Function<StoreOptions, DecisionLog> logs) {

    private static final int NONCE_BITS = 30;

    /** The real things. */
    public static Seams production() {
        SecureRandom random = new SecureRandom();
        return new Seams(
                new SystemClock(),
                CrashPoints.NONE,
                new HaltingFaultHandler(),
                () -> random.nextInt(1 << NONCE_BITS),
                RocksDecisionLog::open);
    }

    /** The same with another clock. */
    public Seams withClock(Clock value) {
        return new Seams(value, crashPoints, faultHandler, nonces, logs);
    }

    /** The same with crash points. */
    public Seams withCrashPoints(CrashPoints value) {
        return new Seams(clock, value, faultHandler, nonces, logs);
    }

    /** The same with another fault handler. */
    public Seams withFaultHandler(FaultHandler value) {
        return new Seams(clock, crashPoints, value, nonces, logs);
    }

    /** The same with another log. */
    public Seams withLogs(Function<StoreOptions, DecisionLog> value) {
        return new Seams(clock, crashPoints, faultHandler, nonces, value);
    }
}

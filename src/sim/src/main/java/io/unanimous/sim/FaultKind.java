package io.unanimous.sim;

/** A kind of fault that a run may inject. */
public enum FaultKind {
    FRAME_LOST(3_000),
    FRAME_DOUBLED(3_000),
    FRAME_DELAYED(3_000),
    FRAME_OVERTAKEN(3_000),
    STREAM_RESET(20),
    STREAM_HALF_OPEN(6),
    ONE_WAY_PARTITION(100),
    PARTITION(100),
    COORDINATOR_KILLED(40),
    COORDINATOR_POWER_CUT(40),
    COORDINATOR_STOPPED(120),
    KILLED_BEFORE_APPEND(800),
    KILLED_BEFORE_SYNC(800),
    POWER_CUT_BEFORE_SYNC(800),
    KILLED_AFTER_SYNC(800),
    POWER_CUT_AFTER_SYNC(800),
    KILLED_AMONG_EFFECTS(1_200),
    KILLED_IN_RECOVERY(3),
    SYNC_FAILED_AND_LANDED(1_000),
    SYNC_FAILED_AND_DID_NOT_LAND(1_000),
    SYNC_FAILED_AND_LOST(1_000),
    WRITE_FOUND_DISK_FULL(1_000),
    DISK_NEARLY_FULL(60),
    DISK_SLOW(60),
    WALL_CLOCK_JUMPED(40),
    OVERLOAD(60),
    OLD_COPY_RESTORED(300),
    DIRECTORY_EMPTIED(300),
    TWO_COORDINATORS(300),
    SERVICE_KILLED(30),
    SERVICE_STOPPED(100),
    CALL_SLOW(400),
    CALL_HUNG(2_500),
    PREPARE_REFUSED(200),
    CALL_FAILED_BEFORE(400),
    CALL_FAILED_AFTER(400),
    PREPARE_FINISHED_LATE(600),
    SCAN_FAILED(5),
    FALSE_NOTA(100),
    FALSE_RMERR(100),
    FALSE_ZERO(100),
    ENDED_ON_ITS_OWN(30),
    DATABASE_NOT_DURABLE(4),
    DATABASE_POWER_CUT(60),
    ANSWERED_FOR_ANOTHER(400),
    CUSTOMER_KILLED(40),
    OPERATOR_OVERRODE(10);

    private final int rarest;

    FaultKind(int rarest) {
        this.rarest = rarest;
    }

    /**
     * How rarely it strikes at most, where it may strike at all: once in so many frames, writes, calls or rounds. A seed
     * draws its own rate between this and a quarter of it.
     */
    int rarest() {
        return rarest;
    }
}

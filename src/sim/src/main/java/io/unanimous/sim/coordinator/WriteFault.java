package io.unanimous.sim.coordinator;

import java.util.List;
import java.util.stream.Stream;

/** What befalls one write of the log. */
public enum WriteFault {
    /** The process is killed before anything is written. */
    KILL_BEFORE_APPEND(true, false),
    /** The process is killed between write and sync: the records can be read, and would not survive a power cut. */
    KILL_BEFORE_SYNC(true, false),
    /** The power fails between write and sync. */
    POWER_CUT_BEFORE_SYNC(true, true),
    /** The process is killed after the sync, before anybody is told. */
    KILL_AFTER_SYNC(true, false),
    /** The power fails after the sync, before anybody is told. */
    POWER_CUT_AFTER_SYNC(true, true),
    /** The sync reports an error, and everything was on disk all the same. */
    FAILED_SYNC_THAT_LANDED(false, false),
    /** The sync reports an error, and what was written stays in the page cache alone. */
    FAILED_SYNC_THAT_DID_NOT_LAND(false, false),
    /** The sync reports an error, what was written is thrown away, and a second sync would succeed (PostgreSQL 2018). */
    FAILED_SYNC_THAT_LOST(false, false),
    /** There is no space: nothing is written. */
    DISK_FULL(false, false);

    /** Those that end the process. */
    public static final List<WriteFault> CRASHES =
            Stream.of(values()).filter(WriteFault::isCrash).toList();

    private final boolean crash;
    private final boolean powerCut;

    WriteFault(boolean crash, boolean powerCut) {
        this.crash = crash;
        this.powerCut = powerCut;
    }

    /** Whether the process ends here; else the log reports an error, and the process stops itself. */
    boolean isCrash() {
        return crash;
    }

    /** Whether the machine goes down with it. */
    boolean cutsPower() {
        return powerCut;
    }
}

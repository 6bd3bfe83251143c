package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.coordinator.runtime.CoordinatorRuntime;
import io.unanimous.coordinator.runtime.SyncedPosition;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from the edge to the loop: closed until the log is read back and the new epoch is on disk, and again from the
 * moment the daemon stops. From any thread.
 */
final class Intake {

    private final EdgeLimits limits;
    private volatile @Nullable Open open;
    private volatile boolean closed;

    private record Open(CoordinatorRuntime runtime, SyncedPosition position, BooleanSupplier lowSpace) {}

    Intake(EdgeLimits limits) {
        this.limits = limits;
    }

    /**
     * Lets inputs in.
     *
     * @param lowSpace whether the disk is so full that new transactions are refused
     */
    void open(CoordinatorRuntime runtime, SyncedPosition position, BooleanSupplier lowSpace) {
        open = new Open(runtime, position, lowSpace);
    }

    /** Lets nothing in any more. */
    void close() {
        closed = true;
    }

    /** Puts an input before the loop; or says why not, and nothing is changed. */
    @Nullable
    Refusal offer(Input input) {
        Open now = open;
        if (now == null || closed) {
            return notReady();
        }
        if (input instanceof Input.BeginRequested && now.lowSpace().getAsBoolean()) {
            return Refusal.retry(
                    RefusalReason.LOW_DISK_SPACE,
                    "the coordinator's disk is nearly full: what has begun is finished, and nothing new is begun",
                    limits.overloadRetryMs());
        }
        if (!now.runtime().offer(input)) {
            return Refusal.retry(
                    RefusalReason.OVERLOADED,
                    "the coordinator is overloaded, and the request was not taken in: try again later",
                    limits.overloadRetryMs());
        }
        return null;
    }

    /** Goes on reading a stream as soon as the loop keeps up. */
    void whenRoom(Runnable action) {
        Open now = open;
        if (now == null) {
            action.run();
        } else {
            now.runtime().whenRoom(action);
        }
    }

    /** What is on disk; from the moment when it is opened, also after it is closed. */
    LogPosition position() {
        Open now = open;
        if (now == null) {
            throw new IllegalStateException("the coordinator has no position before it is ready");
        }
        return now.position().get();
    }

    /** Whether inputs are let in. */
    boolean isOpen() {
        return open != null && !closed;
    }

    /** What whoever comes too early or too late is told. */
    Refusal notReady() {
        return Refusal.retry(
                RefusalReason.NOT_READY,
                "the coordinator is starting or stopping: ask again, by the transaction's id if it has one",
                limits.notReadyRetryMs());
    }
}

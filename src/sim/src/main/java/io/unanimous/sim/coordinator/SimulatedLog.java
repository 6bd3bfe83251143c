package io.unanimous.sim.coordinator;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.LogCounters;
import io.unanimous.coordinator.log.StoreIdentity;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The decision log of one process, on a simulated disk that may fail it at any write. */
final class SimulatedLog implements DecisionLog {

    private final Disk disk;
    private final Supplier<@Nullable WriteFault> luck;
    private long lastNumber;
    private boolean broken;

    /** @param luck says for each write what befalls it; null for nothing */
    SimulatedLog(Disk disk, Supplier<@Nullable WriteFault> luck) {
        this.disk = disk;
        this.luck = luck;
    }

    @Override
    public StoreIdentity identity() {
        return disk.identity();
    }

    @Override
    public void replay(Consumer<LogRecord> sink) {
        NavigableMap<Long, LogRecord> found = disk.readable();
        // P8: what is replayed stands on disk first.
        disk.sync();
        lastNumber = found.isEmpty() ? 0 : found.lastKey();
        found.values().forEach(sink);
    }

    @Override
    public long lastNumber() {
        return lastNumber;
    }

    @Override
    public List<HoldFinding> findings() {
        return disk.findings();
    }

    @Override
    public void adopt() {
        disk.adopt();
    }

    @Override
    public void append(List<LogRecord> records, boolean sync) {
        requireUsable();
        if (records.isEmpty()) {
            return;
        }
        if (records.get(0).number() <= lastNumber) {
            throw new IllegalArgumentException(
                    "record " + records.get(0).number() + " cannot follow record " + lastNumber);
        }
        WriteFault fault = luck.get();
        if (fault == WriteFault.KILL_BEFORE_APPEND) {
            crash(fault);
        }
        if (fault == WriteFault.DISK_FULL) {
            fail(fault);
        }
        List<LogRecord> batch = List.copyOf(records);
        if (fault != WriteFault.FAILED_SYNC_THAT_LOST) {
            disk.write(map -> batch.forEach(record -> map.put(record.number(), record)));
        }
        lastNumber = batch.get(batch.size() - 1).number();
        if (fault == WriteFault.KILL_BEFORE_SYNC || fault == WriteFault.POWER_CUT_BEFORE_SYNC) {
            crash(fault);
        }
        if (fault == WriteFault.FAILED_SYNC_THAT_DID_NOT_LAND || fault == WriteFault.FAILED_SYNC_THAT_LOST) {
            fail(fault);
        }
        if (sync) {
            disk.sync();
        }
        if (fault == WriteFault.FAILED_SYNC_THAT_LANDED) {
            disk.sync();
            fail(fault);
        }
        if (fault == WriteFault.KILL_AFTER_SYNC || fault == WriteFault.POWER_CUT_AFTER_SYNC) {
            crash(fault);
        }
    }

    private void crash(WriteFault fault) {
        broken = true;
        throw new Crashed(fault.name(), fault.cutsPower());
    }

    private void fail(WriteFault fault) {
        broken = true;
        throw new WriteFailed(fault);
    }

    @Override
    public void prune(long[] numbers) {
        requireUsable();
        long[] copy = numbers.clone();
        disk.write(map -> {
            for (long number : copy) {
                map.remove(number);
            }
        });
    }

    private void requireUsable() {
        if (broken) {
            throw new IllegalStateException("the log is used after a write that failed");
        }
    }

    @Override
    public boolean lowSpace() {
        return disk.isFull();
    }

    @Override
    public LogCounters counters() {
        return new LogCounters(0, 0, 0, 0);
    }

    @Override
    public long diskBytes() {
        return 0;
    }

    @Override
    public void close() {
        broken = true;
    }
}

package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.TransactionId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The two records of a committed transaction with two branches, into bytes and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecordCodecBenchmark {

    private static final long NUMBER = 1_234_567;
    private static final long EPOCH = 1_790_000_000_000L;
    private static final long WALL_MS = 1_790_000_123_456L;
    private static final TransactionId ID = TransactionId.of(
            UUID.fromString("6f1c2b0e-52a7-4c19-9d0b-3b0f8a1e77c4"), 0, EPOCH, 123_456_789, 987_654, 0);
    private static final Payload PAYLOAD = Payload.of(new byte[16]);

    /** Which record. */
    public enum Kind {
        /** The decision. */
        COMMIT_DECIDED,
        /** The end. */
        FINISHED
    }

    /** Which record. */
    @Param
    public Kind kind = Kind.COMMIT_DECIDED;

    private LogRecord record = of(Kind.FINISHED);
    private byte[] key = {};
    private byte[] value = {};

    private static LogRecord of(Kind kind) {
        Event.Durable event = switch (kind) {
            case COMMIT_DECIDED ->
                new Event.CommitDecided(ID, "unanimous-sdk", List.of(branch("ledger-a"), branch("ledger-b")), WALL_MS);
            case FINISHED -> new Event.Finished(ID, WALL_MS);
        };
        return new LogRecord(NUMBER, EPOCH, event);
    }

    private static Event.DecidedBranch branch(String resource) {
        return new Event.DecidedBranch(
                new BranchName(resource, "abcdefgh"), "3b0f8a1e-77c4-4c19-9d0b-6f1c2b0e52a7", PAYLOAD);
    }

    /** Says how long the record is, and checks that what is measured is right. */
    @Setup
    public void setUp() {
        record = of(kind);
        key = RecordCodec.key(NUMBER);
        value = RecordCodec.value(record);
        if (!RecordCodec.decode(key, value).equals(record)) {
            throw new IllegalStateException(record + " is read back as " + RecordCodec.decode(key, value));
        }
        System.out.println(kind + ": " + key.length + " bytes of key, " + value.length + " of value");
    }

    /** Into bytes. */
    @Benchmark
    public byte[] encode() {
        return RecordCodec.value(record);
    }

    /** Out of bytes. */
    @Benchmark
    public LogRecord decode() {
        return RecordCodec.decode(key, value);
    }
}

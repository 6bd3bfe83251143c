package io.unanimous.bench.jmh;

import io.unanimous.coordinator.core.TransactionId;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A transaction id from its text, and the text of a new one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TransactionIdBenchmark {

    private static final UUID STORE = UUID.fromString("6f1c2b0e-52a7-4c19-9d0b-3b0f8a1e77c4");
    private static final int PARTITION = 0;
    private static final long EPOCH = 1_790_000_000_000L;
    private static final int NONCE = 123_456_789;

    private String text = "";
    private long sequence;

    /** Checks that what is measured is right. */
    @Setup
    public void setUp() {
        TransactionId id = TransactionId.of(STORE, PARTITION, EPOCH, NONCE, 987_654, 0);
        text = id.toString();
        if (!TransactionId.parse(text).equals(Optional.of(id))) {
            throw new IllegalStateException(text + " is read back as " + TransactionId.parse(text));
        }
    }

    /** Of an id that came over the wire. */
    @Benchmark
    public Optional<TransactionId> parse() {
        return TransactionId.parse(text);
    }

    /** Of the next id, as Begin mints it. */
    @Benchmark
    public String format() {
        return TransactionId.of(STORE, PARTITION, EPOCH, NONCE, ++sequence, 0).toString();
    }
}

package io.unanimous.bench.load;

import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What a worker measured, as it says on one line of JSON.
 *
 * @param contender the contender's factory
 * @param inFlight transactions in flight while it was measured
 * @param participants participants of each transaction
 * @param ratePerSecond the rate of an open loop; 0 for a closed one
 * @param seconds how long it was measured
 * @param transactionsPerSecond transactions ended a second in that time
 * @param p50Us median latency, microseconds
 * @param p99Us latency that 1 % exceeded
 * @param p999Us latency that 0.1 % exceeded
 * @param maxUs longest latency
 * @param committed committed in the whole run, warm-up included
 * @param rolledBack rolled back in the whole run
 * @param failed of that many nobody told the outcome
 * @param checked what was checked afterwards
 * @param faults what was wrong; empty for a sound run
 * @param histogram the latencies in nanoseconds: an HdrHistogram, compressed, in base 64
 */
public record WorkerReport(
        String contender,
        int inFlight,
        int participants,
        double ratePerSecond,
        double seconds,
        double transactionsPerSecond,
        double p50Us,
        double p99Us,
        double p999Us,
        double maxUs,
        long committed,
        long rolledBack,
        long failed,
        List<String> checked,
        List<String> faults,
        String histogram) {

    private static final double NS_PER_US = 1_000;

    static WorkerReport of(String contender, LoadPlan plan, int participants, Load.Measured measured, Verdict verdict) {
        Histogram latencies = measured.latencies();
        Counts counts = measured.counts();
        double seconds = (double) plan.measured().toNanos() / TimeUnit.SECONDS.toNanos(1);
        return new WorkerReport(
                contender,
                plan.inFlight(),
                participants,
                plan.ratePerSecond(),
                seconds,
                latencies.getTotalCount() / seconds,
                latencies.getValueAtPercentile(50) / NS_PER_US,
                latencies.getValueAtPercentile(99) / NS_PER_US,
                latencies.getValueAtPercentile(99.9) / NS_PER_US,
                latencies.getMaxValue() / NS_PER_US,
                counts.committed(),
                counts.rolledBack(),
                counts.failed(),
                verdict.checked(),
                faults(measured, verdict),
                encoded(latencies));
    }

    private static List<String> faults(Load.Measured measured, Verdict verdict) {
        List<String> faults = new ArrayList<>(verdict.faults());
        Counts counts = measured.counts();
        if (counts.failed() > 0) {
            faults.add(counts.failed() + " of " + counts.begun() + " transactions without an outcome: "
                    + measured.failures());
        }
        if (measured.latencies().getTotalCount() == 0) {
            faults.add("no transaction ended while it was measured");
        }
        return faults;
    }

    private static String encoded(Histogram latencies) {
        ByteBuffer buffer = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        byte[] bytes = new byte[latencies.encodeIntoCompressedByteBuffer(buffer)];
        buffer.flip().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}

package io.unanimous.bench.load;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a worker measured at one level.
 *
 * @param inFlight transactions in flight
 * @param transactionsPerSecond transactions ended a second in the measured time
 * @param p50Us median latency, microseconds
 * @param p99Us latency that 1 % exceeded
 * @param p999Us latency that 0.1 % exceeded
 * @param maxUs longest latency
 * @param compiling the time that the worker's JIT compiler spent per measured time, so that a reader sees whether the
 *     warm-up was long enough; two compiler threads can make it 2
 * @param noted what the contender alone has to say about it, by name
 * @param histogram the latencies in nanoseconds: an HdrHistogram, compressed, in base 64
 */
public record LevelReport(
        int inFlight,
        double transactionsPerSecond,
        double p50Us,
        double p99Us,
        double p999Us,
        double maxUs,
        double compiling,
        Map<String, Double> noted,
        String histogram) {

    private static final double NS_PER_US = 1_000;

    static LevelReport of(Load.Level level, double seconds) {
        Histogram latencies = level.latencies();
        return new LevelReport(
                level.inFlight(),
                latencies.getTotalCount() / seconds,
                latencies.getValueAtPercentile(50) / NS_PER_US,
                latencies.getValueAtPercentile(99) / NS_PER_US,
                latencies.getValueAtPercentile(99.9) / NS_PER_US,
                latencies.getMaxValue() / NS_PER_US,
                level.compiling(),
                level.noted(),
                encoded(latencies));
    }

    private static String encoded(Histogram latencies) {
        ByteBuffer buffer = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        byte[] bytes = new byte[latencies.encodeIntoCompressedByteBuffer(buffer)];
        buffer.flip().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}

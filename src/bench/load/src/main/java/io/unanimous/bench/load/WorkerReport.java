package io.unanimous.bench.load;

import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a worker measured, as it says on one line of JSON.
 *
 * @param contender the contender's factory
 * @param participants participants of each transaction
 * @param ratePerSecond the rate of an open loop; 0 for a closed one
 * @param seconds how long each level was measured
 * @param levels by level, ascending
 * @param committed committed in the whole run, warm-up included
 * @param rolledBack rolled back in the whole run
 * @param failed of that many nobody told the outcome
 * @param checked what was checked afterwards
 * @param faults what was wrong; empty for a sound run
 */
public record WorkerReport(
        String contender,
        int participants,
        double ratePerSecond,
        double seconds,
        List<LevelReport> levels,
        long committed,
        long rolledBack,
        long failed,
        List<String> checked,
        List<String> faults) {

    static WorkerReport of(String contender, LoadPlan plan, int participants, Load.Measured measured, Verdict verdict) {
        Counts counts = measured.counts();
        double seconds = (double) plan.measured().toNanos() / TimeUnit.SECONDS.toNanos(1);
        return new WorkerReport(
                contender,
                participants,
                plan.ratePerSecond(),
                seconds,
                measured.levels().stream()
                        .map(level -> LevelReport.of(level, seconds))
                        .toList(),
                counts.committed(),
                counts.rolledBack(),
                counts.failed(),
                verdict.checked(),
                faults(plan, measured, verdict));
    }

    private static List<String> faults(LoadPlan plan, Load.Measured measured, Verdict verdict) {
        List<String> faults = new ArrayList<>(verdict.faults());
        Counts counts = measured.counts();
        if (counts.failed() > 0) {
            faults.add(counts.failed() + " of " + counts.begun() + " transactions without an outcome: "
                    + measured.failures());
        }
        List<Integer> reached = measured.levels().stream()
                .filter(level -> level.latencies().getTotalCount() > 0)
                .map(Load.Level::inFlight)
                .toList();
        for (int level : plan.levels()) {
            if (!reached.contains(level)) {
                faults.add("no transaction ended while " + level + " in flight were measured");
            }
        }
        return faults;
    }
}

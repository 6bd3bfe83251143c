package io.unanimous.bench.harness;

import io.unanimous.bench.load.LevelReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** What all rounds measured, by contender and level. */
final class Figures {

    private final Map<Key, List<LevelReport>> reports = new LinkedHashMap<>();

    private record Key(String contender, int inFlight) {}

    /**
     * One contender at one level.
     *
     * @param rounds how many rounds measured it
     * @param perSecond transactions a second
     * @param p50Us median latency, microseconds
     * @param p99Us latency that 1 % exceeded
     * @param p999Us latency that 0.1 % exceeded
     * @param compiling time that the load generator's JIT compiler spent per measured time
     */
    record Figure(
            String contender,
            int inFlight,
            int rounds,
            Spread perSecond,
            Spread p50Us,
            Spread p99Us,
            Spread p999Us,
            Spread compiling) {}

    /** Adds one level of one round. */
    void add(String contender, LevelReport report) {
        reports.computeIfAbsent(new Key(contender, report.inFlight()), key -> new ArrayList<>())
                .add(report);
    }

    /** Of one contender at one level, if it was measured. */
    Optional<Figure> of(String contender, int inFlight) {
        List<LevelReport> rounds = reports.get(new Key(contender, inFlight));
        return rounds == null
                ? Optional.empty()
                : Optional.of(new Figure(
                        contender,
                        inFlight,
                        rounds.size(),
                        spread(rounds, LevelReport::transactionsPerSecond),
                        spread(rounds, LevelReport::p50Us),
                        spread(rounds, LevelReport::p99Us),
                        spread(rounds, LevelReport::p999Us),
                        spread(rounds, LevelReport::compiling)));
    }

    private static Spread spread(List<LevelReport> rounds, ToDoubleFunction<LevelReport> of) {
        return Spread.of(rounds.stream().mapToDouble(of).toArray());
    }

    /** All of them, by contender and then level, in the order in which they were first measured. */
    List<Figure> all() {
        List<Figure> all = new ArrayList<>();
        for (String contender : contenders()) {
            of(contender).forEach(all::add);
        }
        return all;
    }

    /** One contender's, in the order of levels. */
    List<Figure> of(String contender) {
        return reports.keySet().stream()
                .filter(key -> key.contender().equals(contender))
                .map(Key::inFlight)
                .sorted()
                .map(inFlight -> of(contender, inFlight).orElseThrow())
                .toList();
    }

    /** Who was measured. */
    Set<String> contenders() {
        Set<String> contenders = new LinkedHashSet<>();
        reports.keySet().forEach(key -> contenders.add(key.contender()));
        return contenders;
    }
}

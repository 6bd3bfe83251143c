package io.unanimous.bench.harness;

import io.unanimous.bench.load.LevelReport;
import io.unanimous.bench.load.WorkerReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rounds of a run: each measures every contender once, in the same order. A contender that fails is left out of the
 * rounds that follow, and the others are measured nevertheless.
 */
final class Rounds {

    private static final long INTERRUPTED_TOO_MS = 1_000;

    private final Measurement measurement;
    private final Interruption interruption;
    private final Figures figures = new Figures();
    private final List<WorkerReport> reports = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    /** Measures one contender once. */
    interface Measurement {

        /** Throws IllegalStateException when it fails, or the contender did wrong. */
        WorkerReport of(Candidate candidate) throws IOException, InterruptedException;
    }

    Rounds(Measurement measurement, Interruption interruption) {
        this.measurement = measurement;
        this.interruption = interruption;
    }

    /** Measures; what is missing afterwards is in {@link #missing}. */
    void run(List<Candidate> candidates, int rounds, Progress progress) throws InterruptedException {
        Set<String> failed = new HashSet<>();
        for (int round = 1; round <= rounds; round++) {
            Map<String, WorkerReport> ofRound = new HashMap<>();
            for (Candidate candidate : candidates) {
                String what = "round " + round + " of " + rounds + ": " + candidate.name();
                if (failed.contains(candidate.name()) || failed.contains(candidate.follows())) {
                    missing.add(what + " was left out, for it or " + candidate.follows() + " had failed");
                } else {
                    progress.begins(what);
                    try {
                        WorkerReport report = measurement.of(candidate.following(ofRound.get(candidate.follows())));
                        ofRound.put(candidate.name(), report);
                        add(candidate, report);
                    } catch (IOException | IllegalStateException e) {
                        boolean interrupted = interruption.requestedWithin(INTERRUPTED_TOO_MS);
                        missing.add(what + (interrupted ? " was interrupted" : " failed: " + e.getMessage()));
                        failed.add(candidate.name());
                    }
                }
                progress.ended();
                if (interruption.requested()) {
                    missing.add("all after " + what + " was not measured");
                    return;
                }
            }
        }
    }

    private void add(Candidate candidate, WorkerReport report) {
        reports.add(report);
        for (LevelReport level : report.levels()) {
            figures.add(candidate.name(), level);
        }
    }

    /** What was measured. */
    Figures figures() {
        return figures;
    }

    /** The same, report by report. */
    List<WorkerReport> reports() {
        return List.copyOf(reports);
    }

    /** What was not measured, and why; empty for a whole run. */
    List<String> missing() {
        return List.copyOf(missing);
    }
}

package io.unanimous.bench.growth;

import io.unanimous.bench.growth.WireLoad.Depth;
import io.unanimous.bench.growth.WireLoad.Done;
import io.unanimous.v1.TransactionState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Throughput against the number of participants, and of transactions that are open and idle. */
@Command(
        name = "throughput",
        header = "Throughput against participants, and against transactions open and idle.",
        description =
                "Each number of participants has a daemon of its own; all numbers of idle transactions share one.")
final class ThroughputSection extends Section {

    private static final int PARTICIPANTS_MAX = 32;
    private static final int OPENING_IN_FLIGHT = 256;
    private static final double NS_PER_MS = 1e6;

    @Option(
            names = "--participants",
            defaultValue = "1,2,4,8,16",
            split = ",",
            paramLabel = "P",
            description = "Participants of each transaction.")
    private List<Integer> participants = List.of();

    @Option(
            names = "--idle",
            defaultValue = "0,10000,100000",
            split = ",",
            paramLabel = "N",
            description = "Transactions open and idle, ascending.")
    private List<Integer> idle = List.of();

    @Option(names = "--in-flight", defaultValue = "64", paramLabel = "N", description = "In flight.")
    private int inFlight;

    @Option(names = "--seconds", defaultValue = "6", paramLabel = "S", description = "Measured, each.")
    private double seconds;

    @Override
    void measure(Path fresh, Findings findings) throws Exception {
        within("--in-flight", inFlight, 1, 10_000);
        for (int count : participants) {
            within("--participants", count, 1, PARTICIPANTS_MAX);
        }
        for (int count : idle) {
            within("--idle", count, 0, 2_000_000);
        }
        for (int count : participants) {
            against(count, Files.createDirectories(fresh.resolve("participants-" + count)), findings);
        }
        againstIdle(Files.createDirectories(fresh.resolve("idle")), findings);
    }

    private void against(int count, Path directory, Findings findings) throws Exception {
        try (Daemon daemon = daemon(directory, List.of(), List.of());
                WireLoad load = WireLoad.connect(daemon.address(), "throughput", count, true, 0)) {
            long committed = warmUp(load).count();
            Done done = run(load, count + " participants");
            load.requireUnbroken();
            committed += done.count();
            findings.mustBe(
                    "committed at the coordinator, with " + count + " participants",
                    committed,
                    daemon.counter("committed"));
            for (int commits : load.committed()) {
                findings.mustBe("different transactions committed at one of " + count, committed, commits);
            }
            tell(findings, "participants: " + count, done);
            findings.add("participants: " + count + ": branches", done.perSecond() * count, "branches/s");
        }
    }

    private void againstIdle(Path directory, Findings findings) throws Exception {
        int most = idle.stream().mapToInt(count -> count).max().orElse(0);
        List<String> options = List.of("--open-transactions", String.valueOf(most + inFlight + OPENING_IN_FLIGHT));
        try (Daemon daemon = daemon(directory, List.of(), options);
                WireLoad load = WireLoad.connect(daemon.address(), "idle", PARTICIPANTS, true, 0)) {
            var unused = warmUp(load);
            int open = 0;
            for (int count : idle.stream().sorted().toList()) {
                if (count > open) {
                    load.run(Depth.OPEN, OPENING_IN_FLIGHT, count - open, UNTIL_DONE, saying("opening"));
                    open = count;
                }
                Done done = run(load, count + " idle");
                findings.mustBe(
                        "open and idle, of " + count, count, daemon.in(TransactionState.TRANSACTION_STATE_ACTIVE));
                tell(findings, "open and idle: " + count, done);
            }
            load.requireUnbroken();
        }
    }

    private Done run(WireLoad load, String what) throws Exception {
        return load.run(Depth.FINISHED, inFlight, Long.MAX_VALUE, seconds, saying(what));
    }

    private static void tell(Findings findings, String what, Done done) {
        findings.add(what + ": throughput", done.perSecond(), "transactions/s");
        findings.add(what + ": p50", done.latencies().getValueAtPercentile(50) / NS_PER_MS, "ms");
        findings.add(what + ": p99", done.latencies().getValueAtPercentile(99) / NS_PER_MS, "ms");
    }
}

package io.unanimous.bench.growth;

import io.unanimous.bench.growth.WireLoad.Depth;
import io.unanimous.bench.growth.WireLoad.Done;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long the daemon takes to be ready again, and to be rid of what it owes, after a crash with many unfinished decisions. */
@Command(
        name = "recovery",
        header = "A cold start with many unfinished decisions: time to ready, time to drain.",
        description = {
            "Decides so many transactions whose participants never acknowledge, kills the daemon, drops its files from the"
                    + " page cache, and starts it again. Then the participants come back and acknowledge, while others run"
                    + " one transaction after the other: these show whether the drain leaves room for new work."
        })
final class RecoverySection extends Section {

    private static final double GOAL_READY_SECONDS = 5;
    private static final int GOAL_TRANSACTIONS = 100_000;

    /** No stampede: an order is hardly ever sent again before its answer could come, and new work is not turned away. */
    private static final double GOAL_ORDERS_PER_BRANCH = 1.1;

    private static final double GOAL_REFUSED = 0;
    private static final long SAMPLE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SAY_EVERY_SAMPLES = 50;
    private static final int DRAIN_SECONDS_MAX = 900;
    private static final int BASE_TRANSACTIONS = 2_000;
    private static final double NS_PER_SECOND = 1e9;
    private static final double NS_PER_MS = 1e6;

    @Option(names = "--transactions", defaultValue = "100000", paramLabel = "N", description = "Unfinished decisions.")
    private int transactions;

    @Option(names = "--in-flight", defaultValue = "512", paramLabel = "N", description = "While they are decided.")
    private int inFlight;

    @Override
    void measure(Path fresh, Findings findings) throws Exception {
        within("--transactions", transactions, 1_000, 5_000_000);
        within("--in-flight", inFlight, 1, 10_000);
        List<String> options = List.of("--open-transactions", String.valueOf(transactions + inFlight + 1_000));
        decide(fresh, options, findings);
        dropFromPageCache(fresh.resolve("data"));
        say("starting again");
        try (Daemon daemon = daemon(fresh, List.of(), options)) {
            findings.mustBe("unfinished decisions read back", transactions, daemon.unfinished());
            if (transactions <= GOAL_TRANSACTIONS) {
                findings.addWithGoal("time to ready", daemon.readySeconds(), "s", GOAL_READY_SECONDS);
            } else {
                findings.add("time to ready", daemon.readySeconds(), "s");
            }
            drain(daemon, findings);
        }
    }

    private void decide(Path fresh, List<String> options, Findings findings) throws Exception {
        List<String> patient = new ArrayList<>(options);
        patient.addAll(List.of("--retry-min", "1h", "--retry-max", "1h"));
        try (Daemon daemon = daemon(fresh, List.of(), patient)) {
            try (WireLoad load = WireLoad.connect(daemon.address(), "recovery", PARTICIPANTS, false, 0)) {
                Done decided = load.run(Depth.DECIDED, inFlight, transactions, UNTIL_DONE, saying("deciding"));
                load.requireUnbroken();
                findings.mustBe("transactions decided", transactions, decided.count());
            }
            daemon.kill();
        }
    }

    /** As after the machine's own start, for which this tool may not ask: the kernel forgets what it had of the files. */
    private static void dropFromPageCache(Path data) throws IOException, InterruptedException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                int code = new ProcessBuilder("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
                if (code != 0) {
                    throw new IllegalStateException("dd could not drop " + file + " from the page cache");
                }
            }
        }
    }

    private void drain(Daemon daemon, Findings findings) throws Exception {
        ExecutorService others = Executors.newSingleThreadExecutor();
        try (WireLoad probe = WireLoad.connect(daemon.address(), "probe", PARTICIPANTS, true, 0)) {
            Done base = probe.run(Depth.FINISHED, 1, BASE_TRANSACTIONS, UNTIL_DONE, saying("others alone"));
            long beganNs = System.nanoTime();
            try (WireLoad load = WireLoad.connect(daemon.address(), "recovery", PARTICIPANTS, true, 0)) {
                AtomicBoolean over = new AtomicBoolean();
                List<Done> meanwhile = new ArrayList<>();
                Callable<Void> probing = () -> {
                    while (!over.get()) {
                        meanwhile.add(probe.run(Depth.FINISHED, 1, 100, UNTIL_DONE, (done, of) -> {}));
                    }
                    return null;
                };
                Future<Void> probed = others.submit(probing);
                long peak;
                try {
                    peak = awaitDrained(daemon, load, beganNs);
                } finally {
                    over.set(true);
                }
                double seconds = (System.nanoTime() - beganNs) / NS_PER_SECOND;
                probed.get();
                load.requireUnbroken();
                report(daemon, load, findings, seconds, peak);
                reportOthers(findings, base, meanwhile);
                findings.addWithGoal(
                        "a new transaction during the drain: refused under load and tried again",
                        probe.shed(),
                        "times",
                        GOAL_REFUSED);
            }
            probe.requireUnbroken();
        } finally {
            others.shutdownNow();
        }
    }

    /** Returns the most commit orders that came within a tenth of a second. */
    private long awaitDrained(Daemon daemon, WireLoad load, long beganNs) {
        long untilNs = beganNs + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS_MAX);
        long peak = 0;
        long before = 0;
        for (long sample = 1; ; sample++) {
            LockSupport.parkNanos(beganNs + sample * SAMPLE_NS - System.nanoTime());
            long taken = load.commitsTaken();
            peak = Math.max(peak, taken - before);
            before = taken;
            load.requireUnbroken();
            if (taken >= (long) PARTICIPANTS * transactions
                    && daemon.in(TransactionState.TRANSACTION_STATE_COMMITTING) <= 1) {
                return peak;
            }
            if (sample % SAY_EVERY_SAMPLES == 0) {
                say("draining: " + taken + " of " + (long) PARTICIPANTS * transactions + " commit orders");
            }
            if (System.nanoTime() - untilNs > 0) {
                throw new IllegalStateException(
                        "not drained within " + DRAIN_SECONDS_MAX + " s: " + taken + " commit orders");
            }
        }
    }

    private void report(Daemon daemon, WireLoad load, Findings findings, double seconds, long peak) throws Exception {
        GetStatusResponse status = daemon.status();
        findings.mustBe("branches in doubt after the drain", 0, status.getInDoubtBranches());
        for (int committed : load.committed()) {
            findings.mustBe("different transactions committed at a participant", transactions, committed);
        }
        findings.add("time to drain, from the participants' return", seconds, "s");
        findings.add("drained", transactions / seconds, "transactions/s");
        findings.addWithGoal(
                "commit orders per branch",
                (double) load.commitsTaken() / ((long) PARTICIPANTS * transactions),
                "",
                GOAL_ORDERS_PER_BRANCH);
        findings.add("most commit orders in a tenth of a second", peak, "");
    }

    private static void reportOthers(Findings findings, Done base, List<Done> meanwhile) {
        findings.add("a new transaction, alone: p50", base.latencies().getValueAtPercentile(50) / NS_PER_MS, "ms");
        findings.add("a new transaction, alone: longest", base.latencies().getMaxValue() / NS_PER_MS, "ms");
        var during = base.latencies().copy();
        during.reset();
        meanwhile.forEach(done -> during.add(done.latencies()));
        findings.add("a new transaction during the drain: how many", during.getTotalCount(), "");
        findings.add("a new transaction during the drain: p50", during.getValueAtPercentile(50) / NS_PER_MS, "ms");
        findings.add("a new transaction during the drain: p99", during.getValueAtPercentile(99) / NS_PER_MS, "ms");
        findings.add("a new transaction during the drain: longest", during.getMaxValue() / NS_PER_MS, "ms");
    }
}

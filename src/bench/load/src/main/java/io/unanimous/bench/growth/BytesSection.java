package io.unanimous.bench.growth;

import io.unanimous.bench.growth.WireLoad.Depth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How many bytes a committed transaction costs the disk, against those of its decision. */
@Command(
        name = "bytes",
        header = "Bytes written to disk per committed transaction with two branches.",
        description = {
            "The decision's own bytes are what the write-ahead file grows by when transactions are decided and not"
                    + " acknowledged. All bytes are those that the kernel counts for the daemon: the write-ahead file, the"
                    + " tables written from it and merged, the mark of the last sync; whole pages, one that is written"
                    + " again by the next sync counted again. So they fall with what shares a sync.",
            "Outcomes are pruned meanwhile, as in the long run."
        })
final class BytesSection extends Section {

    private static final double GOAL_RATIO = 3;
    private static final int DECIDED = 20_000;
    private static final int DECIDED_IN_FLIGHT = 1_024;
    private static final int RETAINED = 50_000;
    private static final String WRITE_AHEAD = ".log";

    @Option(names = "--transactions", defaultValue = "200000", paramLabel = "N", description = "At each level.")
    private int transactions;

    @Option(names = "--in-flight", defaultValue = "64,256,1024", split = ",", paramLabel = "N", description = "Levels.")
    private List<Integer> levels = List.of();

    @Override
    void measure(Path fresh, Findings findings) throws Exception {
        within("--transactions", transactions, 1_000, 100_000_000);
        for (int level : levels) {
            within("--in-flight", level, 1, 10_000);
        }
        double decision = decisionBytes(Files.createDirectories(fresh.resolve("decided")));
        findings.add("a decision in the write-ahead file", decision, "bytes");
        try (Daemon daemon = daemon(
                        Files.createDirectories(fresh.resolve("finished")),
                        List.of(),
                        List.of("--retained-outcomes", String.valueOf(RETAINED)));
                WireLoad load = WireLoad.connect(daemon.address(), "bytes", PARTICIPANTS, true, 0)) {
            long committed = warmUp(load).count();
            for (int level : levels) {
                long writtenBefore = daemon.diskWrittenBytes();
                long syncsBefore = daemon.counter("log_forced_writes");
                long count = load.run(Depth.FINISHED, level, transactions, UNTIL_DONE, saying("at " + level))
                        .count();
                committed += count;
                double each = (double) (daemon.diskWrittenBytes() - writtenBefore) / count;
                long syncs = daemon.counter("log_forced_writes") - syncsBefore;
                findings.add("at " + level + " in flight: decisions that share a sync", (double) count / syncs, "");
                findings.add("at " + level + " in flight: bytes per committed transaction", each, "bytes");
                findings.addWithGoal(
                        "at " + level + " in flight: bytes per committed transaction / decision",
                        each / decision,
                        "",
                        GOAL_RATIO);
            }
            load.requireUnbroken();
            findings.mustBe("committed at the coordinator", committed, daemon.counter("committed"));
        }
    }

    private double decisionBytes(Path fresh) throws Exception {
        try (Daemon daemon = daemon(fresh, List.of(), List.of("--retry-min", "1h", "--retry-max", "1h"));
                WireLoad load = WireLoad.connect(daemon.address(), "bytes", PARTICIPANTS, false, 0)) {
            long before = writeAheadBytes(fresh);
            long decided = load.run(Depth.DECIDED, DECIDED_IN_FLIGHT, DECIDED, UNTIL_DONE, saying("deciding"))
                    .count();
            return (double) (writeAheadBytes(fresh) - before) / decided;
        }
    }

    private static long writeAheadBytes(Path fresh) throws Exception {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(fresh.resolve("data"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(WRITE_AHEAD)).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}

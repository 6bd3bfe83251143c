package io.unanimous.bench.growth;

import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.growth.WireLoad.Depth;
import io.unanimous.bench.growth.WireLoad.Done;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A long load: how long the daemon stands still at worst, and whether its disk space stays what it is. */
@Command(
        name = "soak",
        header = "A long load: pauses of the daemon, and disk space once outcomes are pruned.",
        description = {
            "A meter in the daemon's process and another in one that does nothing note when they stood still. What the two"
                    + " have in common is the machine's; what is left of the daemon's longest is its own.",
            "Ends after --minutes or --transactions, whichever comes first; name 0 for the one that is not to count.",
            "Disk space is flat when, with as many outcomes as are kept, the second half of the soak has at most 1.2 times"
                    + " the most of the first half."
        })
final class SoakSection extends Section {

    private static final double GOAL_PAUSE_MS = 50;
    private static final double GOAL_GROWTH = 1.2;
    private static final int SAMPLES_MIN = 10;
    private static final double SAMPLE_SECONDS = 2;
    private static final int SAY_EVERY_SAMPLES = 4;
    private static final double NS_PER_MS = 1e6;
    private static final double SECONDS_PER_MINUTE = 60;

    @Option(names = "--minutes", defaultValue = "10", paramLabel = "M", description = "How long.")
    private double minutes;

    @Option(names = "--transactions", defaultValue = "0", paramLabel = "N", description = "How many.")
    private long transactions;

    @Option(names = "--retained", defaultValue = "200000", paramLabel = "N", description = "Outcomes kept.")
    private int retained;

    @Option(names = "--in-flight", defaultValue = "64", paramLabel = "N", description = "In flight.")
    private int inFlight;

    /** What a soak has seen. */
    private static final class Seen {
        private final List<Long> diskBytes = new ArrayList<>();
        private long committed;
        private double seconds;
        private long longestNs;
    }

    @Override
    void measure(Path fresh, Findings findings) throws Exception {
        within("--in-flight", inFlight, 1, 10_000);
        within("--retained", retained, 1_000, 5_000_000);
        if (minutes <= 0 && transactions <= 0) {
            throw new IllegalArgumentException("--minutes or --transactions must be more than 0");
        }
        Path daemonPauses = fresh.resolve("daemon-pauses");
        Path controlPauses = fresh.resolve("control-pauses");
        try (ServerProcess control = ServerProcess.java(
                        "control",
                        fresh,
                        ServerProcess.ownClassPath(),
                        List.of(),
                        PauseMeter.class.getName(),
                        List.of(controlPauses.toString()));
                Daemon daemon = daemon(
                        fresh,
                        List.of("-javaagent:" + agent() + "=" + daemonPauses),
                        List.of("--retained-outcomes", String.valueOf(retained)));
                WireLoad load = WireLoad.connect(daemon.address(), "soak", PARTICIPANTS, true, 0)) {
            var unused = control.awaitLine(line -> line.equals("watching"));
            long warm = warmUp(load).count();
            long fromNs = System.nanoTime();
            Seen seen = soak(daemon, load);
            long toNs = System.nanoTime();
            load.requireUnbroken();
            findings.mustBe("committed at the coordinator", warm + seen.committed, daemon.counter("committed"));
            for (int committed : load.committed()) {
                findings.mustBe("different transactions committed at a participant", warm + seen.committed, committed);
            }
            say("the daemon's collector is " + daemon.collector());
            findings.add("transactions", seen.committed, "");
            findings.add("throughput", seen.committed / seen.seconds, "transactions/s");
            findings.add("longest transaction", seen.longestNs / NS_PER_MS, "ms");
            tellPauses(findings, within(daemonPauses, fromNs, toNs), within(controlPauses, fromNs, toNs));
            long above = Math.max(0, daemon.status().getRetainedOutcomes() - retained);
            findings.mustBe("outcomes kept above the bound", 0, above);
            if (above == 0) {
                tellDisk(findings, seen.diskBytes);
            }
        }
    }

    private Seen soak(Daemon daemon, WireLoad load) throws Exception {
        Seen seen = new Seen();
        long most = transactions > 0 ? transactions : Long.MAX_VALUE;
        double secondsMax = minutes > 0 ? minutes * SECONDS_PER_MINUTE : UNTIL_DONE;
        for (int sample = 1; seen.committed < most && seen.seconds < secondsMax; sample++) {
            Done done = load.run(
                    Depth.FINISHED,
                    inFlight,
                    most - seen.committed,
                    Math.min(SAMPLE_SECONDS, secondsMax - seen.seconds),
                    (count, of) -> {});
            seen.committed += done.count();
            seen.seconds += done.seconds();
            seen.longestNs = Math.max(seen.longestNs, done.latencies().getMaxValue());
            long bytes = daemon.dataBytes();
            if (daemon.counter("pruned") > 0) {
                seen.diskBytes.add(bytes);
            }
            if (sample % SAY_EVERY_SAMPLES == 0) {
                say(String.format(
                        Locale.ROOT,
                        "%,.0f s, %,d transactions, %.1f MB on disk, longest transaction %.1f ms",
                        seen.seconds,
                        seen.committed,
                        bytes / 1e6,
                        seen.longestNs / NS_PER_MS));
            }
        }
        return seen;
    }

    private static List<Pause> within(Path file, long fromNs, long toNs) throws IOException {
        return Pause.read(file).stream()
                .filter(pause -> pause.beganNs() >= fromNs && pause.beganNs() <= toNs)
                .toList();
    }

    private static void tellPauses(Findings findings, List<Pause> daemon, List<Pause> control) {
        findings.add("pauses of 5 ms or more: the daemon", daemon.size(), "");
        findings.add("pauses of 5 ms or more: the control process", control.size(), "");
        findings.add("longest pause: the daemon", longestMs(daemon), "ms");
        findings.add("longest pause: the control process", longestMs(control), "ms");
        double own =
                daemon.stream().mapToLong(pause -> pause.ownNs(control)).max().orElse(0) / NS_PER_MS;
        findings.addWithGoal("longest pause that the control process did not have too", own, "ms", GOAL_PAUSE_MS);
    }

    private static double longestMs(List<Pause> pauses) {
        return pauses.stream().mapToLong(Pause::tookNs).max().orElse(0) / NS_PER_MS;
    }

    private static void tellDisk(Findings findings, List<Long> bytes) {
        if (bytes.size() < SAMPLES_MIN) {
            throw new IllegalArgumentException("the soak was too short to say anything about disk space: outcomes were"
                    + " pruned for only " + bytes.size() * SAMPLE_SECONDS
                    + " s of it. Name more --minutes or --transactions, or less --retained.");
        }
        int half = bytes.size() / 2;
        long first =
                bytes.subList(0, half).stream().mapToLong(size -> size).max().orElseThrow();
        long second = bytes.subList(half, bytes.size()).stream()
                .mapToLong(size -> size)
                .max()
                .orElseThrow();
        findings.add("disk space, most of the first half once outcomes were pruned", first / 1e6, "MB");
        findings.add("disk space, most of the second half", second / 1e6, "MB");
        findings.addWithGoal("disk space, second half / first half", (double) second / first, "", GOAL_GROWTH);
    }

    /** The jar of this module, which names the meter as its agent. */
    private static Path agent() throws IOException {
        Path target = root().resolve("src/bench/load/target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches("unanimous-bench-load-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("src/bench/load is not built: run mvn -DskipTests package"));
        }
    }
}

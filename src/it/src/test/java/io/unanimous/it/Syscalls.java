package io.unanimous.it;

import io.unanimous.it.SyscallPoint.Fault;
import io.unanimous.it.SyscallPoint.Scenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The rung that hits a coordinator at every call of the system on its data directory. */
@Command(
        name = "syscalls",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        header = "Kills a coordinator, or fails its disk, at every call of the system on its data directory.",
        description = {
            "",
            "The packaged daemon runs under strace, which at one call kills it, or makes the call fail with EIO or with"
                    + " ENOSPC. Transactions between two participants run meanwhile. Then it is started again without strace:"
                    + " the store opens, or refuses with a documented exit code and an error; and no outcome that a client or"
                    + " participant was told is lost or different.",
            "",
            "A dry run of each of three scenarios counts the calls: a first start on an empty directory, serving, and a start"
                    + " after a kill. A point is the nth call of one kind on one file by one thread: strace counts each thread's"
                    + " calls by themselves, so that the thread that comes to its nth call first is hit. The calls of other"
                    + " threads on the same file that are hidden by this are told as hidden.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no violation", "1:a violation, or nothing was hit", "2:wrong command line"})
final class Syscalls implements Callable<Integer> {

    @Option(
            names = "--points",
            paramLabel = "N",
            description = "Hit so many points, spread evenly over all. Default: all of them.")
    private Integer points;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "target",
            description = "Where the data is kept meanwhile; /dev/shm spares the disk. Default: src/it/target.")
    private Path parent;

    @Option(names = "--seed", paramLabel = "S", description = "Chooses the points of a sample. Default: the time.")
    private Long seed;

    private final Map<String, int[]> byKind = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private int hit;
    private int missed;
    private int opened;
    private int refused;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Syscalls()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        long chosen = seed == null ? System.currentTimeMillis() : seed;
        Path directory = TemporaryDirectory.create(parent, "syscalls");
        List<SyscallPoint> all = new ArrayList<>();
        for (Scenario scenario : Scenario.values()) {
            all.addAll(pointsOf(directory, scenario));
        }
        List<SyscallPoint> sample = points == null || points >= all.size() ? all : sample(all, points, chosen);
        System.out.println("syscalls: " + sample.size() + " of " + all.size() + " points, with --seed " + chosen);
        for (SyscallPoint point : sample) {
            hit(directory, point, sample.size());
        }
        int code = summary();
        if (code == CommandLine.ExitCode.OK) {
            TemporaryDirectory.delete(directory);
        }
        return code;
    }

    // ---- counting ---------------------------------------------------------------------------------------------------

    private static List<SyscallPoint> pointsOf(Path directory, Scenario scenario) throws IOException {
        try (SyscallRun run = new SyscallRun(directory.resolve("dry-" + scenario), scenario)) {
            run.countCalls();
            Map<SyscallTrace.Call, SyscallTrace.Count> calls = run.calls();
            List<SyscallPoint> points = new ArrayList<>();
            int hidden = 0;
            for (Map.Entry<SyscallTrace.Call, SyscallTrace.Count> call : calls.entrySet()) {
                for (int nth : call.getValue().nth()) {
                    for (Fault fault : Fault.values()) {
                        points.add(new SyscallPoint(
                                scenario, call.getKey().syscall(), call.getKey().file(), nth, fault));
                    }
                }
                hidden += call.getValue().all() - call.getValue().nth().size();
            }
            System.out.println(scenario + ": " + points.size() / Fault.values().length + " calls can be hit, " + hidden
                    + " are hidden");
            return points;
        }
    }

    /** As many of them, one out of each of as many equal parts, and each fault as often as the others. */
    private static List<SyscallPoint> sample(List<SyscallPoint> all, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int faults = Fault.values().length;
        int calls = all.size() / faults;
        int firstFault = random.nextInt(faults);
        List<SyscallPoint> sample = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int call = (int) ((i + random.nextDouble()) * calls / count);
            sample.add(all.get(call * faults + (i + firstFault) % faults));
        }
        return sample;
    }

    // ---- hitting ----------------------------------------------------------------------------------------------------

    private void hit(Path directory, SyscallPoint point, int of) throws IOException {
        int number = hit + missed + 1;
        try (SyscallRun run = new SyscallRun(directory.resolve("point-" + number), point.scenario())) {
            SyscallRun.Result result = run.hit(point);
            if (result.hit()) {
                hit++;
                byKind.computeIfAbsent(point.syscall(), kind -> new int[Fault.values().length])[
                        point.fault().ordinal()]++;
            } else {
                missed++;
            }
            if (result.opened()) {
                opened++;
            } else {
                refused++;
            }
            System.out.println("point " + number + "/" + of + " " + point + ": " + result.text());
            result.violations().stream().map(found -> point + ": " + found).forEach(violations::add);
            if (result.violations().isEmpty()) {
                run.delete();
            }
        }
    }

    private int summary() {
        byKind.forEach((syscall, counts) -> {
            StringBuilder line = new StringBuilder("  %-16s".formatted(syscall));
            for (Fault fault : Fault.values()) {
                line.append(" %s %4d".formatted(fault, counts[fault.ordinal()]));
            }
            System.out.println(line);
        });
        if (missed > 0) {
            System.out.println("  " + missed + " points were not come to in their run");
        }
        violations.forEach(System.out::println);
        System.out.println("syscalls: points=" + hit + " opened=" + opened + " refused=" + refused + " violations="
                + violations.size());
        return violations.isEmpty() && hit > 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}

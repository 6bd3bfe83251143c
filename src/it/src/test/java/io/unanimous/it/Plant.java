package io.unanimous.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Plants bugs, one at a time, and sees whether the ladder catches each. */
@Command(
        name = "plant",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Applies each patch of src/it/bugs to a copy of the sources, compiles them, and runs the rung that the patch"
                    + " names with these classes before the product's own. The rung must end with 1 and name an invariant"
                    + " that is broken; and without the patch it must pass, in the simulator on the seed that showed it.",
            "",
            "A bug that nothing catches, and a patch that no longer applies, is an error. The last line of standard output is"
                    + " `plant: bugs=N caught=N missed=N`.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every bug was caught",
            "1:one was not, or its patch does not fit",
            "2:wrong command line",
            "130:interrupted"
        })
final class Plant implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    @Option(names = "--bug", paramLabel = "NN", description = "Only the bug of this number; may be repeated.")
    private List<Integer> numbers = List.of();

    @Option(
            names = "--part",
            paramLabel = "K/N",
            description = "Only every Nth bug, beginning with the Kth; K counts from 0 and may be any number.")
    private String part = "0/1";

    @Option(names = "--list", description = "Say which bugs there are, and run nothing.")
    private boolean list;

    @Option(names = "--markdown", description = "Print the table as docs/hazards.md has it.")
    private boolean markdown;

    @Option(
            names = "--seconds",
            paramLabel = "T",
            defaultValue = "300",
            description = "A rung that takes longer has not caught the bug. Default: ${DEFAULT-VALUE}.")
    private int secondsMax;

    @Option(names = "--bugs", paramLabel = "DIR", description = "Other patches than those of src/it/bugs.")
    private Path directory;

    @Spec
    private CommandSpec spec;

    private final Path root =
            Path.of(System.getProperty("unanimous.root", ".")).toAbsolutePath().normalize();
    private final Path work = root.resolve("src/it/target/plant");
    private final String classPath = System.getProperty("java.class.path");

    /** By command: each is run once. */
    private final Map<List<String>, RungRun> unpatched = new HashMap<>();

    /** The bug that is being tried; null before the first and after the last. */
    private volatile @Nullable PlantedBug tried;

    /** What became of a bug; {@code run} says of it what the table does not. */
    private record Verdict(PlantedBug bug, boolean caught, String said, double seconds) {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Plant()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        List<PlantedBug> bugs = chosen();
        if (list) {
            bugs.forEach(bug -> say(bug + ": hazard " + bug.hazard() + ", " + bug.rung() + ": " + bug.what()));
            return 0;
        }
        Files.createDirectories(work);
        Runtime.getRuntime().addShutdownHook(new Thread(this::sayIfInterrupted, "say-interrupted"));
        List<Verdict> verdicts = new ArrayList<>();
        for (PlantedBug bug : bugs) {
            tried = bug;
            say(bug + ": " + bug.what());
            Verdict verdict = plant(bug);
            if (RungRun.isEnding()) {
                return INTERRUPTED;
            }
            say("  " + (verdict.caught() ? "caught: " : "MISSED: ") + verdict.said()
                    + String.format(Locale.ROOT, " (%.1f s)", verdict.seconds()));
            verdicts.add(verdict);
        }
        tried = null;
        table(verdicts);
        long caught = verdicts.stream().filter(Verdict::caught).count();
        say("plant: bugs=" + verdicts.size() + " caught=" + caught + " missed=" + (verdicts.size() - caught));
        return caught == verdicts.size() && caught > 0 ? 0 : 1;
    }

    private void sayIfInterrupted() {
        PlantedBug bug = tried;
        if (bug != null) {
            say("plant: interrupted while it tried " + bug);
        }
    }

    private List<PlantedBug> chosen() throws IOException {
        List<PlantedBug> all = PlantedBug.in(directory == null ? root.resolve("src/it/bugs") : directory);
        String[] share = part.split("/", -1);
        if (!part.matches("\\d{1,18}/[1-9]\\d{0,8}")) {
            throw new ParameterException(spec.commandLine(), "--part is K/N, such as 1/4");
        }
        int of = Integer.parseInt(share[1]);
        int which = (int) (Long.parseLong(share[0]) % of);
        List<PlantedBug> bugs = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % of == which
                    && (numbers.isEmpty() || numbers.contains(all.get(i).number()))) {
                bugs.add(all.get(i));
            }
        }
        if (bugs.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no such bug; see --list");
        }
        return bugs;
    }

    private Verdict plant(PlantedBug bug) throws IOException {
        long began = System.nanoTime();
        Path classes;
        try {
            classes = PatchedClasses.of(bug, root, work.resolve(bug.toString()), classPath);
        } catch (PatchedClasses.DoesNotFit e) {
            return new Verdict(bug, false, e.getMessage(), seconds(began));
        }
        RungRun run = RungRun.of(
                bug.command(), classes + File.pathSeparator + classPath, work.resolve(bug + ".log"), secondsMax);
        if (!run.caught()) {
            return new Verdict(bug, false, "no invariant was named" + ended(run), run.seconds());
        }
        RungRun sound = withoutBug(bug.commandOf(run));
        return sound.isSound()
                ? new Verdict(bug, true, String.valueOf(run.invariant()), run.seconds())
                : new Verdict(bug, false, "without the bug it does not pass either" + ended(sound), run.seconds());
    }

    /** How the code as it is did on a command; several bugs may share it. */
    private RungRun withoutBug(List<String> command) throws IOException {
        RungRun known = unpatched.get(command);
        if (known != null) {
            return known;
        }
        RungRun run =
                RungRun.of(command, classPath, work.resolve("unpatched-" + unpatched.size() + ".log"), secondsMax);
        unpatched.put(command, run);
        return run;
    }

    private String ended(RungRun run) {
        String how = run.exitCode() == RungRun.TOO_LONG ? "ran for too long" : "ended with " + run.exitCode();
        return "; " + String.join(" ", "the rung", how) + (run.invariant() == null ? "" : " and " + run.invariant())
                + ", see " + root.relativize(run.log());
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private void table(List<Verdict> verdicts) {
        String row = markdown ? "| %s | %s | %s | %s | %s |" : "%-46s %6s  %-10s %-9s %8s";
        say("");
        say(String.format(row, "bug", "hazard", "rung", "caught by", "seconds"));
        if (markdown) {
            say("|---|---|---|---|---|");
        }
        for (Verdict verdict : verdicts) {
            PlantedBug bug = verdict.bug();
            say(String.format(
                    row,
                    markdown ? "`" + bug + "`: " + bug.what() : bug,
                    bug.hazard(),
                    bug.rung(),
                    verdict.caught() ? verdict.said() : "MISSED",
                    String.format(Locale.ROOT, "%.1f", verdict.seconds())));
        }
        say("");
    }

    private static void say(String line) {
        System.out.println(line);
    }
}

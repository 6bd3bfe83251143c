package io.unanimous.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Fuzzes what strangers and operators can send. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Looks for inputs that break a promise, guided by the code that they reach.",
            "",
            "Targets: record-codec (records of the log), wire (frames and calls against the coordinator), tx-coordinator and"
                    + " tx-admin (command lines). It starts from the inputs kept in each module's src/test/fuzz, which every"
                    + " build tries again, and from what earlier runs here grew in src/it/target/fuzz.",
            "",
            "The last line of standard output is `fuzz: targets=N executions=N findings=N`.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing was found", "1:something was found, or a target did not run", "2:wrong command line"
        })
final class Fuzz implements Callable<Integer> {
    private static final int SECONDS_PER_MINUTE = 60;

    @Option(
            names = "--minutes",
            paramLabel = "T",
            defaultValue = "1",
            description = "For all targets together, the start of each aside. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            converter = ByLabel.class,
            description = "Only this one; may be repeated.")
    private List<FuzzTarget> targets = List.of(FuzzTarget.values());

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "For the fuzzer's choices. Default: ${DEFAULT-VALUE}.")
    private int seed;

    @Option(names = "--replay", paramLabel = "FILE", description = "Try this one input instead; needs one --target.")
    private Path input;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Fuzz()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        if (input != null && targets.size() != 1) {
            throw new ParameterException(spec.commandLine(), "--replay needs one --target");
        }
        long seconds = Math.round(minutes * SECONDS_PER_MINUTE / targets.size());
        if (seconds < 1 || seed < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--seed must be at least 1, and --minutes at least a second for each target");
        }
        Path root = Path.of(System.getProperty("unanimous.root", "."))
                .toAbsolutePath()
                .normalize();
        long executions = 0;
        int findings = 0;
        boolean failed = false;
        for (FuzzTarget target : targets) {
            FuzzRun run = new FuzzRun(target, root);
            FuzzRun.Result result = input == null ? run.fuzz(seconds, seed, Fuzz::say) : run.replay(input, Fuzz::say);
            executions += result.executions();
            boolean sound = result.exitCode() == 0 && result.executions() > 0;
            findings += sound
                    ? 0
                    : Math.max(input == null ? 0 : 1, result.findings().size());
            failed |= !sound;
            say(target + ": executions=" + result.executions() + " findings="
                    + result.findings().size());
            if (!sound) {
                explain(target, root, result);
            }
        }
        say("fuzz: targets=" + targets.size() + " executions=" + executions + " findings=" + findings);
        return failed ? 1 : 0;
    }

    private void explain(FuzzTarget target, Path root, FuzzRun.Result result) {
        say(target + ": the fuzzer ended with " + result.exitCode() + "; all that it said is in "
                + root.relativize(result.log()));
        for (Path finding : result.findings()) {
            Path file = root.relativize(finding);
            say(target + ": found " + file);
            say("  replay: src/it/fuzz --target " + target + " --replay " + file);
            say("  keep:   cp " + file + " " + root.relativize(target.keptInputs(root)) + "/");
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    /** Reads a target by its name. */
    static final class ByLabel implements ITypeConverter<FuzzTarget> {
        @Override
        public FuzzTarget convert(String text) {
            return Arrays.stream(FuzzTarget.values())
                    .filter(target -> target.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "no target is called '" + text + "'; there are " + List.of(FuzzTarget.values())));
        }
    }
}

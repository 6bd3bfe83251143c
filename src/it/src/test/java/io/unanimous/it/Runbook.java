package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of docs/operations.md, carried out as they are typed there. Each block has a name behind the language of
 * its fence. In a block of language console, lines after {@code $ } are typed, and the lines that follow must come, in
 * that order, perhaps with others between them. What differs from run to run, which is every word with a digit in it, may
 * differ. A line {@code [exit code N]} tells how the command ends; without one that is 0. Blocks of language sql are
 * statements for a database.
 */
final class Runbook {

    static final Path DOCUMENT = Path.of("../../docs/operations.md");

    private static final Path TRANSCRIPTS = Path.of("target", "runbook");
    private static final Pattern FENCE = Pattern.compile("^```(\\w*)(?: (\\S+))?$");
    private static final Pattern EXIT_CODE = Pattern.compile("^\\[exit code (\\d+)]$");
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    /** A fenced part of the document; its name is empty if it has none. */
    record Block(String language, String name, List<String> lines) {}

    /** A command and what it says. */
    record Step(String command, List<String> shown, int exitCode) {}

    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<String, String> shownAs = new LinkedHashMap<>();

    Runbook() {
        String path = Programs.launcher("tx-admin").getParent() + ":" + System.getenv("PATH");
        variables.put("PATH", path);
    }

    /** The blocks of the document. */
    static List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Block open = null;
        for (String line : read()) {
            Matcher fence = FENCE.matcher(line);
            if (!fence.matches()) {
                if (open != null) {
                    open.lines().add(line);
                }
            } else if (open == null) {
                open = new Block(fence.group(1), fence.group(2) == null ? "" : fence.group(2), new ArrayList<>());
            } else {
                blocks.add(open);
                open = null;
            }
        }
        return blocks;
    }

    private static List<String> read() {
        try {
            return Files.readAllLines(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Block block(String name) {
        return blocks().stream()
                .filter(block -> block.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(DOCUMENT + " has no block " + name));
    }

    static List<Step> steps(Block block) {
        List<Step> steps = new ArrayList<>();
        StringBuilder command = new StringBuilder();
        List<String> shown = new ArrayList<>();
        int exitCode = 0;
        boolean typing = false;
        for (String line : block.lines()) {
            Matcher exit = EXIT_CODE.matcher(line);
            if (line.startsWith("$ ")) {
                if (!command.isEmpty()) {
                    steps.add(new Step(command.toString(), List.copyOf(shown), exitCode));
                }
                command = new StringBuilder(line.substring(2));
                shown = new ArrayList<>();
                exitCode = 0;
                typing = line.endsWith("\\");
            } else if (typing) {
                command.append('\n').append(line);
                typing = line.endsWith("\\");
            } else if (exit.matches()) {
                exitCode = Integer.parseInt(exit.group(1));
            } else if (!line.isBlank()) {
                shown.add(line);
            }
        }
        assertThat(command.toString()).as("block " + block.name()).isNotEmpty();
        steps.add(new Step(command.toString(), List.copyOf(shown), exitCode));
        return steps;
    }

    /** Sets a variable of the shell that the commands are typed into. */
    Runbook with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** Sets a variable to a path that the document shows as another one. */
    Runbook with(String variable, Path value, String shown) {
        shownAs.put(value.toString(), shown);
        return with(variable, value.toString());
    }

    /** Carries out the commands of a block, each of which must say what the document shows, and end so. */
    void run(String name) {
        Block block = block(name);
        assertThat(block.language()).as(name).isEqualTo("console");
        for (Step step : steps(block)) {
            try (ChildProcess process = typed(step.command())) {
                int code = process.awaitExit(ENDS_WITHIN);
                String said = String.join("\n", process.lines());
                keep(name, step, said);
                requireShown(name, step, process.lines());
                assertThat(code)
                        .as(name + ": the exit code of " + step.command() + ", which said\n" + said)
                        .isEqualTo(step.exitCode());
            }
        }
    }

    /** Types the only command of a block, which starts a program that stays, and returns when it has said its line. */
    ChildProcess start(String name) {
        Step step = steps(block(name)).get(0);
        ChildProcess process = typed(step.command());
        try {
            for (String line : step.shown()) {
                process.awaitLine(said -> alike(line, said), line, ENDS_WITHIN);
            }
            keep(name, step, String.join("\n", process.lines()));
            return process;
        } catch (RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    /** Keeps what a step really said, for whoever brings the document up to date. */
    private static void keep(String name, Step step, String said) {
        try {
            Files.createDirectories(TRANSCRIPTS);
            Files.writeString(
                    TRANSCRIPTS.resolve(name + ".txt"),
                    "$ " + step.command() + "\n" + said + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The statements of a block of SQL, with variables written as {@code :NAME} filled in. */
    String sql(String name) {
        Block block = block(name);
        assertThat(block.language()).as(name).isEqualTo("sql");
        String sql = String.join("\n", block.lines());
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            sql = sql.replace(":'" + variable.getKey() + "'", "'" + variable.getValue() + "'");
        }
        return sql;
    }

    /** A shell's, with both kinds of output on one, as a terminal shows them. */
    private ChildProcess typed(String command) {
        StringBuilder script = new StringBuilder();
        variables.forEach((name, value) ->
                script.append("export ").append(name).append("='").append(value).append("'\n"));
        script.append("exec 2>&1\n").append(command.startsWith("tx-coordinator --data-dir") ? "exec " : "");
        return ChildProcess.start("runbook", List.of("bash", "-c", script + command));
    }

    private void requireShown(String name, Step step, List<String> said) {
        int next = 0;
        for (String line : step.shown()) {
            while (next < said.size() && !alike(line, said.get(next))) {
                next++;
            }
            if (next++ >= said.size()) {
                throw new AssertionError(DOCUMENT + ", block " + name + ": after\n  $ " + step.command()
                        + "\nthis line did not come, or not there:\n  " + line + "\nThis came:\n"
                        + String.join("\n", said));
            }
        }
    }

    private boolean alike(String shown, String said) {
        String seen = said;
        for (Map.Entry<String, String> path : shownAs.entrySet()) {
            seen = seen.replace(path.getKey(), path.getValue());
        }
        return steady(shown).equals(steady(seen));
    }

    /** A line without what differs from run to run, and without the widths of its columns. */
    static String steady(String line) {
        // "told once" counts as "told 1 times" does, and of 400 branches one has no digit in its suffix.
        return line.replace("told once ", "told 1 times ")
                .replaceAll("[a-z0-9._-]+/[a-z0-9]{16}\\b", "0")
                .replaceAll("\\S*\\d\\S*", "#")
                .replaceAll("\\s+", " ")
                .strip();
    }
}

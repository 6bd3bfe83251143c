package io.unanimous.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs command lines and keeps what they print. Its clock stands still. */
final class TestShell implements Shell.Prompt {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    final Map<String, String> environment = new HashMap<>();

    /** What the person at the terminal will answer; nobody is there while this is empty from the start. */
    final Deque<String> answers = new ArrayDeque<>();

    final StringBuilder questions = new StringBuilder();

    /** What happens while the command waits. */
    Shell.Pause pause = ms -> {
        throw new AssertionError("nothing was expected to wait");
    };

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Dialler dialler;
    private boolean attended;

    TestShell(Dialler dialler) {
        this.dialler = dialler;
    }

    TestShell attendedBy(String... answersToGive) {
        attended = true;
        answers.addAll(List.of(answersToGive));
        return this;
    }

    /** Runs one command line, split at blanks, and returns its exit code. */
    int run(String commandLine) {
        return run(commandLine.isEmpty() ? new String[0] : commandLine.split(" "));
    }

    int run(String... args) {
        return run(new PrintStream(out, false, StandardCharsets.UTF_8), args);
    }

    int run(PrintStream stdout, String... args) {
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        return TxAdmin.run(
                new Shell(stdout, stderr, InstantSource.fixed(NOW), environment, this, dialler, ms -> pause.forMs(ms)),
                args);
    }

    /** Everything on standard output so far. */
    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Everything on standard error so far. */
    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean attended() {
        return attended;
    }

    @Override
    public @Nullable String ask(String question) {
        questions.append(question);
        return answers.poll();
    }
}

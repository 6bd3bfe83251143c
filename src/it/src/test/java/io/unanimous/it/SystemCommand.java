package io.unanimous.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A short command of the system, run to its end. */
final class SystemCommand {

    private static final long RUN_MAX_S = 60;

    private SystemCommand() {}

    /** With what a command ended, and what it said on both outputs, stripped. */
    record Result(int exitCode, String output) {}

    /** The command failed; the message says which one, and what it said. */
    static final class FailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FailedException(List<String> command, Result result) {
            super("`" + String.join(" ", command) + "` failed with " + result.exitCode() + ": " + result.output());
        }
    }

    /** Runs a command that has to succeed; throws FailedException if it does not. */
    static void run(String... command) {
        Result result = tryToRun(command);
        if (result.exitCode() != 0) {
            throw new FailedException(List.of(command), result);
        }
    }

    /** Runs a command, however it ends; 127 stands for one that is not there. */
    static Result tryToRun(String... command) {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        }
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(RUN_MAX_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException(List.of(command) + " runs for longer than " + RUN_MAX_S + " s");
            }
            return new Result(process.exitValue(), output.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + List.of(command), e);
        } finally {
            process.destroyForcibly();
        }
    }
}

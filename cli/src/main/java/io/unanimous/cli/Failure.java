package io.unanimous.cli;

import java.util.List;

/** Ends the command with one line on standard error and an exit code. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient List<String> details;

    /**
     * @param message what went wrong, with which id, and what to do about it; may hold text from the coordinator, which
     *     is escaped when it is shown
     */
    Failure(int exitCode, String message) {
        this(exitCode, message, List.of());
    }

    /** @param details more lines, such as the candidates to choose from */
    Failure(int exitCode, String message, List<String> details) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.details = List.copyOf(details);
    }

    /** One of {@link ExitCode}. */
    int exitCode() {
        return exitCode;
    }

    String line() {
        return String.valueOf(getMessage());
    }

    List<String> details() {
        return details;
    }
}

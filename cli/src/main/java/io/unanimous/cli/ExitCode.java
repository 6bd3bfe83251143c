package io.unanimous.cli;

/** What the command's exit code says. The numbers are part of its contract, told by each command's help. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;

    /** Something went wrong that no other code names; also when a person answered no. */
    static final int FAILURE = 1;

    /** The command line cannot be understood, an id is ambiguous, or an override lacks a reason or a yes. */
    static final int USAGE = 2;

    /** No coordinator answers, it is overloaded, or it did not answer in time. */
    static final int UNAVAILABLE = 3;

    /** No such transaction or branch. */
    static final int NOT_FOUND = 4;

    /** Refused by the state that things are in. */
    static final int REFUSED = 5;

    /** Ended by Ctrl-C; the JVM's own code for it. */
    static final int INTERRUPTED = 130;

    /** Whoever read standard output went away, as a program that a broken pipe ends. */
    static final int BROKEN_PIPE = 141;

    private ExitCode() {}
}

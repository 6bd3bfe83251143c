package io.unanimous.cli;

import java.io.PrintStream;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A subcommand that talks to a coordinator. */
abstract class CoordinatorCommand extends DocumentedCommand {
    private final Shell shell;
    private final GlobalOptions options;

    CoordinatorCommand(Shell shell, GlobalOptions options) {
        this.shell = shell;
        this.options = options;
    }

    @Override
    public final Integer call() {
        checkOptions();
        Endpoint endpoint = options.endpoint(shell.environment());
        try (AdminConnection coordinator = new AdminConnection(shell.dialler(), endpoint, options.timeout())) {
            return run(coordinator);
        }
    }

    /** Refuses what can be refused without asking the coordinator. */
    void checkOptions() {}

    /**
     * Does the work and returns one of {@link ExitCode}.
     *
     * @throws Failure if it cannot
     */
    abstract int run(AdminConnection coordinator);

    final Shell shell() {
        return shell;
    }

    final GlobalOptions options() {
        return options;
    }

    /** Prints the data once, in the form that was asked for. */
    final void print(Supplier<? extends Value> document, Consumer<PrintStream> table) {
        if (options.output() == OutputFormat.table) {
            table.accept(shell.out());
        } else {
            options.output().print(shell.out(), document.get());
        }
    }
}

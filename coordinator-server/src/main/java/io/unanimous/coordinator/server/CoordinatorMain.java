package io.unanimous.coordinator.server;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The daemon's entry point. */
@Command(name = "tx-coordinator", mixinStandardHelpOptions = true, description = "Coordinates two-phase commits.")
public final class CoordinatorMain implements Callable<Integer> {

    public static void main(String[] args) {
        System.exit(new CommandLine(new CoordinatorMain()).execute(args));
    }

    @Override
    public Integer call() {
        return 0;
    }
}

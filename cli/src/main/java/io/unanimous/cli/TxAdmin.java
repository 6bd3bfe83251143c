package io.unanimous.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The operator command's entry point. */
@Command(name = "tx-admin", mixinStandardHelpOptions = true, description = "Shows and mends distributed transactions.")
public final class TxAdmin implements Callable<Integer> {

    public static void main(String[] args) {
        System.exit(new CommandLine(new TxAdmin()).execute(args));
    }

    @Override
    public Integer call() {
        return 0;
    }
}

package io.unanimous.cli;

import io.grpc.Status;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.WatchTransactionsResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * A fuzz target: command lines of tx-admin, carried out against a coordinator that answers all it is asked. Each ends with
 * a documented exit code, says why if it is not 0, and never shows a stack trace or calls itself broken.
 *
 * <p>The input is UTF-8, one argument a line. The first line is the person at the terminal: what they answer, or nothing
 * for nobody there.
 */
public final class TxAdminFuzz {
    private static final Set<Integer> DOCUMENTED = Set.of(
            ExitCode.OK, ExitCode.FAILURE, ExitCode.USAGE, ExitCode.UNAVAILABLE, ExitCode.NOT_FOUND, ExitCode.REFUSED);

    private static final String FAULT = "tx-admin: this is a fault of the program";

    private TxAdminFuzz() {}

    /** What jazzer calls first: loading the classes must not count as the first input's time. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(new byte[0]);
    }

    /** What jazzer calls for each input. */
    public static void fuzzerTestOneInput(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", -1);
        try (FakeCoordinator coordinator = coordinator()) {
            TestShell shell = new TestShell(coordinator);
            if (!lines[0].isEmpty()) {
                shell.attendedBy(lines[0]);
            }
            check(shell, Arrays.copyOfRange(lines, 1, lines.length));
        }
    }

    private static FakeCoordinator coordinator() {
        FakeCoordinator coordinator = new FakeCoordinator();
        coordinator.transactions.add(Samples.stuck());
        coordinator.transactions.add(Samples.mixed());
        coordinator.transactions.add(Samples.fresh());
        coordinator.description = Samples.stuckWhole();
        coordinator.participants = ListParticipantsResponse.getDefaultInstance();
        coordinator.status = GetStatusResponse.newBuilder()
                .setPosition(LogPosition.newBuilder().setEpoch(7).setLogNumber(1_000))
                .build();
        coordinator.watches.add(changes -> {
            changes.onNext(WatchTransactionsResponse.newBuilder()
                    .setTransaction(Samples.fresh())
                    .build());
            // Nobody waits for a coordinator that will not have this call.
            changes.onError(Status.UNIMPLEMENTED.asRuntimeException());
        });
        return coordinator;
    }

    private static void check(TestShell shell, String[] arguments) {
        int code = shell.run(arguments);
        if (!DOCUMENTED.contains(code)) {
            throw new AssertionError("exit code " + code + ": " + shell.err());
        }
        if (shell.err().lines().anyMatch(line -> line.startsWith("\tat ") || line.startsWith(FAULT))) {
            throw new AssertionError("exit code " + code + " and a fault: " + shell.err());
        }
        if (code != ExitCode.OK && shell.err().isBlank()) {
            throw new AssertionError("exit code " + code + " without a word");
        }
    }
}

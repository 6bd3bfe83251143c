package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExitCodeTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @AfterEach
    void close() {
        coordinator.close();
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, 3",
        "DEADLINE_EXCEEDED, 3",
        "RESOURCE_EXHAUSTED, 3",
        "NOT_FOUND, 4",
        "FAILED_PRECONDITION, 5",
        "ABORTED, 5",
        "ALREADY_EXISTS, 5",
        "INVALID_ARGUMENT, 2",
        "OUT_OF_RANGE, 2",
        "UNIMPLEMENTED, 1",
        "PERMISSION_DENIED, 1",
        "UNAUTHENTICATED, 1",
        "INTERNAL, 1",
        "UNKNOWN, 1",
        "DATA_LOSS, 1",
        "CANCELLED, 1"
    })
    void everyStatusHasItsExitCode(Status.Code code, int exitCode) {
        coordinator.refuse(code, "", "as scripted");
        assertThat(shell.run("status")).isEqualTo(exitCode);
        assertThat(shell.out()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"OK"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyRefusalIsOneHarmlessLine(Status.Code code) {
        coordinator.refuse(code, "SOME_REASON", "line one\nline two\u001b[2J");
        shell.run("status");
        assertThat(shell.err().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("tx-admin: ")
                        .doesNotContain("\u001b")
                        .doesNotContain("Exception"));
    }

    @ParameterizedTest
    @CsvSource({
        "LIVE_TRANSACTION, tx-admin show",
        "STATE_MISMATCH, tx-admin explain",
        "UNACKNOWLEDGED_COMMIT, tx-admin explain",
        "NOT_IN_HOLD, tx-admin hold show",
        "EVIDENCE_MISMATCH, tx-admin hold show"
    })
    void refusalsByStateSayWhatToDo(String reason, String advice) {
        coordinator.refuse(Status.Code.FAILED_PRECONDITION, reason, "no");
        shell.run("retry " + Samples.STUCK);
        assertThat(shell.err()).contains("(" + reason + ")").contains(advice);
    }

    @Test
    void notFoundSaysWhatToDo() {
        coordinator.refuse(Status.Code.NOT_FOUND, "NOT_FOUND", "no record of " + Samples.STUCK);
        assertThat(shell.run("show " + Samples.STUCK)).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(shell.err())
                .isEqualTo("tx-admin: not found: no record of " + Samples.STUCK
                        + " (NOT_FOUND). See what there is with tx-admin list.\n");
    }

    @Test
    void coordinatorThatIsNotReadyIsUnavailableInItsOwnWords() {
        coordinator.refuse(Status.Code.UNAVAILABLE, "NOT_READY", "reading its log");
        assertThat(shell.run("list")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(shell.err())
                .isEqualTo("tx-admin: the coordinator at localhost:7400 cannot answer now: reading its log (NOT_READY)."
                        + " Try again.\n");
    }

    @Test
    void endpointComesFromTheOptionThenTheEnvironment() {
        shell.environment.put("UNANIMOUS_ENDPOINT", "db7:7411");
        coordinator.refuse(Status.Code.UNAVAILABLE, "", "");
        shell.run("list");
        assertThat(shell.err()).contains("at db7:7411 ");
        coordinator.refuse(Status.Code.UNAVAILABLE, "", "");
        shell.run("list --endpoint db8");
        assertThat(shell.err()).contains("at db8:7400 ");
        coordinator.refuse(Status.Code.UNAVAILABLE, "", "");
        shell.run("--endpoint db9:1 list");
        assertThat(shell.err()).contains("at db9:1 ");
    }

    @Test
    void wrongEnvironmentIsAUsageErrorThatNamesIt() {
        shell.environment.put("UNANIMOUS_ENDPOINT", "http://db7:7411");
        assertThat(shell.run("list")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).startsWith("tx-admin: UNANIMOUS_ENDPOINT: 'http://db7:7411' is no endpoint");
    }

    @Test
    void faultOfTheProgramHidesItsStackTraceUnlessAsked() {
        TestShell broken = new TestShell(endpoint -> {
            throw new IllegalStateException("boom");
        });
        assertThat(broken.run("list")).isEqualTo(ExitCode.FAILURE);
        assertThat(broken.err()).contains("boom").contains("UNANIMOUS_TRACE=1").doesNotContain("\tat ");
        broken.environment.put("UNANIMOUS_TRACE", "1");
        broken.run("list");
        assertThat(broken.err()).contains("\tat ");
    }
}

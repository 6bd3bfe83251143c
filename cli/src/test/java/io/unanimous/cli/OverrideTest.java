package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.grpc.Status;
import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.AcknowledgeHeuristicResponse;
import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.Hold;
import io.unanimous.v1.Override;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.Resolution;
import io.unanimous.v1.ResolveBranch;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.ResolveResponse;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What overrides the protocol: shown first, and never done by accident. */
class OverrideTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @BeforeEach
    void script() {
        coordinator.transactions.addAll(List.of(Samples.fresh(), Samples.mixed(), Samples.stuck()));
        coordinator.description = Samples.stuckWhole();
        coordinator.resolved = ResolveResponse.newBuilder()
                .setBefore(Samples.stuck())
                .setAfter(Samples.stuck().toBuilder()
                        .setState(TransactionState.TRANSACTION_STATE_COMMITTED)
                        .setInDoubtBranches(0)
                        .clearBlockedBy())
                .setEffect("branch ledger-db/k3f9q2xa is recorded as committed, and the transaction ends")
                .build();
        coordinator.forgotten = AcknowledgeHeuristicResponse.newBuilder()
                .setBefore(Samples.mixed())
                .setEffect("the heuristic outcome mixed is acknowledged")
                .build();
    }

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void aReasonThatLooksLikeAFileIsAReason(@TempDir Path directory) throws IOException {
        String file = "@" + Files.writeString(directory.resolve("kim"), "words of somebody else");

        shell.run("resolve", "1f-0", "--rollback", "--reason", file, "--operator", "kim", "--yes");

        assertThat(coordinator.asked(ResolveRequest.class))
                .isNotEmpty()
                .allSatisfy(
                        request -> assertThat(request.getOverride().getReason()).isEqualTo(file));
    }

    @Test
    void rollbackIsShownThenDoneInTheStateThatWasShown() {
        assertThat(shell.run("resolve", "1f-0", "--rollback", "--reason", "ticket 4711", "--operator", "kim", "--yes"))
                .isEqualTo(ExitCode.OK);
        Override shown = Override.newBuilder()
                .setReason("ticket 4711")
                .setOperator("kim")
                .setDryRun(true)
                .build();
        assertThat(coordinator.asked(ResolveRequest.class))
                .containsExactly(
                        ResolveRequest.newBuilder()
                                .setTransactionId(Samples.STUCK)
                                .setRollback(true)
                                .setOverride(shown)
                                .build(),
                        ResolveRequest.newBuilder()
                                .setTransactionId(Samples.STUCK)
                                .setRollback(true)
                                .setOverride(shown.toBuilder()
                                        .setDryRun(false)
                                        .setExpectState(TransactionState.TRANSACTION_STATE_COMMITTING))
                                .build());
        Golden.check("resolve.out.txt", shell.out());
        Golden.check("resolve.err.txt", shell.err());
    }

    @Test
    void resolveIsADocumentForPrograms() {
        shell.run("resolve 1f-0 --branch ledger-db/k3f9q2xa --as committed --reason x --yes -o json");
        Golden.check("resolve.json", shell.out());
    }

    @Test
    void branchAndOutcomeGoToTheCoordinator() {
        shell.run(
                "resolve 1f-0 --branch ledger-db/k3f9q2xa --as rolled-back --expect-state committing --reason x --yes");
        assertThat(coordinator.asked(ResolveRequest.class)).hasSize(2).allSatisfy(request -> {
            assertThat(request.getBranch())
                    .isEqualTo(ResolveBranch.newBuilder()
                            .setBranch("ledger-db/k3f9q2xa")
                            .setResolution(Resolution.RESOLUTION_ROLLED_BACK)
                            .build());
            assertThat(request.getOverride().getExpectState()).isEqualTo(TransactionState.TRANSACTION_STATE_COMMITTING);
        });
    }

    @Test
    void resourceNamesItsOnlyBranch() {
        shell.run("resolve 1f-0 --branch ledger-db --as gone --reason x --yes");
        assertThat(coordinator.asked(ResolveRequest.class))
                .extracting(request -> request.getBranch().getBranch())
                .containsOnly("ledger-db/k3f9q2xa");
    }

    @Test
    void resourceWithoutOrWithSeveralBranchesNamesNone() {
        assertThat(shell.run("resolve 1f-0 --branch stock-db --as gone --reason x --yes"))
                .isEqualTo(ExitCode.NOT_FOUND);
        coordinator.description = coordinator.description.toBuilder()
                .addBranches(BranchDetail.newBuilder().setResource("ledger-db").setBranch("ledger-db/other"))
                .build();
        assertThat(shell.run("resolve 1f-0 --branch ledger-db --as gone --reason x --yes"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("ledger-db/k3f9q2xa, ledger-db/other");
        assertThat(coordinator.asked(ResolveRequest.class)).isEmpty();
    }

    @Test
    void withoutAReasonItIsShownAndNotDone() {
        assertThat(shell.run("resolve 1f-0 --rollback --yes")).isEqualTo(ExitCode.USAGE);
        assertOnlyDryRun();
        assertThat(shell.err())
                .contains("What will happen: branch ledger-db/k3f9q2xa is recorded")
                .contains("nothing was changed: say why with --reason");
        assertThat(shell.out()).isEmpty();
        TestShell blank = new TestShell(coordinator);
        assertThat(blank.run("resolve", "1f-0", "--rollback", "--yes", "--reason", "  "))
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void withoutYesAndWithoutATerminalItIsShownAndNotDone() {
        assertThat(shell.run("resolve 1f-0 --rollback --reason x")).isEqualTo(ExitCode.USAGE);
        assertOnlyDryRun();
        assertThat(shell.err()).contains("nothing was changed").contains("--yes");
    }

    @Test
    void atATerminalItAsksAndTakesNoForNo() {
        for (String answer : List.of("n", "", "yep", "no")) {
            TestShell asked = new TestShell(coordinator).attendedBy(answer);
            assertThat(asked.run("resolve 1f-0 --rollback --reason x")).isEqualTo(ExitCode.FAILURE);
            assertThat(asked.questions).hasToString("Do it? [y/N] ");
            assertThat(asked.err()).contains("nothing was changed");
        }
        TestShell endOfInput = new TestShell(coordinator).attendedBy();
        assertThat(endOfInput.run("resolve 1f-0 --rollback --reason x")).isEqualTo(ExitCode.FAILURE);
        assertThat(coordinator.asked(ResolveRequest.class))
                .allMatch(request -> request.getOverride().getDryRun());
    }

    @Test
    void atATerminalItAsksAndTakesYesForYes() {
        for (String answer : List.of("y", "Y", " yes ")) {
            TestShell asked = new TestShell(coordinator).attendedBy(answer);
            assertThat(asked.run("resolve 1f-0 --rollback --reason x")).isEqualTo(ExitCode.OK);
        }
        assertThat(coordinator.asked(ResolveRequest.class))
                .filteredOn(request -> !request.getOverride().getDryRun())
                .hasSize(3);
    }

    @Test
    void dryRunNeedsNoReasonAndAsksNobody() {
        assertThat(shell.run("resolve 1f-0 --rollback --dry-run")).isEqualTo(ExitCode.OK);
        assertOnlyDryRun();
        assertThat(shell.err()).contains("What would happen: ").doesNotContain("Done");
    }

    @Test
    void refusalsNameTheReasonAndWhatToDo() {
        coordinator.refuse(Status.Code.FAILED_PRECONDITION, "LIVE_TRANSACTION", "the transaction is alive for 4 s");
        assertThat(shell.run("resolve " + Samples.STUCK + " --rollback --reason x --yes"))
                .isEqualTo(ExitCode.REFUSED);
        assertThat(shell.err())
                .isEqualTo(
                        "tx-admin: refused: the transaction is alive for 4 s (LIVE_TRANSACTION). Let it end by itself:"
                                + " tx-admin show tells its deadline.\n");
        assertOnlyDryRun();
    }

    @Test
    void optionsThatDoNotFitTogetherAreUsageErrors() {
        for (String wrong : List.of(
                "resolve 1f-0",
                "resolve --rollback",
                "resolve 1f-0 --rollback --branch a/b --as gone",
                "resolve 1f-0 --branch a/b",
                "resolve 1f-0 --as gone",
                "resolve 1f-0 --branch a/b --as lost",
                "resolve 1f-0 --rollback --expect-state done",
                "resolve 1f-0 --rollback --yes --reason " + "x".repeat(513),
                "resolve 1f-0 --rollback --yes --reason x --operator " + "x".repeat(65),
                "forget",
                "hold",
                "hold lift")) {
            TestShell each = new TestShell(coordinator);
            assertThat(each.run(wrong)).as(wrong).isEqualTo(ExitCode.USAGE);
            assertThat(each.out()).as(wrong).isEmpty();
        }
        assertThat(coordinator.asked).isEmpty();
    }

    @Test
    void longestReasonAndOperatorAreTaken() {
        assertThat(shell.run(
                        "resolve 1f-0 --rollback --yes --reason " + "x".repeat(512) + " --operator " + "é".repeat(32)))
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void operatorIsTheLoginName() {
        shell.run("forget 2f-0 --reason x --yes");
        assertThat(coordinator.asked(AcknowledgeHeuristicRequest.class))
                .hasSize(2)
                .allSatisfy(request ->
                        assertThat(request.getOverride().getOperator()).isEqualTo(System.getProperty("user.name")));
    }

    @Test
    void forgetIsShownThenDone() {
        assertThat(shell.run("forget 2f-0 --reason mended --yes")).isEqualTo(ExitCode.OK);
        List<AcknowledgeHeuristicRequest> asked = coordinator.asked(AcknowledgeHeuristicRequest.class);
        assertThat(asked)
                .extracting(request -> request.getOverride().getDryRun())
                .containsExactly(true, false);
        assertThat(asked.get(1).getOverride().getExpectState()).isEqualTo(TransactionState.TRANSACTION_STATE_COMMITTED);
        Golden.check("forget.out.txt", shell.out());
        Golden.check("forget.err.txt", shell.err());
        TestShell json = new TestShell(coordinator);
        json.run("forget 2f-0 --reason mended --yes -o json");
        Golden.check("forget.json", json.out());
    }

    @Test
    void holdIsShownWithItsEvidence() {
        hold();
        assertThat(shell.run("hold show")).isEqualTo(ExitCode.OK);
        Golden.check("hold.out.txt", shell.out());
        assertThat(shell.err()).contains("tx-admin hold release --evidence 7f3a91 --reason 'WHY'");
        TestShell json = new TestShell(coordinator);
        json.run("hold show -o json");
        Golden.check("hold.json", json.out());
    }

    @Test
    void noHoldIsNoError() {
        assertThat(shell.run("hold show -o json")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).isEqualTo("{\n  \"hold\": null\n}\n");
        assertThat(shell.err()).isEqualTo("No hold.\n");
    }

    @Test
    void holdIsReleasedOnlyByNameOfItsEvidence() {
        hold();
        assertThat(shell.run("hold release --reason x --yes")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("ledger-db").contains("--evidence 7f3a91");
        assertThat(coordinator.asked(ReleaseHoldRequest.class)).isEmpty();

        TestShell named = new TestShell(coordinator);
        assertThat(named.run("hold release --evidence 7f3a91 --reason x --yes")).isEqualTo(ExitCode.OK);
        assertThat(coordinator.asked(ReleaseHoldRequest.class))
                .extracting(
                        ReleaseHoldRequest::getEvidenceId,
                        request -> request.getOverride().getDryRun())
                .containsExactly(tuple("7f3a91", true), tuple("7f3a91", false));
        Golden.check("hold-release.err.txt", named.err());
    }

    @Test
    void withoutAHoldThereIsNothingToRelease() {
        assertThat(shell.run("hold release --evidence x --reason x --yes")).isEqualTo(ExitCode.REFUSED);
        assertThat(shell.err()).isEqualTo("tx-admin: there is no hold to release.\n");
    }

    @Test
    void holdIsNotReleasedWithoutYes() {
        hold();
        assertThat(shell.run("hold release --evidence 7f3a91 --reason x")).isEqualTo(ExitCode.USAGE);
        assertThat(coordinator.asked(ReleaseHoldRequest.class))
                .allMatch(request -> request.getOverride().getDryRun());
    }

    private void assertOnlyDryRun() {
        assertThat(coordinator.asked(ResolveRequest.class))
                .hasSize(1)
                .allMatch(request -> request.getOverride().getDryRun());
    }

    private void hold() {
        coordinator.status = GetStatusResponse.newBuilder()
                .setHold(Hold.newBuilder()
                        .setEvidenceId("7f3a91")
                        .addEvidence("a participant for ledger-db has seen record 5123; this store ends at 4711")
                        .addEvidence("the directory is not the one that the store was made in")
                        .setSinceUnixMs(Samples.ago(65_000)))
                .build();
    }
}

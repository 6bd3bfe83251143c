package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.v1.BranchDetail;
import io.unanimous.v1.BranchState;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.TimelineEntry;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.Vote;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ShowAndExplainTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @BeforeEach
    void script() {
        coordinator.transactions.addAll(List.of(Samples.fresh(), Samples.mixed(), Samples.stuck()));
        coordinator.description = Samples.stuckWhole();
    }

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void showsATransactionWhole() {
        assertThat(shell.run("show " + Samples.STUCK)).isEqualTo(ExitCode.OK);
        Golden.check("show.txt", shell.out());
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void showsATransactionAsDocuments() {
        shell.run("show 1f-0 -o json");
        Golden.check("show.json", shell.out());
        TestShell yaml = new TestShell(coordinator);
        yaml.run("show 1f-0 -o yaml");
        Golden.check("show.yaml", yaml.out());
        assertThat(new Yaml().<Object>load(yaml.out())).isEqualTo(new Yaml().load(shell.out()));
    }

    @Test
    void aFullIdIsNotLookedUpFirst() {
        shell.run("show " + Samples.STUCK.toUpperCase(java.util.Locale.ROOT));
        assertThat(coordinator.asked)
                .containsExactly(DescribeTransactionRequest.newBuilder()
                        .setTransactionId(Samples.STUCK)
                        .build());
    }

    @Test
    void presumedAndBareTransactionsSaySo() {
        coordinator.description = DescribeTransactionResponse.newBuilder()
                .setSummary(Samples.stuck().toBuilder()
                        .clear()
                        .setTransactionId(Samples.STUCK)
                        .setState(TransactionState.TRANSACTION_STATE_ROLLED_BACK))
                .setPresumed(true)
                .build();
        shell.run("show 1f-0");
        Golden.check("show-presumed.txt", shell.out());
        TestShell explain = new TestShell(coordinator);
        explain.run("explain 1f-0");
        Golden.check("explain-presumed.txt", explain.out());
    }

    @Test
    void explainsACommitThatCannotBeDelivered() {
        assertThat(shell.run("explain 1f-0")).isEqualTo(ExitCode.OK);
        Golden.check("explain-committing.txt", shell.out());
    }

    @Test
    void explanationsAreDocumentsToo() {
        shell.run("explain 1f-0 -o json");
        Golden.check("explain.json", shell.out());
        TestShell yaml = new TestShell(coordinator);
        yaml.run("explain 1f-0 -o yaml");
        assertThat(new Yaml().<Object>load(yaml.out())).isEqualTo(new Yaml().load(shell.out()));
    }

    @Test
    void commandsToPasteReachTheSameCoordinator() {
        shell.run("--endpoint db7:7411 explain 1f-0");
        assertThat(shell.out()).contains("tx-admin participants --endpoint db7:7411\n");
    }

    @Test
    void commandsToPasteAreCommandsThatParse() {
        for (TransactionState state : TransactionState.values()) {
            if (state == TransactionState.UNRECOGNIZED) {
                continue;
            }
            for (HeuristicMark mark : List.of(HeuristicMark.HEURISTIC_MARK_NONE, HeuristicMark.HEURISTIC_MARK_MIXED)) {
                DescribeTransactionResponse whole = Samples.stuckWhole().toBuilder()
                        .setSummary(Samples.stuck().toBuilder().setState(state).setHeuristic(mark))
                        .build();
                Explanation explanation = Explanation.of(whole, " --endpoint h:1", TestShell.NOW);
                assertThat(explanation.actions()).as("%s %s", state, mark).isNotEmpty();
                for (Explanation.Action action : explanation.actions()) {
                    if (!action.command().isEmpty()) {
                        assertThat(action.command()).startsWith("tx-admin ");
                        String[] words = action.command()
                                .replace("'", "")
                                .replace("OUTCOME", "gone")
                                .split(" ");
                        TxAdmin.commandLine(Shell.ofProcess())
                                .parseArgs(
                                        List.of(words).subList(1, words.length).toArray(new String[0]));
                    }
                }
            }
        }
    }

    @Test
    void explainsATransactionThatIsAlive() {
        coordinator.description = whole(
                        TransactionState.TRANSACTION_STATE_ACTIVE,
                        branch(BranchState.BRANCH_STATE_ENLISTED)
                                .setResourceConnected(true)
                                .setEnlisterConnected(true))
                .toBuilder()
                .setDeadlineInMs(48_000)
                .build();
        shell.run("explain 1f-0");
        Golden.check("explain-active.txt", shell.out());
    }

    @Test
    void explainsAnUndecidedOnePastItsDeadline() {
        coordinator.description = whole(
                TransactionState.TRANSACTION_STATE_PREPARING,
                branch(BranchState.BRANCH_STATE_PREPARING).setAttempts(1).setResourceConnected(true));
        shell.run("explain 1f-0");
        Golden.check("explain-overdue.txt", shell.out());
    }

    @Test
    void explainsARefusal() {
        coordinator.description = whole(
                        TransactionState.TRANSACTION_STATE_ROLLING_BACK,
                        branch(BranchState.BRANCH_STATE_REFUSED)
                                .setVote(Vote.VOTE_REFUSED)
                                .setRefusalReason("23514: balance below zero"))
                .toBuilder()
                .setReason("ledger-db/k3f9q2xa refused: 23514: balance below zero")
                .setDecidedUnixMs(Samples.ago(1_000))
                .build();
        shell.run("explain 1f-0");
        Golden.check("explain-refused.txt", shell.out());
    }

    @Test
    void nobodyWaitsForABranchOfAFinishedTransaction() {
        coordinator.description =
                whole(TransactionState.TRANSACTION_STATE_ROLLED_BACK, branch(BranchState.BRANCH_STATE_ROLLING_BACK));
        shell.run("explain 1f-0");
        assertThat(shell.out()).contains("Nothing to do.").doesNotContain("Waits for");
    }

    @Test
    void explainsAnUnknownOutcome() {
        coordinator.description = whole(
                TransactionState.TRANSACTION_STATE_UNKNOWN,
                branch(BranchState.BRANCH_STATE_ONE_PHASE).setAttempts(1).setInDoubt(true));
        shell.run("explain 1f-0");
        Golden.check("explain-unknown.txt", shell.out());
    }

    @Test
    void explainsAOnePhaseCommitThatIsNotAnswered() {
        BranchDetail.Builder branch =
                branch(BranchState.BRANCH_STATE_ONE_PHASE).setAttempts(1).setEnlisterConnected(true);
        coordinator.description = whole(TransactionState.TRANSACTION_STATE_ONE_PHASE, branch);
        shell.run("explain 1f-0");
        assertThat(shell.out()).contains("Wait for the branch's answer").doesNotContain("tx-admin resolve");
        coordinator.description =
                whole(TransactionState.TRANSACTION_STATE_ONE_PHASE, branch.setEnlisterConnected(false));
        shell.run("explain 1f-0");
        assertThat(shell.out()).contains("its process is gone").contains("tx-admin resolve " + Samples.STUCK);
    }

    @Test
    void explainsAHeuristicOutcome() {
        coordinator.description = DescribeTransactionResponse.newBuilder()
                .setSummary(Samples.mixed())
                .addBranches(branch(BranchState.BRANCH_STATE_HEURISTIC).setFinding("rolled back by the resource"))
                .build();
        shell.run("explain 2f-0");
        Golden.check("explain-heuristic.txt", shell.out());
    }

    @Test
    void hostileDetailsCannotTouchTheTerminal() {
        String hostile = "\u001b[31m\r\nTransaction forged";
        coordinator.description = Samples.stuckWhole().toBuilder()
                .setAdvice(hostile)
                .setReason(hostile)
                .addTimeline(TimelineEntry.newBuilder().setUnixMs(1).setWhat(hostile))
                .addBranches(branch(BranchState.BRANCH_STATE_COMMITTING)
                        .setBranch("a;rm -rf $(x)`y`'/" + hostile)
                        .setResource(hostile)
                        .setFinding(hostile)
                        .setLastError(hostile)
                        .setRefusalReason(hostile)
                        .setIncarnation(hostile))
                .build();
        shell.run("show 1f-0");
        shell.run("explain 1f-0");
        assertThat(shell.out()).doesNotContain("\u001b", "\r").contains("\\u001b[31m\\u000d\\nTransaction forged");
        assertThat(shell.out().lines()).noneMatch(line -> line.startsWith("Transaction forged"));
        // In a command to paste it is one word for a shell.
        assertThat(shell.out())
                .contains("--branch 'a;rm -rf $(x)`y`'\\''/\\u001b[31m\\u000d\\nTransaction forged' --as");
    }

    @Test
    void explanationNamesEveryBlockingBranchInTheDocument() {
        shell.run("explain 1f-0 -o json");
        Map<String, Map<String, List<Map<String, String>>>> document = new Yaml().load(shell.out());
        assertThat(document.get("explanation").get("waitsFor"))
                .singleElement()
                .satisfies(branch -> assertThat(branch).containsEntry("branch", "ledger-db/k3f9q2xa"));
    }

    private static DescribeTransactionResponse whole(TransactionState state, BranchDetail.Builder branch) {
        return DescribeTransactionResponse.newBuilder()
                .setSummary(Samples.fresh().toBuilder().setState(state).setTransactionId(Samples.STUCK))
                .addBranches(branch)
                .build();
    }

    private static BranchDetail.Builder branch(BranchState state) {
        return BranchDetail.newBuilder()
                .setBranch("ledger-db/k3f9q2xa")
                .setResource("ledger-db")
                .setState(state)
                .setIncarnation("i-4f6a1b2c");
    }
}

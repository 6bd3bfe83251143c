package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.unanimous.v1.BranchAnswer;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.Hold;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.Vote;
import io.unanimous.v1.Welcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A store that is a copy, or was put back from an older copy, may have lost decisions. Then the coordinator presumes
 * nothing and takes no new work, until an operator has seen the evidence and says otherwise; at every restart too.
 */
final class HoldIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<DaemonProcess> daemons = new ArrayList<>();

    @AfterEach
    void endAll() {
        daemons.forEach(DaemonProcess::close);
    }

    private DaemonProcess start(Path dataDir) {
        DaemonProcess daemon = DaemonProcess.start(dataDir);
        daemons.add(daemon);
        return daemon;
    }

    /** Puts back what a store kept, but within the very directory and label that it was written in: no file tells. */
    private static void putBack(Path copy, Path dataDir) throws IOException {
        FileTree.delete(dataDir.resolve("records"));
        FileTree.copy(copy.resolve("records"), dataDir.resolve("records"));
        Files.write(dataDir.resolve("unanimous.mark"), Files.readAllBytes(copy.resolve("unanimous.mark")));
    }

    /** Commits a transaction with one branch, up to the Commit that the participant gets and does not acknowledge. */
    private static io.unanimous.v1.Commit decide(CoordinatorClient client, WireParticipant participant, String id) {
        BranchId branch = participant.branch(id);
        assertThat(participant.enlisted(branch).hasRefusal()).isFalse();
        CompletableFuture<CommitResponse> commit = CompletableFuture.supplyAsync(() -> client.commit(id));
        participant.send(WireParticipant.vote(participant.expectPrepare(branch), Vote.VOTE_PREPARED));
        io.unanimous.v1.Commit told = participant.expectCommit(branch);
        assertThat(commit).as("answered only when it is acknowledged").isNotDone();
        return told;
    }

    private static void assertHolds(DaemonProcess daemon, String evidence) {
        Hold hold = daemon.client().status().getHold();
        assertThat(daemon.client().status().hasHold()).as("HOLD").isTrue();
        assertThat(hold.getEvidenceList()).anyMatch(finding -> finding.contains(evidence));
        CoordinatorClient.Refused refused = CoordinatorClient.refusalOf(daemon.client()::begin);
        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.reason()).isEqualTo("IN_HOLD");
    }

    @Test
    void aCopyOfTheDirectoryHoldsUntilItIsReleased() throws IOException {
        DaemonProcess original = start(DaemonProcess.freshDirectory("original"));
        CoordinatorClient first = original.client();
        String committed = first.begin();
        first.commit(committed);
        String undecided = first.begin();
        assertThat(original.stop()).isZero();
        Path copied = DaemonProcess.freshDirectory("copied");
        FileTree.copy(original.dataDir(), copied);

        DaemonProcess copy = start(copied);
        copy.process().awaitLine(line -> line.contains("hold=yes"), "that it holds", SOON);
        assertHolds(copy, "directory");
        assertThat(copy.client().outcome(committed).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        assertThat(CoordinatorClient.refusalOf(() -> copy.client().outcome(undecided))
                        .code())
                .as("nothing is presumed")
                .isEqualTo(Code.NOT_FOUND);

        copy.kill9();
        copy.startAgain();
        assertHolds(copy, "directory");

        TxAdmin admin = new TxAdmin(copy.address());
        String evidence = copy.client().status().getHold().getEvidenceId();
        assertThat(admin.run("hold", "show").ok().out()).contains(evidence);
        assertThat(admin.run("status").ok().out().toLowerCase(java.util.Locale.ROOT))
                .contains("hold");
        admin.run("hold", "release", "--evidence", "another", "--reason", "guessing", "--yes")
                .refused(5);
        admin.run("hold", "release", "--evidence", evidence, "--yes").refused(2);
        admin.run("hold", "release", "--evidence", evidence, "--reason", "moved on purpose")
                .refused(2);
        assertHolds(copy, "directory");
        admin.run("hold", "release", "--evidence", evidence, "--reason", "moved on purpose", "--yes")
                .ok();

        assertThat(copy.client().status().hasHold()).isFalse();
        assertThat(copy.client().outcome(undecided).getOutcome()).isEqualTo(Outcome.OUTCOME_ROLLED_BACK);
        copy.client().commit(copy.client().begin());
        copy.kill9();
        copy.startAgain();
        assertThat(copy.client().status().hasHold()).as("released for good").isFalse();
        admin.run("hold", "release", "--evidence", evidence, "--reason", "again", "--yes")
                .refused(5);
    }

    /** No file tells here: the participant alone knows that there was more. */
    @Test
    void anOlderCopyIsFoundOutByWhatParticipantsHaveSeen() throws Exception {
        DaemonProcess daemon = start(DaemonProcess.freshDirectory("restored"));
        try (WireParticipant participant = WireParticipant.connected(daemon.client(), "witness", "incarnation-1")) {
            participant.send(WireParticipant.done(
                    decide(daemon.client(), participant, daemon.client().begin())));
        }
        assertThat(daemon.stop()).isZero();
        Path backup = DaemonProcess.freshDirectory("backup");
        FileTree.copy(daemon.dataDir(), backup);

        // After the backup: a decision that a participant has seen and not carried out, and the crash that loses it.
        daemon.startAgain();
        String lost = daemon.client().begin();
        LogPosition seen;
        BranchId branch;
        try (WireParticipant participant = WireParticipant.silent(daemon.client(), "witness", "incarnation-2")) {
            participant.send(participant.hello());
            Welcome welcome = participant.expectWelcome();
            branch = participant.branch(lost);
            io.unanimous.v1.Commit commit = decide(daemon.client(), participant, lost);
            assertThat(commit.getLogNumber())
                    .isGreaterThan(welcome.getPosition().getLogNumber());
            seen = welcome.getPosition().toBuilder()
                    .setLogNumber(commit.getLogNumber())
                    .build();
        }
        daemon.kill9();
        putBack(backup, daemon.dataDir());
        daemon.startAgain();
        assertThat(daemon.client().status().hasHold()).as("no file tells").isFalse();

        try (WireParticipant participant = WireParticipant.silent(daemon.client(), "witness", "incarnation-3")) {
            participant.send(participant.hello(seen));
            assertThat(participant.expectWelcome().getHold()).isTrue();
            assertHolds(daemon, "incarnation-3");
            participant.send(participant.scan(List.of(branch), seen));
            assertThat(participant.expectOutcome(branch).getAnswer())
                    .as("a branch that was decided to commit is not rolled back")
                    .isEqualTo(BranchAnswer.BRANCH_ANSWER_LEAVE);
        }
        assertThat(CoordinatorClient.refusalOf(() -> daemon.client().outcome(lost))
                        .code())
                .isEqualTo(Code.NOT_FOUND);
    }

    /** The same with real services: what they keep in their evidence files is enough, over their restarts too. */
    @Test
    void servicesBringTheEvidenceFromTheirFiles() throws Exception {
        DaemonProcess daemon = start(DaemonProcess.freshDirectory("evident"));
        Path evidence = daemon.dataDir().resolveSibling("evidence-of-a");
        LedgerProcess service = new LedgerProcess(Ledger.a(), daemon.address(), evidence);
        try (service) {
            service.awaitReady();
            commitOneMove(daemon, service, 30_001);
            assertThat(daemon.stop()).isZero();
            Path backup = DaemonProcess.freshDirectory("backup");
            FileTree.copy(daemon.dataDir(), backup);
            daemon.startAgain();
            commitOneMove(daemon, service, 30_002);
            service.kill9();
            daemon.kill9();
            putBack(backup, daemon.dataDir());

            daemon.startAgain();
            service.start();
            await().atMost(SOON).until(() -> daemon.client().status().hasHold());
            assertHolds(daemon, "ledger-a");
        }
        Bank.requireConsistent();
    }

    private static void commitOneMove(DaemonProcess daemon, LedgerProcess service, long transfer) {
        await().atMost(SOON)
                .until(() -> daemon.client()
                                .admin()
                                .listParticipants(io.unanimous.v1.ListParticipantsRequest.getDefaultInstance())
                                .getParticipantsCount()
                        == 1);
        String id = daemon.client().begin();
        service.book(id, transfer, 5, 0);
        assertThat(daemon.client().commit(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
    }
}

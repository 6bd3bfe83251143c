package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.unanimous.sdk.CrashPoint;
import io.unanimous.v1.AnswerAt;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.ListParticipantsRequest;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What operators and their machines do to a coordinator and to its databases, with the packaged programs, real
 * PostgreSQL and services in their own processes. What a page of docs/operations.md says is done as it stands there; in
 * the end both ledgers agree, by themselves or because the page was followed.
 */
final class DisastersIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long AMOUNT = 7;
    private static final String PAYER = "ledger-a";
    private static final String PAID = "ledger-b";
    private static final String SHOWN_DATA = "/var/lib/unanimous";

    private static final AtomicLong transfers = new AtomicLong(60_000);

    private static RestorableLedger payer;
    private static RestorableLedger paid;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    @BeforeAll
    static void startDatabases() {
        payer = new RestorableLedger(PAYER);
        paid = new RestorableLedger(PAID);
    }

    @AfterAll
    static void stopDatabases() {
        if (paid != null) {
            paid.close();
        }
        if (payer != null) {
            payer.close();
        }
    }

    /** A disaster starts with the books in order, whatever became of the one before. */
    @BeforeEach
    void openTheBooks() {
        for (Ledger ledger : List.of(payer.ledger(), paid.ledger())) {
            ledger.prepared().forEach(gid -> ledger.execute("ROLLBACK PREPARED '" + gid + "'"));
            ledger.execute("DELETE FROM journal; UPDATE account SET balance = 1000");
        }
    }

    @AfterEach
    void endAll() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }

    private <T extends AutoCloseable> T ending(T process) {
        started.push(process);
        return process;
    }

    // ---- a night's cast -----------------------------------------------------------------------------------------

    private DaemonProcess daemon(String name, String... options) {
        return ending(DaemonProcess.start(DaemonProcess.freshDirectory(name), options));
    }

    private LedgerProcess service(RestorableLedger database, String coordinator, Path evidence) {
        LedgerProcess service = ending(new LedgerProcess(database.ledger(), coordinator, evidence));
        service.awaitReady();
        return service;
    }

    private LedgerProcess service(RestorableLedger database, DaemonProcess daemon) {
        return service(database, daemon.address(), evidence(daemon.dataDir(), database));
    }

    private static Path evidence(Path dataDir, RestorableLedger database) {
        return dataDir.resolveSibling("evidence-" + database.ledger().resource());
    }

    /** An operator's shell, in which the variables of docs/operations.md are set. */
    private static Runbook runbook(String endpoint, Path dataDir) {
        return new Runbook().with("UNANIMOUS_ENDPOINT", endpoint).with("DATA", dataDir, SHOWN_DATA);
    }

    private static void awaitConnected(CoordinatorClient client, int participants) {
        await().atMost(SOON)
                .until(() -> client.admin()
                                .listParticipants(ListParticipantsRequest.getDefaultInstance())
                                .getParticipantsCount()
                        == participants);
    }

    /** Moves money between the ledgers, and returns the transaction that did it. */
    private static String transfer(CoordinatorClient client, LedgerProcess from, LedgerProcess to, long transfer) {
        awaitConnected(client, 2);
        String id = book(client, from, to, transfer);
        assertThat(client.commit(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        return id;
    }

    private static String book(CoordinatorClient client, LedgerProcess from, LedgerProcess to, long transfer) {
        String id = client.begin();
        from.book(id, transfer, 1, -AMOUNT);
        to.book(id, transfer, 1, AMOUNT);
        return id;
    }

    /** Decides to commit; who pays has, and the process of who is paid died before it did: its branch is prepared. */
    private static String halfDone(CoordinatorClient client, LedgerProcess from, LedgerProcess to, long transfer) {
        awaitConnected(client, 2);
        to.arm(CrashPoint.BEFORE_COMMIT);
        String id = book(client, from, to, transfer);
        assertThat(client.transactions()
                        .commit(CommitRequest.newBuilder()
                                .setTransactionId(id)
                                .setAnswerAt(AnswerAt.ANSWER_AT_DECISION)
                                .build())
                        .getOutcome())
                .isEqualTo(Outcome.OUTCOME_COMMITTED);
        to.process().awaitLine(("CRASHPOINT " + CrashPoint.BEFORE_COMMIT)::equals, "that it is about to commit", SOON);
        to.kill9();
        await().atMost(SOON).until(() -> Bank.booked(payer.ledger(), transfer));
        assertThat(paid.ledger().prepared()).hasSize(1);
        assertThat(Bank.booked(paid.ledger(), transfer)).isFalse();
        return id;
    }

    private static void awaitState(CoordinatorClient client, String id, TransactionState state) {
        await().atMost(SOON).until(() -> client.describe(id).getSummary().getState() == state);
    }

    private static void requireLedgersAgree() {
        await().atMost(SOON).untilAsserted(() -> Bank.requireConsistent(payer.ledger(), paid.ledger()));
    }

    /** What an operator does to a ledger that misses a transfer, or has one too many, having compared the two. */
    private static void correct(Ledger ledger, long transfer, long amount) {
        if (Bank.booked(ledger, transfer)) {
            ledger.execute("BEGIN; UPDATE account SET balance = balance - " + amount + " WHERE id = 1;"
                    + " DELETE FROM journal WHERE transfer = " + transfer + "; COMMIT");
        } else {
            ledger.execute("BEGIN; UPDATE account SET balance = balance + " + amount + " WHERE id = 1;"
                    + " INSERT INTO journal VALUES (" + transfer + ", " + amount + "); COMMIT");
        }
    }

    /** Runs the query of the page, and gives back the only branch that it shows: its gid and its transaction. */
    private static String gidOf(Runbook runbook, String transaction) {
        List<List<String>> rows = paid.ledger().query(runbook.sql("prepared.list"), result -> {
            List<List<String>> found = new ArrayList<>();
            while (result.next()) {
                found.add(List.of(result.getString("gid"), result.getString("tx"), result.getString("branch")));
            }
            return found;
        });
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).get(1)).isEqualTo(transaction);
        assertThat(rows.get(0).get(2)).startsWith(PAID + "/");
        String gid = rows.get(0).get(0);
        assertThat(new String(Base64.getDecoder().decode(gid.split("_")[1]), StandardCharsets.US_ASCII))
                .isEqualTo(transaction);
        return gid;
    }

    // ---- the coordinator's store --------------------------------------------------------------------------------

    @Test
    void anOldCopyIsRestoredAndTheBranchThatItDoesNotKnowIsCommittedByHand() throws IOException {
        DaemonProcess daemon = daemon("old-copy");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        transfer(daemon.client(), from, to, transfers.incrementAndGet());
        assertThat(daemon.stop()).isZero();
        Path copy = DaemonProcess.freshDirectory("backup");
        FileTree.copy(daemon.dataDir(), copy);
        daemon.startAgain();
        String known = transfer(daemon.client(), from, to, transfers.incrementAndGet());
        long half = transfers.incrementAndGet();
        String lost = halfDone(daemon.client(), from, to, half);
        daemon.kill9();

        Runbook runbook = runbook(daemon.address(), daemon.dataDir())
                .with("COPY", copy, "/backup/unanimous")
                .with("TX", lost);
        runbook.run("old-copy.restore");
        ChildProcess restored = ending(runbook.start("old-copy.start"));
        CoordinatorClient client = ending(new CoordinatorClient(daemon.address()));
        to.start();
        await().atMost(SOON).until(() -> client.status().getInDoubtBranches() == 1);
        awaitConnected(client, 2);
        runbook.run("old-copy.look");
        runbook.run("old-copy.ask");
        assertThat(CoordinatorClient.refusalOf(() -> client.outcome(known)).reason())
                .isEqualTo("NOT_FOUND");
        assertThat(restored.lines()).anyMatch(line -> line.contains("is left as it is"));
        assertThat(paid.ledger().prepared()).as("nothing is presumed").hasSize(1);

        runbook.with("GID", gidOf(runbook, lost));
        paid.ledger().execute(runbook.sql("prepared.commit"));
        runbook.with("EVIDENCE", client.status().getHold().getEvidenceId());
        runbook.run("old-copy.release");
        runbook.run("old-copy.check");
        assertThat(Bank.booked(paid.ledger(), half)).isTrue();
        requireLedgersAgree();
        transfer(client, from, to, transfers.incrementAndGet());
        requireLedgersAgree();
    }

    @Test
    void onAnEmptyDirectoryNothingIsTouchedAndOnTheRightOneAllIsFinished() throws IOException {
        DaemonProcess daemon = daemon("right");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        String id = halfDone(daemon.client(), from, to, transfers.incrementAndGet());
        assertThat(daemon.stop()).isZero();

        Path empty = DaemonProcess.freshDirectory("empty");
        Runbook runbook = runbook(daemon.address(), daemon.dataDir())
                .with("WRONG", empty, "/var/lib/unanimous-new")
                .with("TX", id);
        ChildProcess wrong = ending(runbook.start("directory.wrong"));
        try (CoordinatorClient client = new CoordinatorClient(daemon.address())) {
            to.start();
            await().atMost(SOON).until(() -> client.status().getInDoubtBranches() == 1);
            awaitConnected(client, 2);
            runbook.run("directory.look");
            assertThat(wrong.lines()).anyMatch(line -> line.contains("another coordinator began it"));
            assertThat(paid.ledger().prepared()).as("left as it is").hasSize(1);
        }
        wrong.terminate();
        assertThat(wrong.awaitExit(SOON)).isZero();

        ChildProcess right = ending(runbook.start("directory.right"));
        CoordinatorClient client = ending(new CoordinatorClient(daemon.address()));
        awaitState(client, id, TransactionState.TRANSACTION_STATE_COMMITTED);
        runbook.run("directory.check");
        requireLedgersAgree();

        right.terminate();
        assertThat(right.awaitExit(SOON)).isZero();
        Path letters = DaemonProcess.freshDirectory("letters");
        Files.createDirectory(letters);
        Files.writeString(letters.resolve("letters.txt"), "somebody's");
        runbook.with("WRONG", letters, "/var/lib/letters").run("directory.foreign");
        Path torn = DaemonProcess.freshDirectory("torn");
        FileTree.copy(empty, torn);
        FileTree.delete(torn.resolve("records"));
        runbook.with("WRONG", torn, "/var/lib/torn").run("directory.records");
    }

    @Test
    void aSecondDaemonIsRefusedAndACopyAtWorkBesideTheOriginalHolds() throws IOException {
        DaemonProcess daemon = daemon("original");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        transfer(daemon.client(), from, to, transfers.incrementAndGet());
        String other = Programs.freeAddress();
        Runbook runbook = runbook(daemon.address(), daemon.dataDir())
                .with("OTHER", other)
                .with("OTHERDATA", DaemonProcess.freshDirectory("other"), "/var/lib/other");
        runbook.run("two.directory");
        runbook.run("two.address");

        assertThat(daemon.stop()).isZero();
        Path copy = DaemonProcess.freshDirectory("copy");
        FileTree.copy(daemon.dataDir(), copy);
        daemon.startAgain();
        String ofOriginal = transfer(daemon.client(), from, to, transfers.incrementAndGet());
        runbook.with("COPY", copy, "/var/lib/unanimous-copy");
        ending(runbook.start("two.copy"));
        CoordinatorClient client = ending(new CoordinatorClient(other));
        assertThat(CoordinatorClient.refusalOf(client::begin).reason()).isEqualTo("IN_HOLD");

        // The mistake: it is released while the original is at work. What a service has seen of that stops it again.
        runbook.with("EVIDENCE", client.status().getHold().getEvidenceId()).run("two.mistake");
        String ofCopy = client.begin();
        assertThat(ofCopy).isNotEqualTo(ofOriginal);
        to.kill9();
        LedgerProcess strayed = service(paid, other, evidence(daemon.dataDir(), paid));
        await().atMost(SOON).until(() -> client.status().hasHold());
        runbook.run("two.again");
        strayed.kill9();

        to.start();
        transfer(daemon.client(), from, to, transfers.incrementAndGet());
        assertThat(daemon.client().status().hasHold()).as("the original").isFalse();
        requireLedgersAgree();
    }

    @Test
    void anOlderProgramRefusesWhatANewerOneWroteAndTheNewerOneGoesOn() throws IOException {
        DaemonProcess daemon = daemon("newer");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        String id = transfer(daemon.client(), from, to, transfers.incrementAndGet());
        assertThat(daemon.stop()).isZero();
        Path written = DaemonProcess.freshDirectory("written");
        FileTree.copy(daemon.dataDir(), written);
        Runbook runbook = runbook(daemon.address(), written);

        Path label = written.resolve("unanimous.store");
        String text = Files.readString(label);
        Files.writeString(label, text.replace("unanimous-store 1\n", "unanimous-store 2\n"));
        runbook.run("downgrade.format");
        Files.writeString(label, text);
        DamagedStore.appendOfANewerVersion(written);
        runbook.run("downgrade.record");
        runbook.run("downgrade.dump");

        daemon.startAgain();
        assertThat(daemon.client().outcome(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        requireLedgersAgree();
    }

    // ---- participants -------------------------------------------------------------------------------------------

    @Test
    void aServiceThatIsGoneForEverIsEndedByHandAndRecorded() {
        DaemonProcess daemon = daemon("gone");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        long transfer = transfers.incrementAndGet();
        String id = halfDone(daemon.client(), from, to, transfer);
        awaitConnected(daemon.client(), 1);
        Runbook runbook = runbook(daemon.address(), daemon.dataDir()).with("TX", id);
        runbook.run("daily");
        runbook.run("gone.look");
        runbook.with("GID", gidOf(runbook, id));
        paid.ledger().execute(runbook.sql("prepared.commit"));
        runbook.run("gone.resolve");
        runbook.run("gone.check");
        assertThat(daemon.client().outcome(id).getHeuristic()).isEqualTo(HeuristicMark.HEURISTIC_MARK_NONE);
        assertThat(Bank.booked(paid.ledger(), transfer)).isTrue();
        requireLedgersAgree();
    }

    @Test
    void aDatabaseThatIsLostForEverIsRecordedAsGoneUntilSomebodyHasMendedTheRest() {
        DaemonProcess daemon = daemon("lost");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        long transfer = transfers.incrementAndGet();
        String id = halfDone(daemon.client(), from, to, transfer);
        awaitConnected(daemon.client(), 1);
        // What is lost with the database: its prepared branch.
        paid.ledger().execute("ROLLBACK PREPARED '" + paid.ledger().prepared().get(0) + "'");
        Runbook runbook = runbook(daemon.address(), daemon.dataDir()).with("TX", id);
        runbook.run("lost.resolve");
        runbook.run("lost.look");
        assertThat(daemon.client().outcome(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        correct(paid.ledger(), transfer, AMOUNT);
        runbook.run("lost.forget");
        requireLedgersAgree();
    }

    // ---- databases put back behind the coordinator's back -------------------------------------------------------

    @Test
    void aPreparedBranchThatReappearsIsCommittedAgainWhileItsOutcomeIsKept() {
        DaemonProcess daemon = daemon("reappears");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        long transfer = transfers.incrementAndGet();
        String id = halfDone(daemon.client(), from, to, transfer);
        Path copy = paid.coldCopy();
        to.start();
        awaitState(daemon.client(), id, TransactionState.TRANSACTION_STATE_COMMITTED);
        await().atMost(SOON).until(() -> Bank.booked(paid.ledger(), transfer));
        to.kill9();

        paid.putBack(copy);
        assertThat(paid.ledger().prepared()).hasSize(1);
        Runbook runbook = runbook(daemon.address(), daemon.dataDir()).with("TX", id);
        gidOf(runbook, id);
        runbook.run("database.known");
        to.start();
        await().atMost(SOON).until(() -> Bank.booked(paid.ledger(), transfer));
        requireLedgersAgree();
    }

    /** Forgets everything that is finished, as time does. */
    private static void forgetFinished(CoordinatorClient client, String id) {
        await().atMost(SOON).until(() -> {
            client.commit(client.begin());
            return !client.status().getHorizon().isEmpty()
                    && client.status().getHorizon().compareTo(id) >= 0;
        });
    }

    private String reappearedAfterItWasForgotten(
            DaemonProcess daemon, LedgerProcess to, LedgerProcess from, long transfer) {
        String id = halfDone(daemon.client(), from, to, transfer);
        Path copy = paid.coldCopy();
        to.start();
        awaitState(daemon.client(), id, TransactionState.TRANSACTION_STATE_COMMITTED);
        to.kill9();
        forgetFinished(daemon.client(), id);
        paid.putBack(copy);
        assertThat(paid.ledger().prepared()).hasSize(1);
        return id;
    }

    /** The coordinator cannot know: it says what it does, and the ledgers disagree until somebody mends them. */
    @Test
    void aPreparedBranchThatReappearsAfterItsOutcomeWasForgottenIsRolledBackWithAWarning() {
        DaemonProcess daemon = daemon("forgotten", "--retained-outcomes", "1");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        long transfer = transfers.incrementAndGet();
        String id = reappearedAfterItWasForgotten(daemon, to, from, transfer);
        to.start();
        await().atMost(SOON).until(() -> paid.ledger().prepared().isEmpty());
        assertThat(Bank.booked(payer.ledger(), transfer)).isTrue();
        assertThat(Bank.booked(paid.ledger(), transfer))
                .as("what no database may be put back for")
                .isFalse();
        assertThat(daemon.process().errors().lines())
                .anyMatch(line -> line.contains(id) && line.contains("its outcome is no longer kept"));
        correct(paid.ledger(), transfer, AMOUNT);
        requireLedgersAgree();
    }

    @Test
    void aPreparedBranchThatReappearsAfterItsOutcomeWasForgottenIsEndedByHandBeforeItsServiceStarts() {
        DaemonProcess daemon = daemon("by-hand", "--retained-outcomes", "1");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        long transfer = transfers.incrementAndGet();
        String id = reappearedAfterItWasForgotten(daemon, to, from, transfer);
        Runbook runbook = runbook(daemon.address(), daemon.dataDir()).with("TX", id);
        runbook.with("GID", gidOf(runbook, id));
        runbook.run("database.forgotten");
        paid.ledger().execute(runbook.sql("prepared.commit"));
        to.start();
        transfer(daemon.client(), from, to, transfers.incrementAndGet());
        requireLedgersAgree();
    }

    /** As for a resource that committed and whose acknowledgement was lost: nobody can tell the two apart. */
    @Test
    void aPreparedBranchThatVanishesIsTakenForCommittedAndOnlyTheDatabasesTell() {
        DaemonProcess daemon = daemon("vanishes");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        Path copy = paid.coldCopy();
        to.kill9();
        to.start();
        long transfer = transfers.incrementAndGet();
        String id = halfDone(daemon.client(), from, to, transfer);
        paid.putBack(copy);
        assertThat(paid.ledger().prepared()).isEmpty();
        to.start();
        awaitState(daemon.client(), id, TransactionState.TRANSACTION_STATE_COMMITTED);
        assertThat(daemon.client().outcome(id).getHeuristic())
                .as("nothing tells")
                .isEqualTo(HeuristicMark.HEURISTIC_MARK_NONE);
        assertThat(Bank.booked(paid.ledger(), transfer)).isFalse();
        Runbook runbook = runbook(daemon.address(), daemon.dataDir()).with("TX", id);
        runbook.run("database.compare");
        correct(paid.ledger(), transfer, AMOUNT);
        requireLedgersAgree();
    }

    @Test
    void aCommittedBranchThatVanishesIsFoundOnlyByComparingAndIsInTheListOfCommitted() {
        DaemonProcess daemon = daemon("unbooked");
        LedgerProcess from = service(payer, daemon);
        LedgerProcess to = service(paid, daemon);
        awaitConnected(daemon.client(), 2);
        Path copy = paid.coldCopy();
        to.kill9();
        to.start();
        long transfer = transfers.incrementAndGet();
        String id = transfer(daemon.client(), from, to, transfer);
        to.kill9();
        paid.putBack(copy);
        to.start();
        awaitConnected(daemon.client(), 2);
        assertThat(Bank.booked(paid.ledger(), transfer)).isFalse();
        assertThat(daemon.client().status().getInDoubtBranches()).isZero();
        Runbook runbook = runbook(daemon.address(), daemon.dataDir()).with("TX", id);
        runbook.run("database.compare");
        assertThat(new TxAdmin(daemon.address())
                        .run("list", "--state", "committed", "--resource", PAID, "--all")
                        .ok()
                        .out())
                .contains(id);
        correct(paid.ledger(), transfer, AMOUNT);
        requireLedgersAgree();
    }

    // ---- the clock ----------------------------------------------------------------------------------------------

    @Test
    void aClockSetBackByAnHourChangesNoOutcomeAndNoDeadline() {
        CoordinatorProcess coordinator = ending(new CoordinatorProcess());
        coordinator.awaitReady();
        Path evidence = DaemonProcess.freshDirectory("clock-evidence");
        LedgerProcess from = service(payer, coordinator.address(), evidence.resolveSibling("of-a"));
        LedgerProcess to = service(paid, coordinator.address(), evidence.resolveSibling("of-b"));
        CoordinatorClient client = ending(new CoordinatorClient(coordinator.address()));
        String before = transfer(client, from, to, transfers.incrementAndGet());
        String half = halfDone(client, from, to, transfers.incrementAndGet());
        long epoch = client.status().getPosition().getEpoch();

        coordinator.setClock(Duration.ofHours(-1));
        String late = client.begin(BeginRequest.newBuilder().setTimeoutMs(500).build());
        awaitState(client, late, TransactionState.TRANSACTION_STATE_ROLLED_BACK);
        assertThat(client.outcome(before).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);

        coordinator.kill9();
        coordinator.start();
        coordinator.awaitReady();
        to.start();
        CoordinatorClient again = ending(new CoordinatorClient(coordinator.address()));
        awaitState(again, half, TransactionState.TRANSACTION_STATE_COMMITTED);
        assertThat(again.status().hasHold()).isFalse();
        assertThat(again.status().getPosition().getEpoch())
                .as("an epoch is never used twice")
                .isGreaterThan(epoch);
        assertThat(again.outcome(before).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        String after = transfer(again, from, to, transfers.incrementAndGet());
        assertThat(List.of(before, half, late)).doesNotContain(after);
        runbook(coordinator.address(), Path.of("unused")).with("TX", after).run("clock.look");
        requireLedgersAgree();
    }
}

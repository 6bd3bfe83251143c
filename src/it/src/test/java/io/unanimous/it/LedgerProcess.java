package io.unanimous.it;

import io.unanimous.sdk.CrashPoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link LedgerProcessMain}, as its test sees it; it keeps its database and evidence over restarts. */
final class LedgerProcess implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(40);
    private static final Duration WORK_MAX = Duration.ofSeconds(30);

    private final Ledger ledger;
    private final String coordinator;
    private final Path evidence;
    private final AtomicLong orders = new AtomicLong();
    private ChildProcess process;

    LedgerProcess(Ledger ledger, String coordinator, Path evidence) {
        this.ledger = ledger;
        this.coordinator = coordinator;
        this.evidence = evidence;
        start();
    }

    /** Starts it, and returns without waiting until it is ready. */
    void start(CrashPoint... armed) {
        List<String> arguments =
                new ArrayList<>(List.of(ledger.resource(), ledger.url(), coordinator, evidence.toString()));
        if (armed.length > 0) {
            arguments.add(armed[0].name());
        }
        process = ChildProcess.start(
                ledger.resource(), Programs.ownMain(LedgerProcessMain.class, arguments.toArray(String[]::new)));
    }

    Ledger ledger() {
        return ledger;
    }

    ChildProcess process() {
        return process;
    }

    void awaitReady() {
        process.awaitLine("ready"::equals, "ready", START_MAX);
    }

    void arm(CrashPoint point) {
        process.say("arm " + point);
        process.awaitLine(("armed " + point)::equals, "armed " + point, WORK_MAX);
    }

    /** Books a leg of a transfer, and returns when that is enlisted. */
    void book(String transactionId, long transfer, int account, long amount) {
        order("book", transactionId + " " + transfer + " " + account + " " + amount);
    }

    /** Gives an order whose answer nobody waits for. */
    void bookUnanswered(String transactionId, long transfer, int account, long amount) {
        process.say("book " + orders.incrementAndGet() + " " + transactionId + " " + transfer + " " + account + " "
                + amount);
    }

    /** Makes the branch one that must refuse. */
    void spoil(String transactionId) {
        order("spoil", transactionId);
    }

    /** Enlists a branch that only reads. */
    void read(String transactionId) {
        order("read", transactionId);
    }

    private void order(String verb, String rest) {
        long number = orders.incrementAndGet();
        process.say(verb + " " + number + " " + rest);
        String answer = process.awaitLine(
                line -> line.equals("done " + number) || line.startsWith("failed " + number + " "),
                "how order " + number + " went",
                WORK_MAX);
        if (!answer.startsWith("done")) {
            throw new AssertionError(ledger.resource() + " could not " + verb + ": " + answer);
        }
    }

    void kill9() {
        process.kill9();
    }

    @Override
    public void close() {
        process.close();
    }
}

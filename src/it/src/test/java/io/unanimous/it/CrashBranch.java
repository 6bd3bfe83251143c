package io.unanimous.it;

import io.unanimous.sdk.CrashPoint;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@link CrashBranchMain}, as the crash rung sees it; it keeps its database and evidence over restarts, and each life has
 * a history of its own. Orders may come from many threads; starting and killing is for one.
 */
final class CrashBranch implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(120);

    private final Ledger ledger;
    private final String coordinator;
    private final Path directory;
    private final List<Path> histories = new ArrayList<>();
    private final AtomicLong orders = new AtomicLong();
    private final Map<Long, CompletableFuture<Boolean>> pending = new ConcurrentHashMap<>();
    private volatile ChildProcess process;

    CrashBranch(Ledger ledger, String coordinator, Path directory) {
        this.ledger = ledger;
        this.coordinator = coordinator;
        this.directory = directory;
        CrashBooks.open(ledger);
    }

    /** Starts it, and returns without waiting until it is ready. */
    void start(CrashPoint... armed) {
        Path history = directory.resolve(ledger.resource() + "-" + histories.size() + ".history");
        histories.add(history);
        List<String> arguments = new ArrayList<>(List.of(
                ledger.resource(),
                ledger.url(),
                coordinator,
                directory.resolve(ledger.resource() + ".evidence").toString(),
                history.toString(),
                notes().toString()));
        for (CrashPoint point : armed) {
            arguments.add(point.name());
        }
        process = ChildProcess.start(
                ledger.resource(),
                Programs.ownMain(CrashBranchMain.class, arguments.toArray(String[]::new)),
                new ChildProcess.Listener() {
                    @Override
                    public void line(String line) {
                        answered(line.split(" ", 3));
                    }

                    @Override
                    public void ended() {
                        pending.values().forEach(order -> order.complete(false));
                    }
                });
    }

    private void answered(String[] words) {
        if (words[0].equals("done") || words[0].equals("failed")) {
            CompletableFuture<Boolean> order = pending.remove(Long.parseLong(words[1]));
            if (order != null) {
                order.complete(words[0].equals("done"));
            }
        }
    }

    void awaitReady() {
        process.awaitLine("ready"::equals, "ready", START_MAX);
    }

    void arm(CrashPoint point) {
        process.say("arm " + point);
        process.awaitLine(("armed " + point)::equals, "armed " + point, START_MAX);
    }

    /** Books an amount in a transaction; tells whether that was enlisted, which it was not when the process died. */
    CompletableFuture<Boolean> book(String transactionId, int account, long amount) {
        return order("book", transactionId + " " + account + " " + amount);
    }

    CompletableFuture<Boolean> spoil(String transactionId) {
        return order("spoil", transactionId);
    }

    CompletableFuture<Boolean> read(String transactionId) {
        return order("read", transactionId);
    }

    CompletableFuture<Boolean> note(String transactionId) {
        return order("note", transactionId);
    }

    private CompletableFuture<Boolean> order(String verb, String rest) {
        long number = orders.incrementAndGet();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        pending.put(number, answer);
        try {
            process.say(verb + " " + number + " " + rest);
        } catch (UncheckedIOException dead) {
            pending.remove(number);
            answer.complete(false);
        }
        // Also covers an order given between a death and its discovery.
        return answer.completeOnTimeout(false, CrashLoad.ORDER_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The directory of its notes. */
    Path notes() {
        return directory.resolve(ledger.resource() + "-notes");
    }

    Ledger ledger() {
        return ledger;
    }

    ChildProcess process() {
        return process;
    }

    /** The histories of all its lives so far. */
    List<Path> histories() {
        return List.copyOf(histories);
    }

    void kill9() {
        process.kill9();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}

package io.unanimous.examples.quickstart;

import io.unanimous.examples.quickstart.Bank.Unrest;
import io.unanimous.examples.quickstart.Database.PreparedBranch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs the bank: a coordinator, two PostgreSQL servers, two ledger services and a seat service, each a process of its
 * own, and an initiator here that makes transfers over all of them. In the middle it kills the coordinator, then a
 * service, each at a moment at which it owes something; at the end it checks the books.
 */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Makes transfers between two PostgreSQL databases, kills the coordinator and a service with -9"
                + " at the worst moments, and checks that no money and no seat was lost.")
public final class Quickstart implements Callable<Integer> {

    private static final int TRANSFERS_MIN = 50;
    private static final int TRANSFERS_MAX = 1_000_000;
    private static final int AT_A_TIME_MAX = 64;
    private static final int FREEZES_MAX = 200;
    private static final int BRANCHES_SHOWN_MAX = 5;
    private static final Duration LOOK_AT_FROZEN = Duration.ofMillis(300);
    private static final Duration POLL_EVERY = Duration.ofMillis(20);
    private static final Duration PROGRESS_MAX = Duration.ofSeconds(60);
    private static final Duration REST_MAX = Duration.ofSeconds(90);

    @Option(
            names = "--transfers",
            defaultValue = "1000",
            description = "How many to make, at least: 50 to 1,000,000 (${DEFAULT-VALUE}).")
    private int transfers;

    @Option(names = "--at-a-time", defaultValue = "8", description = "How many at a time: 1 to 64 (${DEFAULT-VALUE}).")
    private int atATime;

    @Option(names = "--seed", defaultValue = "1", description = "Chooses the accounts and amounts (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--keep", description = "Keep the directory of the run.")
    private boolean keep;

    @Option(
            names = "--programs",
            required = true,
            hidden = true,
            description = "The directory of tx-coordinator and tx-admin.")
    private @Nullable Path programs;

    @Option(names = "--terminal", hidden = true, description = "Standard output is a terminal.")
    private boolean terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private volatile boolean signalled;
    private volatile boolean ended;

    private Quickstart() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Quickstart()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        requireWithin("--transfers", transfers, TRANSFERS_MIN, TRANSFERS_MAX);
        requireWithin("--at-a-time", atATime, 1, AT_A_TIME_MAX);
        RunDirectory run = RunDirectory.create();
        System.setProperty("bank.log", run.log("quickstart").toString());
        System.setProperty("logback.configurationFile", "bank-logback.xml");
        Cleanup cleanup = new Cleanup();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> afterSignal(run, cleanup), "after-signal"));
        try {
            String lastLine = tell(run, cleanup);
            cleanup.close();
            if (!keep) {
                run.delete();
            }
            ended = true;
            System.out.println(lastLine);
            return 0;
        } catch (Exception e) { // Of whatever kind: the reader has to hear what failed, and where to look.
            if (!signalled) {
                LoggerFactory.getLogger(Quickstart.class).error("The quickstart failed", e);
                System.out.flush();
                System.err.println("\nquickstart: FAILED: " + (e instanceof QuickstartFailure ? e.getMessage() : e));
                System.err.println("  The logs are in " + run.logs());
            }
            cleanup.close();
            ended = true;
            return 1;
        }
    }

    /** Tells the story, and returns its last line. */
    private String tell(RunDirectory run, Cleanup cleanup) throws Exception {
        cleanup.add(Sweeper.start(run));
        Console console = cleanup.add(new Console(System.out, terminal));
        console.step("Starting a coordinator, two PostgreSQL servers and three services in " + run.root());
        Bank bank = Bank.start(run, Objects.requireNonNull(programs), seatCount(), cleanup, console);
        Traffic traffic = cleanup.add(new Traffic(bank.initiator(cleanup), Bank.ACCOUNTS, seed, bank::requireAlive));

        console.step("Making " + transfers + " transfers, " + atATime + " at a time; every tenth takes a seat too");
        console.live(() -> progress(traffic));
        traffic.start(atATime);
        traffic.awaitCommitted(transfers / 3, PROGRESS_MAX);
        console.live(null);

        killCoordinator(bank, traffic, console);

        console.step("The transfers go on");
        console.live(() -> progress(traffic));
        traffic.awaitCommitted(2 * transfers / 3, PROGRESS_MAX);
        console.live(null);

        killParticipant(bank, traffic, console);

        console.step("The transfers go on");
        console.live(() -> progress(traffic));
        traffic.awaitCommitted(transfers, PROGRESS_MAX);
        traffic.pause();
        awaitRest(bank, traffic, () -> {});
        console.live(null);

        console.step("Checking the books");
        Set<Long> committed = traffic.committed();
        bank.checkBooks(committed);
        console.say("every transfer that was committed is booked once in each ledger, and no other is");
        console.say("the money is all there, and the seats taken are those of the committed transfers");
        int inDoubt = bank.unrest().transactions();
        return "\nquickstart: ok transfers=" + committed.size() + " killed_coordinator=1 killed_participant=1 in_doubt="
                + inDoubt + " total=constant";
    }

    private void killCoordinator(Bank bank, Traffic traffic, Console console) throws Exception {
        console.step("Killing the coordinator with -9, while decisions are durable and not yet delivered");
        Set<String> owed = freezeWhileOwed(bank, bank.ledgerB, bank.databaseB, traffic);
        bank.coordinator.kill();
        traffic.pause();
        console.say("ledger-b was frozen, and then tx-coordinator killed: it had decided to commit " + owed.size()
                + (owed.size() == 1 ? " transaction" : " transactions") + " that ledger-b still holds prepared.");
        showPrepared(bank, console);

        bank.coordinator.restart();
        bank.coordinator.awaitReady();
        console.say("tx-coordinator is started anew, pid " + bank.coordinator.pid() + ". tx-admin list --in-doubt:");
        console.block(bank.coordinator.txAdmin("list", "--in-doubt"));
        Set<String> inDoubt = bank.coordinator.inDoubt();
        if (!inDoubt.containsAll(owed)) {
            throw new QuickstartFailure("The restarted coordinator has lost decisions: it had decided " + owed);
        }
        bank.ledgerB.process().thaw();
        console.say("ledger-b goes on.");
        showFallToZero(inDoubt, bank, traffic, console);
        traffic.resume();
    }

    private void killParticipant(Bank bank, Traffic traffic, Console console) throws Exception {
        console.step("Killing ledger-a with -9, while it holds prepared branches");
        freezeWhileOwed(bank, bank.ledgerA, bank.databaseA, traffic);
        bank.ledgerA.process().kill();
        traffic.pause();
        showPrepared(bank, console);
        console.say("tx-admin list --in-doubt:");
        console.block(bank.coordinator.txAdmin("list", "--in-doubt"));
        Set<String> inDoubt = bank.coordinator.inDoubt();

        bank.ledgerA.restart();
        console.say("ledger-a is started anew, pid " + bank.ledgerA.process().pid() + ".");
        showFallToZero(inDoubt, bank, traffic, console);
        traffic.resume();
    }

    /**
     * Freezes a ledger's service at a moment at which the coordinator has decided to commit transactions that the
     * ledger still holds prepared. At most moments it has not: then the service goes on for a while, and is frozen anew.
     *
     * @return those transactions, at least one
     */
    private static Set<String> freezeWhileOwed(Bank bank, Service ledger, Database database, Traffic traffic)
            throws InterruptedException {
        for (int freezes = 0; freezes < FREEZES_MAX; freezes++) {
            ledger.process().freeze();
            long lookUntilNs = System.nanoTime() + LOOK_AT_FROZEN.toNanos();
            Set<String> before = Set.of();
            while (System.nanoTime() - lookUntilNs < 0) {
                Set<String> owed = owed(bank, ledger, database);
                // Seen twice: what the service sent to its database before it was frozen has been carried out by now.
                if (!owed.isEmpty() && owed.equals(before)) {
                    return owed;
                }
                before = owed;
                TimeUnit.NANOSECONDS.sleep(POLL_EVERY.toNanos());
            }
            ledger.process().thaw();
            traffic.awaitCommitted(traffic.committedCount() + 1 + freezes % 7, PROGRESS_MAX);
        }
        throw new QuickstartFailure("In " + FREEZES_MAX + " looks at " + ledger.name()
                + " there was never a decision that it had not carried out");
    }

    private static Set<String> owed(Bank bank, Service ledger, Database database) {
        Set<String> prepared = database.preparedBranches().stream()
                .map(PreparedBranch::transactionId)
                .collect(Collectors.toSet());
        Set<String> decided = bank.coordinator.decidedAndWaitingFor(ledger.name());
        return decided.stream().filter(prepared::contains).collect(Collectors.toSet());
    }

    private static void showPrepared(Bank bank, Console console) {
        for (Database database : List.of(bank.databaseA, bank.databaseB)) {
            List<PreparedBranch> branches = database.preparedBranches();
            console.say("pg_prepared_xacts of " + database.name() + ": " + branches.size());
            branches.stream()
                    .limit(BRANCHES_SHOWN_MAX)
                    .forEach(branch -> console.block(
                            branch.preparedAt() + "  " + branch.transactionId() + "  " + branch.branch()));
            if (branches.size() > BRANCHES_SHOWN_MAX) {
                console.block("and " + (branches.size() - BRANCHES_SHOWN_MAX) + " more");
            }
        }
    }

    /** Shows how many of the transactions are still in doubt, and returns when nothing is left to do anywhere. */
    private static void showFallToZero(Set<String> transactions, Bank bank, Traffic traffic, Console console)
            throws Exception {
        List<Integer> counts = new ArrayList<>();
        counts.add(transactions.size());
        awaitRest(bank, traffic, () -> {
            Set<String> left = new HashSet<>(bank.coordinator.inDoubt());
            left.retainAll(transactions);
            if (counts.get(counts.size() - 1) != left.size()) {
                counts.add(left.size());
            }
        });
        String fall = counts.stream().map(String::valueOf).collect(Collectors.joining(", "));
        console.say("In doubt of these: " + fall + ". Prepared branches: none, in either database.");
    }

    private static void awaitRest(Bank bank, Traffic traffic, Runnable look) throws Exception {
        long giveUpAtNs = System.nanoTime() + REST_MAX.toNanos();
        while (true) {
            bank.requireAlive();
            traffic.requireSound();
            look.run();
            Unrest unrest = bank.unrest();
            if (unrest.none() && traffic.underWay() == 0) {
                return;
            }
            if (System.nanoTime() - giveUpAtNs > 0) {
                throw new QuickstartFailure("After " + REST_MAX.toSeconds() + " s there is still " + unrest + ", and "
                        + traffic.underWay() + " transfers are under way");
            }
            TimeUnit.NANOSECONDS.sleep(POLL_EVERY.toNanos());
        }
    }

    private void afterSignal(RunDirectory run, Cleanup cleanup) {
        if (ended) {
            return;
        }
        signalled = true;
        cleanup.close();
        if (!keep) {
            run.delete();
        }
        System.err.println("\nquickstart: interrupted; all its processes are ended.");
    }

    private String progress(Traffic traffic) {
        return traffic.committedCount() + " of " + transfers + " transfers made, " + traffic.refusedCount()
                + " refused for lack of money, " + traffic.underWay() + " under way";
    }

    private int seatCount() {
        return transfers / 5 + 100;
    }

    private void requireWithin(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), option + " must be " + min + " to " + max + ", not " + value);
        }
    }
}

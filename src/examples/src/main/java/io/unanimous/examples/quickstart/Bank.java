package io.unanimous.examples.quickstart;

import io.unanimous.examples.bank.Initiator;
import io.unanimous.examples.bank.Ledger;
import io.unanimous.examples.bank.LedgerService;
import io.unanimous.examples.bank.SeatService;
import io.unanimous.examples.bank.Transfer;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.UnanimousClient;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** All the processes of the run: coordinator, databases, services; and what they hold, counted from outside. */
final class Bank {

    /** Accounts of each ledger. */
    static final int ACCOUNTS = 100;

    /**
     * What is not at rest.
     *
     * @param transactions transactions of which the coordinator says that a branch is in doubt
     * @param preparedA branches that PostgreSQL of ledger A holds prepared
     * @param preparedB branches that PostgreSQL of ledger B holds prepared
     * @param seatsHeld seats that are neither free nor taken
     */
    record Unrest(int transactions, int preparedA, int preparedB, int seatsHeld) {

        boolean none() {
            return transactions + preparedA + preparedB + seatsHeld == 0;
        }
    }

    final Coordinator coordinator;
    final Database databaseA;
    final Database databaseB;
    final Service ledgerA;
    final Service ledgerB;
    final Service seats;

    private Bank(
            Coordinator coordinator,
            Database databaseA,
            Database databaseB,
            Service ledgerA,
            Service ledgerB,
            Service seats) {
        this.coordinator = coordinator;
        this.databaseA = databaseA;
        this.databaseB = databaseB;
        this.ledgerA = ledgerA;
        this.ledgerB = ledgerB;
        this.seats = seats;
    }

    /** Starts everything, and returns when it serves. */
    static Bank start(RunDirectory run, Path programs, int seatCount, Cleanup cleanup, Console console)
            throws IOException, InterruptedException, SQLException {
        Coordinator coordinator = cleanup.add(Coordinator.start(run, programs));
        CompletableFuture<Database> startingA =
                CompletableFuture.supplyAsync(() -> startDatabase("ledger-a", run, cleanup));
        CompletableFuture<Database> startingB =
                CompletableFuture.supplyAsync(() -> startDatabase("ledger-b", run, cleanup));
        Database databaseA = join(startingA);
        Database databaseB = join(startingB);
        console.say("two PostgreSQL servers with " + ACCOUNTS + " accounts each");
        coordinator.awaitReady();
        console.say("tx-coordinator on " + coordinator.address() + ", pid " + coordinator.pid());

        Service ledgerA = ledger("ledger-a", run, coordinator, databaseA, cleanup);
        Service ledgerB = ledger("ledger-b", run, coordinator, databaseB, cleanup);
        List<String> seatOptions =
                List.of("--file", run.file("seats").toString(), "--seats", String.valueOf(seatCount));
        Service seats = cleanup.add(new Service("seats", SeatService.class, run, coordinator.address(), seatOptions));
        for (Service service : List.of(ledgerA, ledgerB, seats)) {
            service.awaitReady();
            console.say(
                    "service " + service.name() + ", pid " + service.process().pid());
        }
        return new Bank(coordinator, databaseA, databaseB, ledgerA, ledgerB, seats);
    }

    /** An initiator in this process. */
    Initiator initiator(Cleanup cleanup) {
        ClientOptions options =
                ClientOptions.builder(coordinator.address()).name("quickstart").build();
        UnanimousClient client = cleanup.add(UnanimousClient.connect(options));
        return new Initiator(client, ledgerA.client(), ledgerB.client(), seats.client());
    }

    /** Fails if a process has ended that was not meant to. */
    void requireAlive() {
        coordinator.requireAlive();
        for (Service service : List.of(ledgerA, ledgerB, seats)) {
            service.process().requireAlive();
        }
    }

    Unrest unrest() throws IOException, InterruptedException {
        return new Unrest(
                coordinator.inDoubt().size(),
                databaseA.preparedBranches().size(),
                databaseB.preparedBranches().size(),
                seatsHeld());
    }

    /** Compares every book with the transfers that were committed, and fails at the first that differs. */
    void checkBooks(Set<Long> committed) throws SQLException, IOException, InterruptedException {
        long total;
        try (Connection a = databaseA.connect();
                Connection b = databaseB.connect()) {
            total = Ledger.total(a) + Ledger.total(b);
            for (Connection ledger : List.of(a, b)) {
                String name = ledger == a ? "ledger-a" : "ledger-b";
                require(
                        Ledger.accountsThatDisagree(ledger) == 0,
                        name + " has accounts that disagree with their journal");
                require(Ledger.transfers(ledger).equals(committed), name + " has other transfers than were committed");
            }
        }
        long expected = 2L * ACCOUNTS * Ledger.OPENING_BALANCE;
        require(total == expected, "the accounts hold " + total + " cents in all, and began with " + expected);
        Set<Long> withSeat = committed.stream()
                .filter(number -> number % Transfer.TRANSFERS_PER_SEAT == 0)
                .collect(Collectors.toCollection(TreeSet::new));
        require(seatsTaken().equals(withSeat), "the seats taken are not those of the committed transfers");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new QuickstartFailure("The books are wrong: " + otherwise);
        }
    }

    private int seatsHeld() throws IOException, InterruptedException {
        return (int)
                standing().stream().filter(line -> line.startsWith("held ")).count();
    }

    private Set<Long> seatsTaken() throws IOException, InterruptedException {
        return standing().stream()
                .filter(line -> line.startsWith("taken "))
                .map(line -> Long.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<String> standing() throws IOException, InterruptedException {
        return seats.client().get("/standing").lines().toList();
    }

    private static Service ledger(
            String name, RunDirectory run, Coordinator coordinator, Database database, Cleanup cleanup) {
        List<String> options = List.of("--database", database.url());
        return cleanup.add(new Service(name, LedgerService.class, run, coordinator.address(), options));
    }

    private static Database startDatabase(String name, RunDirectory run, Cleanup cleanup) {
        Database database = cleanup.add(Database.start(name, run));
        try (Connection connection = database.connect()) {
            Ledger.create(connection, ACCOUNTS);
            return database;
        } catch (SQLException e) {
            throw new QuickstartFailure("Cannot create the tables of " + name + ": " + e.getMessage(), e);
        }
    }

    private static Database join(CompletableFuture<Database> starting) {
        try {
            return starting.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof QuickstartFailure failure) {
                throw failure;
            }
            throw e;
        }
    }
}

package io.unanimous.examples.quickstart;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The coordinator's daemon as a process of the run, and what operators see of it. */
final class Coordinator implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofSeconds(30);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final Duration POLL_EVERY = Duration.ofMillis(50);
    private static final int PAGE_MAX = 1_000;
    private static final int PORT_MIN = 12_000;
    private static final int PORT_MAX = 30_000;
    private static final int PORT_ATTEMPTS_MAX = 200;

    private final RunDirectory run;
    private final Path programs;
    private final String address;
    private final ManagedChannel channel;
    private volatile ChildProcess process;

    private Coordinator(RunDirectory run, Path programs, String address) {
        this.run = run;
        this.programs = programs;
        this.address = address;
        this.channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .build();
        this.process = startProcess();
    }

    /**
     * Starts the daemon on an empty data directory and a free port.
     *
     * @param programs the directory with tx-coordinator and tx-admin
     */
    static Coordinator start(RunDirectory run, Path programs) throws IOException {
        return new Coordinator(run, programs, "127.0.0.1:" + freePort());
    }

    /** Where it listens, HOST:PORT: the same after a restart. */
    String address() {
        return address;
    }

    /** Waits until it serves. */
    void awaitReady() throws InterruptedException {
        long giveUpAtNs = System.nanoTime() + READY_MAX.toNanos();
        while (true) {
            process.requireAlive();
            try {
                admin().getStatus(GetStatusRequest.getDefaultInstance());
                return;
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() - giveUpAtNs > 0) {
                    throw new QuickstartFailure(
                            "tx-coordinator does not answer on " + address + ": " + e.getStatus(), e);
                }
                channel.resetConnectBackoff();
            }
            TimeUnit.NANOSECONDS.sleep(POLL_EVERY.toNanos());
        }
    }

    void requireAlive() {
        process.requireAlive();
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.kill();
    }

    /** Starts the daemon anew, on the same data directory and port. */
    void restart() {
        process = startProcess();
    }

    /** The transactions that have a branch in doubt. */
    Set<String> inDoubt() {
        return ids(ListTransactionsRequest.newBuilder().setInDoubt(true));
    }

    /** The transactions whose decision to commit is durable, and that wait for this resource. */
    Set<String> decidedAndWaitingFor(String resource) {
        return ids(ListTransactionsRequest.newBuilder()
                .setInDoubt(true)
                .setResource(resource)
                .addStates(TransactionState.TRANSACTION_STATE_COMMITTING));
    }

    /** Runs tx-admin as an operator would, and returns what it prints. */
    String txAdmin(String... arguments) throws InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(programs.resolve("tx-admin").toString(), "--endpoint", address));
        command.addAll(List.of(arguments));
        String said = "tx-admin " + String.join(" ", arguments);
        try {
            Path log = run.log("tx-admin");
            Process admin = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            String output = new String(admin.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (admin.waitFor() != 0) {
                throw new QuickstartFailure(said + " failed with exit code " + admin.exitValue() + "; see " + log);
            }
            return output;
        } catch (IOException e) {
            throw new QuickstartFailure("Cannot run " + said + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        process.close();
    }

    private ChildProcess startProcess() {
        return ChildProcess.start(
                "tx-coordinator",
                run,
                List.of(
                        programs.resolve("tx-coordinator").toString(),
                        "--data-dir",
                        run.file("coordinator-data").toString(),
                        "--listen",
                        address,
                        // A service that was killed is back within seconds here; its lost work is then rolled back.
                        "--gone-after",
                        "5s"));
    }

    private Set<String> ids(ListTransactionsRequest.Builder request) {
        Set<String> ids = new HashSet<>();
        request.setPageSize(PAGE_MAX);
        do {
            ListTransactionsResponse page = admin().listTransactions(request.build());
            page.getTransactionsList().forEach(transaction -> ids.add(transaction.getTransactionId()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());
        return ids;
    }

    private AdminServiceGrpc.AdminServiceBlockingStub admin() {
        return AdminServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A port that stays free over a restart: below those that the system gives out by itself. */
    private static int freePort() throws IOException {
        for (int attempts = 0; attempts < PORT_ATTEMPTS_MAX; attempts++) {
            int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                return probe.getLocalPort();
            } catch (BindException taken) {
                continue;
            }
        }
        throw new QuickstartFailure("No free port was found between " + PORT_MIN + " and " + PORT_MAX);
    }
}

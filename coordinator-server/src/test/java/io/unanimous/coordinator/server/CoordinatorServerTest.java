package io.unanimous.coordinator.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.log.InMemoryDecisionLog;
import io.unanimous.coordinator.log.StoreIdentity;
import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.TransactionServiceGrpc;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The wired daemon on a real port, with its threads, and a log in memory that outlives it. */
@Timeout(60)
final class CoordinatorServerTest {

    @TempDir
    private Path directory;

    private InMemoryDecisionLog log = new InMemoryDecisionLog(new StoreIdentity(new UUID(1, 2), 0, 1));
    private final AtomicInteger opened = new AtomicInteger();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private Seams seams() {
        return Seams.production()
                .withFaultHandler((doing, cause) -> faults.add(doing + ": " + cause.getMessage()))
                .withLogs(options -> {
                    opened.incrementAndGet();
                    return log;
                });
    }

    private CoordinatorServer start(Seams seams) throws StartFailedException {
        CoordinatorServer server = CoordinatorServer.start(ServerConfig.local(directory), seams);
        open.add(server);
        return server;
    }

    private ManagedChannel channel(CoordinatorServer server) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
        open.add(channel::shutdownNow);
        return channel;
    }

    private TransactionServiceGrpc.TransactionServiceBlockingStub transactions(CoordinatorServer server) {
        return TransactionServiceGrpc.newBlockingStub(channel(server));
    }

    private static String beginAndCommit(TransactionServiceGrpc.TransactionServiceBlockingStub transactions) {
        BeginResponse begun = transactions.begin(BeginRequest.getDefaultInstance());
        assertThat(transactions
                        .commit(CommitRequest.newBuilder()
                                .setTransactionId(begun.getTransactionId())
                                .build())
                        .getOutcome())
                .isEqualTo(Outcome.OUTCOME_COMMITTED);
        return begun.getTransactionId();
    }

    @Test
    void commitsAndRemembersOverARestart() throws Exception {
        CoordinatorServer first = start(seams());
        String transaction = beginAndCommit(transactions(first));
        first.close();
        first.close();
        long epoch = first.position().epoch();

        log = log.reopen();
        CoordinatorServer second = start(seams());
        assertThat(second.position().epoch()).isGreaterThan(epoch);
        assertThat(second.unfinishedAtStart()).isZero();
        assertThat(second.inHold()).isFalse();
        assertThat(transactions(second)
                        .getTransaction(GetTransactionRequest.newBuilder()
                                .setTransactionId(transaction)
                                .build())
                        .getOutcome())
                .isEqualTo(Outcome.OUTCOME_COMMITTED);
        assertThat(faults).isEmpty();
    }

    @Test
    void aPortInUseChangesNothingInTheStore() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            ServerConfig config = ServerConfig.local(directory).withPort(taken.getLocalPort());
            assertThatThrownBy(() -> CoordinatorServer.start(config, seams()))
                    .isInstanceOfSatisfying(StartFailedException.class, failure -> {
                        assertThat(failure.exitCode()).isEqualTo(ExitCodes.CANNOT_LISTEN);
                        assertThat(failure)
                                .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                                .hasMessageContaining("in use");
                    });
            assertThat(opened).hasValue(0);
        }
    }

    @Test
    void aHostThatIsNotHereCannotBeListenedOn() {
        ServerConfig local = ServerConfig.local(directory);
        ServerConfig config =
                new ServerConfig(local.store(), "192.0.2.1", 0, local.limits(), local.loopLimits(), local.edgeLimits());
        assertThatThrownBy(() -> CoordinatorServer.start(config, seams()))
                .isInstanceOfSatisfying(
                        StartFailedException.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCodes.CANNOT_LISTEN));
        assertThat(opened).hasValue(0);
    }

    /** P8: who asks while the log is being read back hears that it is not ready, and nothing else. */
    @Test
    void isNotReadyBeforeTheLogIsReadBackAndTheEpochIsOnDisk() throws Exception {
        beginAndCommit(transactions(start(seams())));
        open.get(0).close();
        log = log.reopen();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<HealthCheckResponse.ServingStatus> health = new ArrayList<>();
        List<Status.Code> codes = new ArrayList<>();
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        open.add(channel::shutdownNow);
        Seams watched = seams().withCrashPoints(point -> {
            if (point == CrashPoint.ON_REPLAY || point == CrashPoint.AFTER_EPOCH_BEFORE_READY) {
                health.add(HealthGrpc.newBlockingStub(channel)
                        .withWaitForReady()
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus());
                try {
                    beginAndCommit(TransactionServiceGrpc.newBlockingStub(channel));
                } catch (StatusRuntimeException e) {
                    codes.add(e.getStatus().getCode());
                }
            }
        });
        CoordinatorServer second =
                CoordinatorServer.start(ServerConfig.local(directory).withPort(port), watched);
        open.add(second);
        assertThat(health).isNotEmpty().containsOnly(HealthCheckResponse.ServingStatus.NOT_SERVING);
        assertThat(codes).hasSameSizeAs(health).containsOnly(Status.Code.UNAVAILABLE);
        assertThat(HealthGrpc.newBlockingStub(channel)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }

    /** Hazard 2: a waiting client is never told that its transaction was aborted. */
    @Test
    void afterAFailedWriteNobodyIsToldAnOutcome() throws Exception {
        CoordinatorServer server = start(seams());
        TransactionServiceGrpc.TransactionServiceBlockingStub transactions = transactions(server);
        String transaction =
                transactions.begin(BeginRequest.getDefaultInstance()).getTransactionId();
        log.failNextAppend("the disk is gone");
        List<Status.Code> codes = new CopyOnWriteArrayList<>();
        Thread client = new Thread(() -> {
            try {
                transactions.commit(
                        CommitRequest.newBuilder().setTransactionId(transaction).build());
            } catch (StatusRuntimeException e) {
                codes.add(e.getStatus().getCode());
            }
        });
        client.start();
        await().until(() -> !faults.isEmpty());
        assertThat(codes).isEmpty();
        server.kill();
        client.join();
        assertThat(codes).hasSize(1).isSubsetOf(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
        assertThat(faults).containsExactly("writing the log: the disk is gone");
    }

    @Test
    void rubbishOnThePortHurtsNobody() throws Exception {
        CoordinatorServer server = start(seams());
        TransactionServiceGrpc.TransactionServiceBlockingStub transactions = transactions(server);
        beginAndCommit(transactions);
        Random random = new Random(42);
        List<byte[]> rubbish = new ArrayList<>(List.of(
                new byte[0],
                new byte[] {0},
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII),
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII)));
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[1 + random.nextInt(10_000)];
            random.nextBytes(bytes);
            rubbish.add(bytes);
            // The same behind a proper preface: frames of no meaning.
            byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
            byte[] framed = new byte[preface.length + bytes.length];
            System.arraycopy(preface, 0, framed, 0, preface.length);
            System.arraycopy(bytes, 0, framed, preface.length, bytes.length);
            rubbish.add(framed);
        }
        for (byte[] bytes : rubbish) {
            send(server.port(), bytes);
        }
        beginAndCommit(transactions);
        beginAndCommit(transactions(server));
        assertThat(faults).isEmpty();
    }

    /** Sends bytes, and reads until the other side has had enough or the time for it is over. */
    private static void send(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            socket.setSoTimeout(10_000);
            byte[] answer = new byte[4_096];
            while (socket.getInputStream().read(answer) >= 0) {
                continue;
            }
        } catch (IOException e) {
            // Reset by the daemon, which is its right.
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void saysWhatItServes() throws Exception {
        CoordinatorServer server = start(seams());
        List<String> services = new CopyOnWriteArrayList<>();
        StreamObserver<ServerReflectionRequest> request = ServerReflectionGrpc.newStub(channel(server))
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        response.getListServicesResponse()
                                .getServiceList()
                                .forEach(service -> services.add(service.getName()));
                    }

                    @Override
                    public void onError(Throwable cause) {}

                    @Override
                    public void onCompleted() {}
                });
        request.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        await().until(() -> services.contains("unanimous.v1.TransactionService"));
        assertThat(services)
                .contains("unanimous.v1.ParticipantService", "unanimous.v1.AdminService", "grpc.health.v1.Health");
    }

    @Test
    void aStopEndsItsThreads() throws Exception {
        CoordinatorServer server = start(seams());
        beginAndCommit(transactions(server));
        server.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("coordinator-loop", "log-writer");
        server.awaitTermination();
    }

    @Test
    void manyClientsAtOnceShareSyncs() throws Exception {
        CoordinatorServer server = start(seams());
        TransactionServiceGrpc.TransactionServiceBlockingStub transactions = transactions(server);
        List<Thread> clients = new ArrayList<>();
        AtomicInteger committed = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            Thread client = new Thread(() -> {
                for (int n = 0; n < 100; n++) {
                    beginAndCommit(transactions);
                    committed.incrementAndGet();
                }
            });
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        assertThat(committed).hasValue(800);
        assertThat(server.counters().read().get("log_forced_writes")).isLessThanOrEqualTo(800);
        assertThat(faults).isEmpty();
    }
}

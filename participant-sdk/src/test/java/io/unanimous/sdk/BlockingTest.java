package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.RollbackResponse;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The blocking calls, on real threads and the real clock. */
@Timeout(60)
final class BlockingTest {

    private final AtomicInteger sequence = new AtomicInteger();
    private final Queue<String> ended = new ConcurrentLinkedQueue<>();
    private volatile boolean silent;
    private volatile boolean refusing;
    private Server server;
    private UnanimousClient client;

    @BeforeEach
    void serve() throws Exception {
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .addService(new TransactionServiceGrpc.TransactionServiceImplBase() {
                    @Override
                    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> out) {
                        return new Answering(out);
                    }
                })
                .build()
                .start();
        client = UnanimousClient.connect(ClientOptions.builder("unused")
                .channel(() ->
                        InProcessChannelBuilder.forName(name).directExecutor().build())
                .requestTimeout(Duration.ofMillis(400))
                .build());
    }

    @AfterEach
    void stop() {
        client.close();
        server.shutdownNow();
    }

    @Test
    void manyThreadsShareOneClient() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            running.add(threads.submit(() -> {
                for (int n = 0; n < 200; n++) {
                    try (GlobalTransaction transaction = client.begin(Duration.ofSeconds(30))) {
                        assertThat(transaction.commit().status()).isEqualTo(TransactionOutcome.Status.COMMITTED);
                    }
                }
            }));
        }
        for (Future<?> one : running) {
            one.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(ended).hasSize(1_600).allMatch(what -> what.startsWith("commit"));
        assertThat(ended.stream().distinct()).hasSize(1_600);
    }

    @Test
    void leavingWithoutACommitRollsBack() {
        String id;
        try (GlobalTransaction transaction = client.begin(Duration.ofSeconds(30))) {
            id = transaction.id();
        }
        assertThat(ended).containsExactly("rollback " + id);
    }

    @Test
    void aRolledBackCommitIsThrownAndCloseAddsNothing() {
        refusing = true;
        try (GlobalTransaction transaction = client.begin(Duration.ofSeconds(30))) {
            assertThatThrownBy(transaction::commit)
                    .isInstanceOf(RolledBackException.class)
                    .satisfies(failure -> assertThat(failure.getSuppressed()).isNotEmpty());
        }
        assertThat(ended).hasSize(1);
    }

    @Test
    void aSilentCoordinatorIsUnavailableForBeginAndUnknownForCommit() {
        GlobalTransaction transaction =
                client.begin(TransactionOptions.defaults().withAnswerWithin(Duration.ofMillis(300)));
        silent = true;
        assertThatThrownBy(transaction::commit).isInstanceOf(OutcomeUnknownException.class);
        assertThatThrownBy(() -> client.begin(Duration.ofSeconds(1)))
                .isInstanceOf(CoordinatorUnavailableException.class);
        assertThatThrownBy(() -> client.outcome(transaction.id())).isInstanceOf(CoordinatorUnavailableException.class);
    }

    @Test
    void anInterruptedCommitIsUnknownAndTheThreadStaysInterrupted() {
        GlobalTransaction transaction = client.begin(Duration.ofSeconds(30));
        silent = true;
        Thread.currentThread().interrupt();
        assertThatThrownBy(transaction::commit).isInstanceOf(OutcomeUnknownException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aStageMayBlockItsThreadWithoutHoldingUpOthers() {
        var blocked = client.beginAsync(TransactionOptions.defaults())
                .thenApply(transaction -> client.begin(Duration.ofSeconds(30)).id())
                .toCompletableFuture();
        assertThat(blocked.join()).isNotEmpty();
    }

    @Test
    void callsAfterCloseFailAtOnce() {
        client.close();
        assertThatThrownBy(() -> client.begin(Duration.ofSeconds(1)))
                .isInstanceOf(CoordinatorUnavailableException.class)
                .hasMessageContaining("closed");
    }

    private final class Answering implements StreamObserver<SessionRequest> {
        private final StreamObserver<SessionResponse> out;

        Answering(StreamObserver<SessionResponse> out) {
            this.out = out;
        }

        @Override
        public void onNext(SessionRequest frame) {
            SessionResponse.Builder replies = SessionResponse.newBuilder();
            for (SessionCommand command : frame.getCommandsList()) {
                SessionReply.Builder reply = answer(command);
                if (!silent) {
                    replies.addReplies(reply.setRequestId(command.getRequestId()));
                }
            }
            out.onNext(replies.build());
        }

        private SessionReply.Builder answer(SessionCommand command) {
            if (command.hasBegin()) {
                String id = Ids.transaction(sequence.incrementAndGet());
                return SessionReply.newBuilder()
                        .setBegin(BeginResponse.newBuilder().setTransactionId(id));
            }
            if (command.hasRollback()) {
                ended.add("rollback " + command.getRollback().getTransactionId());
                return SessionReply.newBuilder()
                        .setRollback(RollbackResponse.newBuilder().setOutcome(Outcome.OUTCOME_ROLLED_BACK));
            }
            ended.add("commit " + command.getCommit().getTransactionId());
            return refusing
                    ? SessionReply.newBuilder()
                            .setRefusal(Refusal.newBuilder()
                                    .setCode(Status.Code.ABORTED.value())
                                    .setReason("ROLLED_BACK"))
                    : SessionReply.newBuilder()
                            .setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_COMMITTED));
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {
            out.onCompleted();
        }
    }
}

package io.unanimous.coordinator.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every reason, over the wire: its code, its ErrorInfo, its RetryInfo. */
final class StatusMapperTest {

    /** Written out by hand: a reason that changes its code changes what clients do. */
    private static final Map<RefusalReason, Status.Code> CODES = codes();

    private Refusal refusal = Refusal.of(RefusalReason.NOT_FOUND, "");
    private Server server;
    private ManagedChannel channel;

    private static Map<RefusalReason, Status.Code> codes() {
        Map<RefusalReason, Status.Code> codes = new EnumMap<>(RefusalReason.class);
        codes.put(RefusalReason.MALFORMED_ID, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.NEVER_MINTED, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.LIMIT_EXCEEDED, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.PROTOCOL_VERSION, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.OUT_OF_ORDER, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.MALFORMED_MESSAGE, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.NOT_YOUR_RESOURCE, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.NOT_YOUR_BRANCH, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.REASON_MISSING, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.AMBIGUOUS_ID, Status.Code.INVALID_ARGUMENT);
        codes.put(RefusalReason.NOT_FOUND, Status.Code.NOT_FOUND);
        codes.put(RefusalReason.FOREIGN_ID, Status.Code.NOT_FOUND);
        codes.put(RefusalReason.BRANCH_NOT_FOUND, Status.Code.NOT_FOUND);
        codes.put(RefusalReason.TRANSACTION_NOT_ACTIVE, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.IN_HOLD, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.ALREADY_COMMITTED, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.ALREADY_ENLISTED, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.LIVE_TRANSACTION, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.STATE_MISMATCH, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.NOTHING_TO_RESOLVE, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.UNACKNOWLEDGED_COMMIT, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.NOT_IN_HOLD, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.EVIDENCE_MISMATCH, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.FINGERPRINT_MISMATCH, Status.Code.FAILED_PRECONDITION);
        codes.put(RefusalReason.ROLLED_BACK, Status.Code.ABORTED);
        codes.put(RefusalReason.SUPERSEDED, Status.Code.ABORTED);
        codes.put(RefusalReason.OVERLOADED, Status.Code.RESOURCE_EXHAUSTED);
        codes.put(RefusalReason.TOO_MANY_TRANSACTIONS, Status.Code.RESOURCE_EXHAUSTED);
        codes.put(RefusalReason.TOO_MANY_STREAMS, Status.Code.RESOURCE_EXHAUSTED);
        codes.put(RefusalReason.SLOW_READER, Status.Code.RESOURCE_EXHAUSTED);
        codes.put(RefusalReason.LOW_DISK_SPACE, Status.Code.RESOURCE_EXHAUSTED);
        codes.put(RefusalReason.OUTCOME_UNKNOWN, Status.Code.UNAVAILABLE);
        codes.put(RefusalReason.NOT_READY, Status.Code.UNAVAILABLE);
        codes.put(RefusalReason.PEER_SILENT, Status.Code.UNAVAILABLE);
        return codes;
    }

    @BeforeEach
    void serve() throws IOException {
        String name = UUID.randomUUID().toString();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(new TransactionServiceGrpc.TransactionServiceImplBase() {
                    @Override
                    public void begin(BeginRequest request, StreamObserver<BeginResponse> response) {
                        response.onError(StatusMapper.exception(refusal));
                    }
                })
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(RefusalReason.class)
    void aReasonHasItsCodeAndIsToldInTheDetails(RefusalReason reason) throws InvalidProtocolBufferException {
        refusal = new Refusal(reason, "what and why", 0, Map.of("branch", "ledger/a1"));
        StatusRuntimeException error = call();
        assertThat(error.getStatus().getCode()).isEqualTo(CODES.get(reason));
        assertThat(error.getStatus().getDescription()).isEqualTo("what and why");
        com.google.rpc.Status status = StatusProto.fromThrowable(error);
        assertThat(status.getDetailsList()).hasSize(1);
        ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
        assertThat(info.getDomain()).isEqualTo("unanimous");
        assertThat(info.getReason()).isEqualTo(reason.name());
        assertThat(info.getMetadataMap()).containsExactly(Map.entry("branch", "ledger/a1"));
    }

    @ParameterizedTest
    @EnumSource(RefusalReason.class)
    void aReasonThatIsWorthAnotherTrySaysWhen(RefusalReason reason) throws InvalidProtocolBufferException {
        refusal = Refusal.retry(reason, "not now", 1_250);
        com.google.rpc.Status status = StatusProto.fromThrowable(call());
        Duration delay = status.getDetails(1).unpack(RetryInfo.class).getRetryDelay();
        assertThat(delay)
                .isEqualTo(Duration.newBuilder()
                        .setSeconds(1)
                        .setNanos(250_000_000)
                        .build());
    }

    @ParameterizedTest
    @EnumSource(RefusalReason.class)
    void withinAStreamItIsTheSameInAMessage(RefusalReason reason) {
        io.unanimous.v1.Refusal message =
                StatusMapper.message(new Refusal(reason, "what and why", 1_250, Map.of("cause", "x")));
        assertThat(message.getCode()).isEqualTo(CODES.get(reason).value());
        assertThat(message.getReason()).isEqualTo(reason.name());
        assertThat(message.getMessage()).isEqualTo("what and why");
        assertThat(message.getRetryAfterMs()).isEqualTo(1_250);
        assertThat(message.getMetadataMap()).containsExactly(Map.entry("cause", "x"));
    }

    private StatusRuntimeException call() {
        return Assertions.catchThrowableOfType(
                StatusRuntimeException.class,
                () -> TransactionServiceGrpc.newBlockingStub(channel).begin(BeginRequest.getDefaultInstance()));
    }
}

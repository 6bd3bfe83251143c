package io.unanimous.it;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.TransactionServiceGrpc;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;

/** The wire contract without the SDK: what a client in any other language would call. */
final class CoordinatorClient implements AutoCloseable {

    private static final long DEADLINE_S = 20;

    private final ManagedChannel channel;

    CoordinatorClient(String address) {
        channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .build();
    }

    TransactionServiceGrpc.TransactionServiceBlockingStub transactions() {
        return TransactionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS);
    }

    AdminServiceGrpc.AdminServiceBlockingStub admin() {
        return AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS);
    }

    TransactionServiceGrpc.TransactionServiceStub asyncTransactions() {
        return TransactionServiceGrpc.newStub(channel);
    }

    ParticipantServiceGrpc.ParticipantServiceStub participants() {
        return ParticipantServiceGrpc.newStub(channel);
    }

    String begin() {
        return begin(BeginRequest.getDefaultInstance());
    }

    String begin(BeginRequest request) {
        return transactions().begin(request).getTransactionId();
    }

    CommitResponse commit(String id) {
        return transactions()
                .commit(CommitRequest.newBuilder().setTransactionId(id).build());
    }

    GetTransactionResponse outcome(String id) {
        return transactions()
                .getTransaction(
                        GetTransactionRequest.newBuilder().setTransactionId(id).build());
    }

    DescribeTransactionResponse describe(String id) {
        return admin().describeTransaction(DescribeTransactionRequest.newBuilder()
                .setTransactionId(id)
                .build());
    }

    GetStatusResponse status() {
        return admin().getStatus(GetStatusRequest.getDefaultInstance());
    }

    ListTransactionsResponse inDoubt() {
        return admin().listTransactions(
                        ListTransactionsRequest.newBuilder().setInDoubt(true).build());
    }

    long counter(String name) {
        GetStatusResponse status = status();
        Assertions.assertThat(status.getCountersMap()).containsKey(name);
        return status.getCountersOrThrow(name);
    }

    /** What the health service says; UNKNOWN while nobody listens. */
    ServingStatus health() {
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        } catch (StatusRuntimeException e) {
            channel.resetConnectBackoff();
            return ServingStatus.UNKNOWN;
        }
    }

    /** A refusal as clients see it. */
    record Refused(Status.Code code, String reason, String message) {

        static Refused of(Throwable thrown) {
            Status status = Status.fromThrowable(thrown);
            com.google.rpc.Status details = StatusProto.fromThrowable(thrown);
            String reason = "";
            if (details != null) {
                for (com.google.protobuf.Any detail : details.getDetailsList()) {
                    if (detail.is(com.google.rpc.ErrorInfo.class)) {
                        try {
                            com.google.rpc.ErrorInfo info = detail.unpack(com.google.rpc.ErrorInfo.class);
                            Assertions.assertThat(info.getDomain()).isEqualTo("unanimous");
                            reason = info.getReason();
                        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                            throw new AssertionError("ErrorInfo cannot be read", e);
                        }
                    }
                }
            }
            return new Refused(status.getCode(), reason, String.valueOf(status.getDescription()));
        }
    }

    /** Makes the call, which must be refused. */
    static Refused refusalOf(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return Refused.of(e);
        }
        throw new AssertionError("the call was not refused");
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

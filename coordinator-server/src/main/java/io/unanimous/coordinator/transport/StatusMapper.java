package io.unanimous.coordinator.transport;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;

/**
 * The one place that turns refusals into status codes.
 *
 * <p>Unary calls and whole streams end with a gRPC status whose details hold ErrorInfo and, where another try is worth
 * while, RetryInfo. A command within a stream is answered with the same code and words in a message.
 */
final class StatusMapper {

    /** The domain of every ErrorInfo. */
    static final String DOMAIN = "unanimous";

    private StatusMapper() {}

    /** The code of a refusal. */
    static Code code(RefusalReason reason) {
        return switch (reason.kind()) {
            case INVALID -> Code.INVALID_ARGUMENT;
            case NOT_FOUND -> Code.NOT_FOUND;
            case STATE -> Code.FAILED_PRECONDITION;
            case ABORTED -> Code.ABORTED;
            case EXHAUSTED -> Code.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Code.UNAVAILABLE;
        };
    }

    /** A refusal as the end of a call or a stream. */
    static StatusRuntimeException exception(Refusal refusal) {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(code(refusal.reason()).getNumber())
                .setMessage(refusal.message())
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(refusal.reason().name())
                        .putAllMetadata(refusal.metadata())
                        .build()));
        if (refusal.retryAfterMs() > 0) {
            long ms = refusal.retryAfterMs();
            status.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(
                            Duration.newBuilder().setSeconds(ms / 1_000).setNanos((int) (ms % 1_000) * 1_000_000))
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    /** A refusal as the answer to one command of a stream. */
    static io.unanimous.v1.Refusal message(Refusal refusal) {
        return io.unanimous.v1.Refusal.newBuilder()
                .setCode(code(refusal.reason()).getNumber())
                .setReason(refusal.reason().name())
                .setMessage(refusal.message())
                .setRetryAfterMs(refusal.retryAfterMs())
                .putAllMetadata(refusal.metadata())
                .build();
    }
}

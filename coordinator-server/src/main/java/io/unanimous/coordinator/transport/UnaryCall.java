package io.unanimous.coordinator.transport;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.Refusal;
import java.util.function.Function;

/**
 * A unary call that waits for its answer.
 *
 * @param <A> the answer that its request gets
 * @param <R> the response
 */
final class UnaryCall<A extends Answer, R> implements Caller {

    private final ServerCallStreamObserver<R> response;
    private final Class<A> type;
    private final Function<A, R> writing;
    private final OpenCalls<UnaryCall<?, ?>> open;

    private UnaryCall(
            StreamObserver<R> response, Class<A> type, Function<A, R> writing, OpenCalls<UnaryCall<?, ?>> open) {
        this.response = (ServerCallStreamObserver<R>) response;
        this.type = type;
        this.writing = writing;
        this.open = open;
    }

    /**
     * A call that waits from now on.
     *
     * @param open where the waiting calls are kept, so that a stop can answer them; of any thread
     */
    static <A extends Answer, R> UnaryCall<A, R> open(
            StreamObserver<R> response, Class<A> type, Function<A, R> writing, OpenCalls<UnaryCall<?, ?>> open) {
        UnaryCall<A, R> call = new UnaryCall<>(response, type, writing, open);
        open.add(call);
        // Also what keeps a response to a caller who has left from being an error.
        call.response.setOnCancelHandler(() -> open.remove(call));
        return call;
    }

    @Override
    public void answer(Answer answer, ReleaseBatch batch) {
        if (answer instanceof Answer.Refused refused) {
            refuse(refused.refusal());
        } else if (open.remove(this)) {
            response.onNext(writing.apply(type.cast(answer)));
            response.onCompleted();
        }
    }

    /** Ends the call with a refusal; without effect on a call that has ended. From any thread. */
    void refuse(Refusal refusal) {
        if (open.remove(this)) {
            response.onError(StatusMapper.exception(refusal));
        }
    }
}

package io.unanimous.coordinator.transport;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Refusal;

/**
 * A stream that was ended before anything was read from it.
 *
 * @param <Q> what it would have read
 */
final class RefusedStream<Q> implements StreamObserver<Q> {

    private RefusedStream() {}

    /** Ends the stream, and hears nothing more of it. */
    static <Q> StreamObserver<Q> refuse(ServerCallStreamObserver<?> stream, Refusal refusal) {
        stream.setOnCancelHandler(() -> {});
        stream.onError(StatusMapper.exception(refusal));
        return new RefusedStream<>();
    }

    @Override
    public void onNext(Q frame) {}

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}
}

package io.unanimous.cli;

import io.grpc.StatusRuntimeException;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A coordinator's AdminService, whose every refusal is a {@link Failure}. For one thread. */
final class AdminConnection implements AutoCloseable {
    private final Endpoint endpoint;
    private final Duration timeout;
    private final Dialler.Line line;
    private final AdminServiceBlockingStub stub;

    AdminConnection(Dialler dialler, Endpoint endpoint, Duration timeout) {
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.line = dialler.dial(endpoint);
        this.stub = AdminServiceGrpc.newBlockingStub(line.channel());
    }

    /**
     * Calls and waits for the answer, at most the timeout, connecting included.
     *
     * @throws Failure if the coordinator does not answer or refuses
     */
    <A> A call(Function<AdminServiceBlockingStub, A> rpc) {
        try {
            return rpc.apply(stub.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
            throw StatusReading.failure(e, endpoint, timeout);
        }
    }

    /** A stub without a deadline, for a stream; its exceptions are for {@link #failure}. */
    AdminServiceBlockingStub streaming() {
        return stub;
    }

    Failure failure(StatusRuntimeException e) {
        return StatusReading.failure(e, endpoint, timeout);
    }

    /** Connects at the next call, however long the channel meant to wait after it failed to. */
    void connectNow() {
        line.channel().resetConnectBackoff();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        line.close();
    }
}

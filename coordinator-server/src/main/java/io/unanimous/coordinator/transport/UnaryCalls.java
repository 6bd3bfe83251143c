package io.unanimous.coordinator.transport;

import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.ReplyTo;
import java.util.function.Function;

/** The unary calls that wait for an answer. From any thread. */
final class UnaryCalls {

    private final Intake intake;
    private final OpenCalls<UnaryCall<?, ?>> open = new OpenCalls<>();

    UnaryCalls(Intake intake) {
        this.intake = intake;
    }

    /** Reads a request, or says what is wrong with it. */
    interface Reading {
        Input read(ReplyTo replyTo) throws RefusedException;
    }

    /** Puts a request before the loop; the call ends when it is answered, now or later. */
    <A extends Answer, R> void ask(StreamObserver<R> response, Class<A> type, Function<A, R> writing, Reading reading) {
        UnaryCall<A, R> call = UnaryCall.open(response, type, writing, open);
        Refusal refusal;
        try {
            refusal = intake.offer(reading.read(call));
        } catch (RefusedException e) {
            refusal = e.refusal();
        }
        if (refusal != null) {
            call.refuse(refusal);
        }
    }

    /** Ends every call that still waits. */
    void refuseAll(Refusal refusal) {
        open.forEach(call -> call.refuse(refusal));
    }
}

package io.unanimous.coordinator.transport;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.RollbackResponse;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import java.util.concurrent.TimeUnit;

/** Initiators' calls, one by one and in sessions. */
final class TransactionService extends TransactionServiceGrpc.TransactionServiceImplBase {

    /** The answer to a call with a deadline leaves this long before it, so that it arrives in time. */
    private static final long DEADLINE_MARGIN_MS = 50;

    private final RequestReader reader;
    private final Intake intake;
    private final UnaryCalls calls;
    private final StreamSlots slots;
    private final EdgeLimits limits;
    private final RequestCounters counters;
    private final OpenCalls<SessionStream> sessions = new OpenCalls<>();

    TransactionService(
            RequestReader reader,
            Intake intake,
            UnaryCalls calls,
            StreamSlots slots,
            EdgeLimits limits,
            RequestCounters counters) {
        this.reader = reader;
        this.intake = intake;
        this.calls = calls;
        this.slots = slots;
        this.limits = limits;
        this.counters = counters;
    }

    @Override
    public void begin(BeginRequest request, StreamObserver<BeginResponse> response) {
        counters.begin().increment();
        calls.ask(response, Answer.Begun.class, AnswerWriter::begun, call -> reader.begin(request, call));
    }

    @Override
    public void commit(CommitRequest request, StreamObserver<CommitResponse> response) {
        counters.commit().increment();
        long waitsMs = callerWaitsMs();
        calls.ask(
                response,
                Answer.CommitAnswered.class,
                AnswerWriter::commit,
                call -> reader.commit(request, call, waitsMs));
    }

    @Override
    public void rollback(RollbackRequest request, StreamObserver<RollbackResponse> response) {
        counters.rollback().increment();
        long waitsMs = callerWaitsMs();
        calls.ask(
                response,
                Answer.RollbackAnswered.class,
                AnswerWriter::rollback,
                call -> reader.rollback(request, call, waitsMs));
    }

    @Override
    public void getTransaction(GetTransactionRequest request, StreamObserver<GetTransactionResponse> response) {
        counters.getTransaction().increment();
        calls.ask(
                response,
                Answer.OutcomeTold.class,
                AnswerWriter::outcome,
                call -> new Input.OutcomeAsked(call, reader.transaction(request.getTransactionId())));
    }

    private static long callerWaitsMs() {
        Deadline deadline = Context.current().getDeadline();
        return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.MILLISECONDS) - DEADLINE_MARGIN_MS;
    }

    @Override
    public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> responses) {
        ServerCallStreamObserver<SessionResponse> call = (ServerCallStreamObserver<SessionResponse>) responses;
        Refusal refusal = intake.isOpen() ? slots.take() : intake.notReady();
        if (refusal != null) {
            return RefusedStream.refuse(call, refusal);
        }
        SessionStream session = new SessionStream(call, reader, intake, limits, counters, this::ended);
        sessions.add(session);
        session.begin();
        return session;
    }

    private void ended(SessionStream session) {
        if (sessions.remove(session)) {
            slots.giveBack();
        }
    }

    /** Ends every session. */
    void closeAll(Refusal refusal) {
        sessions.forEach(session -> session.close(StatusMapper.exception(refusal)));
    }
}

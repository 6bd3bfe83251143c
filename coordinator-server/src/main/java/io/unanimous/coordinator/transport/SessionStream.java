package io.unanimous.coordinator.transport;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One session: reads frames of commands, and writes frames of replies.
 *
 * <p>A command that does not keep to the contract is refused by itself; a frame that does not, or a number that is still
 * waiting for its reply, ends the session. It is read no faster than the loop works, and not at all while too many
 * commands wait for replies.
 */
final class SessionStream implements StreamObserver<SessionRequest> {

    private final ServerCallStreamObserver<SessionResponse> stream;
    private final FrameWriter<SessionReply, SessionResponse> writer;
    private final RequestReader reader;
    private final Intake intake;
    private final EdgeLimits limits;
    private final RequestCounters counters;
    private final Consumer<SessionStream> onEnd;
    private final Set<Long> unanswered = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean readingPaused = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean halfClosed;

    /**
     * A session that reads nothing before {@link #begin}.
     *
     * @param onEnd told once when it is over, either way
     */
    SessionStream(
            ServerCallStreamObserver<SessionResponse> stream,
            RequestReader reader,
            Intake intake,
            EdgeLimits limits,
            RequestCounters counters,
            Consumer<SessionStream> onEnd) {
        this.stream = stream;
        this.reader = reader;
        this.intake = intake;
        this.limits = limits;
        this.counters = counters;
        this.onEnd = onEnd;
        writer = new FrameWriter<>(
                stream,
                replies -> SessionResponse.newBuilder().addAllReplies(replies).build(),
                limits,
                this::end);
    }

    /** Starts reading. Called while gRPC opens the call. */
    void begin() {
        stream.disableAutoRequest();
        stream.setOnReadyHandler(writer::pump);
        stream.setOnCancelHandler(this::end);
        stream.request(1);
    }

    @Override
    public void onNext(SessionRequest frame) {
        if (ended.get()) {
            return;
        }
        try {
            reader.requireFrame(frame.getCommandsCount(), frame.getSerializedSize());
            List<SessionReply> refused = new ArrayList<>(0);
            for (SessionCommand command : frame.getCommandsList()) {
                take(command, refused);
            }
            writer.write(refused);
        } catch (RefusedException e) {
            close(StatusMapper.exception(e.refusal()));
            return;
        }
        readOn();
    }

    private void take(SessionCommand command, List<SessionReply> refused) throws RefusedException {
        if (!unanswered.add(command.getRequestId())) {
            throw new RefusedException(
                    RefusalReason.OUT_OF_ORDER,
                    "request_id " + Long.toUnsignedString(command.getRequestId())
                            + " was used again before it was answered");
        }
        Refusal refusal;
        try {
            refusal = intake.offer(input(command));
        } catch (RefusedException e) {
            refusal = e.refusal();
        }
        if (refusal != null) {
            unanswered.remove(command.getRequestId());
            refused.add(SessionReply.newBuilder()
                    .setRequestId(command.getRequestId())
                    .setRefusal(StatusMapper.message(refusal))
                    .build());
        }
    }

    private Input input(SessionCommand command) throws RefusedException {
        SessionCall call = new SessionCall(this, command.getRequestId());
        return switch (command.getCommandCase()) {
            case BEGIN -> {
                counters.begin().increment();
                yield reader.begin(command.getBegin(), call);
            }
            case COMMIT -> {
                counters.commit().increment();
                yield reader.commit(command.getCommit(), call, Long.MAX_VALUE);
            }
            case ROLLBACK -> {
                counters.rollback().increment();
                yield reader.rollback(command.getRollback(), call, Long.MAX_VALUE);
            }
            case GET_TRANSACTION -> {
                counters.getTransaction().increment();
                yield new Input.OutcomeAsked(
                        call, reader.transaction(command.getGetTransaction().getTransactionId()));
            }
            case COMMAND_NOT_SET ->
                throw new RefusedException(RefusalReason.MALFORMED_MESSAGE, "the command is empty or not known here");
        };
    }

    private void readOn() {
        if (unanswered.size() < limits.unansweredMax()) {
            intake.whenRoom(() -> stream.request(1));
            return;
        }
        readingPaused.set(true);
        resumeReading();
    }

    /** Goes on reading if it was paused and enough is answered; only one of two threads that see so does it. */
    private void resumeReading() {
        if (readingPaused.get()
                && unanswered.size() < limits.unansweredMax()
                && readingPaused.compareAndSet(true, false)) {
            intake.whenRoom(() -> stream.request(1));
        }
    }

    /** Writes replies. On the loop's thread or the log's. */
    void write(List<SessionReply> replies) {
        for (SessionReply reply : replies) {
            unanswered.remove(reply.getRequestId());
        }
        writer.write(replies);
        resumeReading();
        completeIfDone();
    }

    @Override
    public void onCompleted() {
        halfClosed = true;
        completeIfDone();
    }

    private void completeIfDone() {
        if (halfClosed && unanswered.isEmpty()) {
            writer.complete();
        }
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    /** Ends the session. From any thread. */
    void close(@Nullable StatusRuntimeException status) {
        writer.close(status);
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            writer.abandon();
            onEnd.accept(this);
        }
    }
}

package io.unanimous.coordinator.transport;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.ParticipantMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One participant's stream: reads frames of its messages, and writes frames of the coordinator's.
 *
 * <p>A frame is read whole before any of it is taken in. Hello comes first and once. An enlistment that does not keep to
 * the contract is refused by itself; any other message that does not ends the stream, and nothing of its frame is taken in.
 */
final class ParticipantStream implements StreamObserver<ConnectRequest> {

    private final ServerCallStreamObserver<ConnectResponse> stream;
    private final FrameWriter<CoordinatorMessage, ConnectResponse> writer;
    private final ParticipantGateway gateway;
    private final RequestReader reader;
    private final Intake intake;
    private final EdgeLimits limits;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile long connection;
    private volatile boolean connected;
    private volatile boolean heard;
    /** Whether it is not being read because the loop does not keep up. */
    private volatile boolean heldBack;

    private int silentBeats;

    /** A stream that reads nothing before {@link #begin}. */
    ParticipantStream(
            ServerCallStreamObserver<ConnectResponse> stream,
            ParticipantGateway gateway,
            RequestReader reader,
            Intake intake,
            EdgeLimits limits) {
        this.stream = stream;
        this.gateway = gateway;
        this.reader = reader;
        this.intake = intake;
        this.limits = limits;
        writer = new FrameWriter<>(
                stream,
                messages ->
                        ConnectResponse.newBuilder().addAllMessages(messages).build(),
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
    public void onNext(ConnectRequest frame) {
        if (ended.get()) {
            return;
        }
        heard = true;
        Refusal refusal;
        try {
            refusal = take(frame);
        } catch (RefusedException e) {
            refusal = e.refusal();
        }
        if (refusal == null) {
            heldBack = true;
            intake.whenRoom(() -> {
                heldBack = false;
                stream.request(1);
            });
        } else {
            close(StatusMapper.exception(refusal));
        }
    }

    private @Nullable Refusal take(ConnectRequest frame) throws RefusedException {
        reader.requireFrame(frame.getMessagesCount(), frame.getSerializedSize());
        if (!intake.isOpen()) {
            return intake.notReady();
        }
        if (connection != 0) {
            return takeMessages(frame, 0);
        }
        if (!frame.getMessages(0).hasHello()) {
            throw new RefusedException(
                    RefusalReason.OUT_OF_ORDER, "the first message must be Hello, not " + name(frame.getMessages(0)));
        }
        // Numbers must reach the loop in rising order, however many streams say Hello at the same moment.
        synchronized (gateway) {
            connection = gateway.register(this);
            return takeMessages(frame, 1);
        }
    }

    private @Nullable Refusal takeMessages(ConnectRequest frame, int from) throws RefusedException {
        List<Input> inputs = new ArrayList<>(frame.getMessagesCount());
        List<CoordinatorMessage> answers = new ArrayList<>(0);
        for (int i = 0; i < frame.getMessagesCount(); i++) {
            ParticipantMessage message = frame.getMessages(i);
            gateway.count(message.getMessageCase());
            if (i < from) {
                inputs.add(reader.hello(message.getHello(), connection));
            } else {
                read(message, inputs, answers);
            }
        }
        for (Input input : inputs) {
            Refusal refusal = offer(input);
            if (refusal == null) {
                continue;
            }
            if (!(input instanceof Input.BranchEnlisted enlisted) || !intake.isOpen()) {
                return refusal;
            }
            answers.add(CoordinatorMessages.enlisted(
                    CoordinatorMessages.branch(enlisted.transaction(), enlisted.branch()),
                    refusal,
                    intake.position().epoch()));
        }
        writer.write(answers);
        return null;
    }

    private void read(ParticipantMessage message, List<Input> inputs, List<CoordinatorMessage> answers)
            throws RefusedException {
        switch (message.getMessageCase()) {
            case HELLO -> throw new RefusedException(RefusalReason.OUT_OF_ORDER, "Hello comes once");
            case ENLIST -> {
                try {
                    inputs.add(reader.enlist(message.getEnlist(), connection));
                } catch (RefusedException e) {
                    answers.add(CoordinatorMessages.enlisted(
                            message.getEnlist().getBranch(),
                            e.refusal(),
                            intake.position().epoch()));
                }
            }
            case VOTE -> inputs.add(reader.vote(message.getVote(), connection));
            case ACK -> inputs.add(reader.ack(message.getAck(), connection));
            case INQUIRE -> inputs.add(reader.inquire(message.getInquire(), connection));
            case HEARTBEAT -> {
                // That it came is all that it says.
            }
            case MESSAGE_NOT_SET ->
                throw new RefusedException(RefusalReason.MALFORMED_MESSAGE, "the message is empty or not known here");
        }
    }

    private @Nullable Refusal offer(Input input) {
        Refusal refusal = intake.offer(input);
        if (refusal == null && input instanceof Input.ParticipantConnected) {
            connected = true;
            if (ended.get()) {
                // It ended while Hello was on its way, and whoever ended it could not tell that it had to say so.
                tellLost();
            }
        }
        return refusal;
    }

    private static String name(ParticipantMessage message) {
        return message.getMessageCase() == ParticipantMessage.MessageCase.MESSAGE_NOT_SET
                ? "an empty message"
                : message.getMessageCase().name().toLowerCase(Locale.ROOT);
    }

    /** Writes messages. On the loop's thread or the log's. */
    void write(List<CoordinatorMessage> messages) {
        for (CoordinatorMessage message : messages) {
            gateway.count(message.getMessageCase());
        }
        writer.write(messages);
    }

    /** A heartbeat's time has passed: says something if nothing was said, and ends the stream of a silent peer. */
    void beat(LogPosition position, boolean hold) {
        // Whom nobody listens to is not silent: to drop participants under load would add to it.
        silentBeats = heard || heldBack ? 0 : silentBeats + 1;
        heard = false;
        if (silentBeats >= limits.silentBeatsMax()) {
            close(StatusMapper.exception(Refusal.of(
                    RefusalReason.PEER_SILENT,
                    "nothing was heard for " + silentBeats * limits.heartbeatMs() + " ms: connect again")));
        } else if (connected && !writer.wasWritten()) {
            write(List.of(CoordinatorMessages.heartbeat(position, hold)));
        }
    }

    /** The participant will say nothing more, and needs nothing more either: what it is owed waits for its next stream. */
    @Override
    public void onCompleted() {
        close(null);
    }

    @Override
    public void onError(Throwable cause) {
        end();
    }

    /** Ends the stream; null for well. From any thread. */
    void close(@Nullable StatusRuntimeException status) {
        writer.close(status);
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            writer.abandon();
            gateway.remove(this, connection);
            if (connected) {
                tellLost();
            }
        }
    }

    private void tellLost() {
        // Refused only by a coordinator that is stopping, which does not need to know.
        intake.offer(new Input.ParticipantLost(connection));
    }
}

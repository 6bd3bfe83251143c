package io.unanimous.coordinator.transport;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.runtime.Counters;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Keeps the participants' streams, and finds each by its connection's number. From any thread. */
final class ParticipantGateway extends ParticipantServiceGrpc.ParticipantServiceImplBase {

    private final RequestReader reader;
    private final Intake intake;
    private final StreamSlots slots;
    private final EdgeLimits limits;
    private final OpenCalls<ParticipantStream> streams = new OpenCalls<>();
    private final Map<Long, ParticipantStream> byConnection = new ConcurrentHashMap<>();
    private final Map<ParticipantMessage.MessageCase, LongAdder> messagesIn =
            new EnumMap<>(ParticipantMessage.MessageCase.class);
    private final Map<CoordinatorMessage.MessageCase, LongAdder> messagesOut =
            new EnumMap<>(CoordinatorMessage.MessageCase.class);
    private long lastConnection;

    ParticipantGateway(RequestReader reader, Intake intake, StreamSlots slots, EdgeLimits limits, Counters counters) {
        this.reader = reader;
        this.intake = intake;
        this.slots = slots;
        this.limits = limits;
        for (ParticipantMessage.MessageCase kind : ParticipantMessage.MessageCase.values()) {
            messagesIn.put(kind, counters.of("messages_in_" + kind.name().toLowerCase(Locale.ROOT)));
        }
        for (CoordinatorMessage.MessageCase kind : CoordinatorMessage.MessageCase.values()) {
            messagesOut.put(kind, counters.of("messages_out_" + kind.name().toLowerCase(Locale.ROOT)));
        }
    }

    @Override
    public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> responses) {
        ServerCallStreamObserver<ConnectResponse> call = (ServerCallStreamObserver<ConnectResponse>) responses;
        Refusal refusal = intake.isOpen() ? slots.take() : intake.notReady();
        if (refusal != null) {
            return RefusedStream.refuse(call, refusal);
        }
        ParticipantStream stream = new ParticipantStream(call, this, reader, intake, limits);
        streams.add(stream);
        stream.begin();
        return stream;
    }

    /** Gives a stream its number. Under this object's lock, and until it is released no other gets one. */
    long register(ParticipantStream stream) {
        lastConnection++;
        byConnection.put(lastConnection, stream);
        return lastConnection;
    }

    /** Forgets a stream; the number is 0 when it never got one. */
    void remove(ParticipantStream stream, long connection) {
        if (streams.remove(stream)) {
            slots.giveBack();
        }
        byConnection.remove(connection);
    }

    /** The stream of this number; null when it has ended. */
    @Nullable
    ParticipantStream find(long connection) {
        return byConnection.get(connection);
    }

    void count(ParticipantMessage.MessageCase kind) {
        adder(messagesIn, kind).increment();
    }

    void count(CoordinatorMessage.MessageCase kind) {
        adder(messagesOut, kind).increment();
    }

    private static <K extends Enum<K>> LongAdder adder(Map<K, LongAdder> adders, K kind) {
        LongAdder adder = adders.get(kind);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + kind);
        }
        return adder;
    }

    /** A heartbeat's time has passed. */
    void beat(LogPosition position, boolean hold) {
        streams.forEach(stream -> stream.beat(position, hold));
    }

    /** Tells every participant to come back after a while. */
    void drain(long reconnectAfterMs) {
        List<CoordinatorMessage> drain = List.of(CoordinatorMessages.drain(reconnectAfterMs));
        byConnection.values().forEach(stream -> stream.write(drain));
    }

    /** Ends every stream. */
    void closeAll(Refusal refusal) {
        streams.forEach(stream -> stream.close(StatusMapper.exception(refusal)));
    }
}

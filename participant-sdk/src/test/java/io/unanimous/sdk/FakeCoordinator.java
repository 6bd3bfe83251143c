package io.unanimous.sdk;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import io.unanimous.v1.Welcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A coordinator that only listens, and says what the test has it say. On the test's own thread. */
final class FakeCoordinator implements AutoCloseable {

    final List<ParticipantStream> participants = new ArrayList<>();
    final List<SessionStream> sessions = new ArrayList<>();
    private final String name = InProcessServerBuilder.generateName();
    private final Server server;

    FakeCoordinator() {
        try {
            server = InProcessServerBuilder.forName(name)
                    .directExecutor()
                    .addService(new Participants())
                    .addService(new Transactions())
                    .build()
                    .start();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    ManagedChannel dial() {
        return InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    /** The participant's newest stream. */
    ParticipantStream participant() {
        return participants.get(participants.size() - 1);
    }

    /** The newest session. */
    SessionStream session() {
        return sessions.get(sessions.size() - 1);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    /** One end of a stream of frames. */
    abstract static class FrameStream<I, O> implements StreamObserver<I> {
        final StreamObserver<O> out;
        final List<Integer> frameSizes = new ArrayList<>();
        boolean ended;

        FrameStream(StreamObserver<O> out) {
            this.out = out;
        }

        void fail(Status status) {
            ended = true;
            out.onError(status.asRuntimeException());
        }

        @Override
        public void onError(Throwable cancelled) {
            ended = true;
        }

        @Override
        public void onCompleted() {
            ended = true;
            out.onCompleted();
        }
    }

    /** What a participant says, and what it is told. */
    static final class ParticipantStream extends FrameStream<ConnectRequest, ConnectResponse> {
        final List<ParticipantMessage> received = new ArrayList<>();

        ParticipantStream(StreamObserver<ConnectResponse> out) {
            super(out);
        }

        @Override
        public void onNext(ConnectRequest frame) {
            frameSizes.add(frame.getMessagesCount());
            received.addAll(frame.getMessagesList());
        }

        void send(CoordinatorMessage... messages) {
            out.onNext(ConnectResponse.newBuilder()
                    .addAllMessages(List.of(messages))
                    .build());
        }

        void welcome(LogPosition position) {
            send(CoordinatorMessage.newBuilder()
                    .setWelcome(Welcome.newBuilder()
                            .setPosition(position)
                            .setHeartbeatMs(5_000)
                            .setPrepareTimeoutMs(10_000))
                    .build());
        }

        /** What was received of one kind, picked out. */
        <T> List<T> received(Function<ParticipantMessage, Boolean> kind, Function<ParticipantMessage, T> pick) {
            return received.stream().filter(kind::apply).map(pick).toList();
        }
    }

    /** What an initiator says, and what it is told. */
    static final class SessionStream extends FrameStream<SessionRequest, SessionResponse> {
        final List<SessionCommand> received = new ArrayList<>();

        SessionStream(StreamObserver<SessionResponse> out) {
            super(out);
        }

        @Override
        public void onNext(SessionRequest frame) {
            frameSizes.add(frame.getCommandsCount());
            received.addAll(frame.getCommandsList());
        }

        SessionCommand last() {
            return received.get(received.size() - 1);
        }

        void reply(SessionReply.Builder... replies) {
            SessionResponse.Builder frame = SessionResponse.newBuilder();
            for (SessionReply.Builder reply : replies) {
                frame.addReplies(reply);
            }
            out.onNext(frame.build());
        }
    }

    private final class Participants extends ParticipantServiceGrpc.ParticipantServiceImplBase {
        @Override
        public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> out) {
            ParticipantStream stream = new ParticipantStream(out);
            participants.add(stream);
            return stream;
        }
    }

    private final class Transactions extends TransactionServiceGrpc.TransactionServiceImplBase {
        @Override
        public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> out) {
            SessionStream stream = new SessionStream(out);
            sessions.add(stream);
            return stream;
        }
    }
}

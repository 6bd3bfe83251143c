package io.unanimous.sdk;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Drain;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Hello;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc.ParticipantServiceStub;
import io.unanimous.v1.Welcome;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one participant's stream to the coordinator: opens it, greets, sends and receives frames, beats, notices silence,
 * and opens another one when it is lost.
 *
 * <p>Votes and acknowledgements that were not sent when a stream was lost leave on the next one. Each stream is an object
 * of its own, and what an older one still says is not heard. Confined to the participant's loop; gRPC's callbacks only
 * queue tasks to it.
 */
final class ParticipantConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ParticipantConnection.class);

    private static final int PROTOCOL_VERSION = 1;

    private static final ParticipantMessage HEARTBEAT = ParticipantMessage.newBuilder()
            .setHeartbeat(Heartbeat.getDefaultInstance())
            .build();

    /** What the participant does with its connection; called on the loop. */
    interface Listener {
        /** The transport is ready: {@link #greet} once a scan has been made, or has failed, or takes too long. */
        void ready();

        /**
         * Welcomed.
         *
         * @return false to refuse the coordinator: the stream is dropped
         */
        boolean welcomed(Welcome welcome);

        /** Anything that comes after Welcome. */
        void received(CoordinatorMessage message, LogPosition coordinator);

        /** Whether there is room for what another frame may bring. */
        boolean hasRoom();
    }

    private enum State {
        /** No stream; the next one is opened in time. */
        WAITING,
        /** Opened; the transport is not ready. */
        OPENING,
        /** The transport is ready; a scan is made. */
        SCANNING,
        /** Hello is sent. */
        GREETED,
        /** In use. */
        WELCOMED,
        /** No stream, for ever. */
        CLOSED
    }

    private final String resource;
    private final ParticipantServiceStub service;
    private final Runnable dialNow;
    private final Clockwork clockwork;
    private final Duration silenceMax;
    private final Duration reconnectMax;
    private final SerialLoop loop;
    private final Listener listener;
    private final Backoff backoff;
    private final FrameQueue<ParticipantMessage> outbox = new FrameQueue<>();

    private State state = State.WAITING;
    private @Nullable Stream stream;
    private long openAtNanos;
    private long welcomedNanos;
    private long heartbeatNanos = Long.MAX_VALUE;
    private LogPosition coordinator = LogPosition.getDefaultInstance();
    private Status lastFailure = Status.UNAVAILABLE.withDescription("not connected yet");

    ParticipantConnection(
            String resource,
            ParticipantServiceStub service,
            Runnable dialNow,
            ClientOptions options,
            Environment environment,
            SerialLoop loop,
            Listener listener) {
        this.resource = resource;
        this.service = service;
        this.dialNow = dialNow;
        this.clockwork = environment.clockwork();
        this.silenceMax = options.silenceMax();
        this.reconnectMax = options.reconnectMax();
        this.loop = loop;
        this.listener = listener;
        this.backoff = new Backoff(options.reconnectMin(), options.reconnectMax(), environment::random);
        this.openAtNanos = clockwork.nanoTime();
    }

    boolean isWelcomed() {
        return state == State.WELCOMED;
    }

    /** Hello is due: the transport is ready and {@link #greet} was not called yet. */
    boolean isScanning() {
        return state == State.SCANNING;
    }

    /** The coordinator that welcomed last; the default instance before the first. */
    LogPosition coordinator() {
        return coordinator;
    }

    /** Why there is no stream, for messages. */
    Status lastFailure() {
        return lastFailure;
    }

    // -------------------------------------------------------------------------------------------------------- sending

    /** Queues a message; it leaves at the end of the turn, or on the next stream. Only votes and acks outlive a stream. */
    void send(ParticipantMessage message) {
        if (state != State.CLOSED) {
            outbox.add(message);
        }
    }

    /** Sends Hello. */
    void greet(Hello.Builder hello) {
        Stream current = stream;
        if (state == State.SCANNING && current != null) {
            state = State.GREETED;
            current.lastReceivedNanos = clockwork.nanoTime();
            current.send(List.of(ParticipantMessage.newBuilder()
                    .setHello(hello.setProtocolVersion(PROTOCOL_VERSION))
                    .build()));
        }
    }

    /** At the end of each turn: what the turn produced leaves, as far as the transport takes it. */
    void flush() {
        Stream current = stream;
        if (state == State.WELCOMED && current != null) {
            while (!outbox.isEmpty() && current.isReady()) {
                current.send(outbox.nextFrame());
            }
            current.readOn();
        }
        if (outbox.overflows()) {
            outbox.retain(message -> false);
            lost(Status.RESOURCE_EXHAUSTED.withDescription("the coordinator does not read"));
        }
    }

    /** Opens, beats, notices silence. */
    void tick(long now) {
        if (state == State.WAITING && now - openAtNanos >= 0) {
            open(now);
            return;
        }
        Stream current = stream;
        if (current == null) {
            return;
        }
        boolean expectsNothing = state == State.SCANNING || current.framesOwed > 0;
        if (expectsNothing) {
            current.lastReceivedNanos = now;
        } else if (now - current.lastReceivedNanos > silenceMax.toNanos()) {
            lost(Status.UNAVAILABLE.withDescription(
                    "the coordinator was silent for more than " + silenceMax.toMillis() + " ms"));
            return;
        }
        if (state == State.WELCOMED) {
            if (outbox.isEmpty() && now - current.lastSentNanos >= heartbeatNanos - Limits.TICK.toNanos()) {
                outbox.add(HEARTBEAT);
            }
            if (now - welcomedNanos > Limits.STEADY_AFTER.toNanos()) {
                backoff.reset();
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------- streams

    private void open(long now) {
        state = State.OPENING;
        dialNow.run();
        Stream opened = new Stream(now);
        stream = opened;
        opened.start();
    }

    /** Ends the stream, if there is one, and plans the next. */
    private void lost(Status why) {
        reconnectAfter(why, backoff.nextNanos());
    }

    private void reconnectAfter(Status why, long waitNanos) {
        Stream ended = stream;
        stream = null;
        if (ended != null) {
            ended.abandon(why);
        }
        if (state == State.CLOSED) {
            return;
        }
        LOG.atLevel(isOurFault(why) ? org.slf4j.event.Level.ERROR : org.slf4j.event.Level.INFO)
                .log(
                        "The stream for {} ended: {}. The next one opens in {} ms",
                        resource,
                        Texts.of(why),
                        waitNanos / 1_000_000);
        state = State.WAITING;
        lastFailure = why;
        openAtNanos = clockwork.nanoTime() + waitNanos;
        outbox.retain(message -> message.hasVote() || message.hasAck());
    }

    /** What trying again does not mend. It is tried again all the same: an operator may mend it. */
    private static boolean isOurFault(Status why) {
        return why.getCode() == Status.Code.INVALID_ARGUMENT
                || why.getCode() == Status.Code.FAILED_PRECONDITION
                || why.getCode() == Status.Code.UNIMPLEMENTED
                || why.getCode() == Status.Code.UNAUTHENTICATED
                || why.getCode() == Status.Code.PERMISSION_DENIED;
    }

    /** Ends the stream for good, after what is queued has left. */
    void close() {
        flush();
        Stream last = stream;
        stream = null;
        state = State.CLOSED;
        if (last != null) {
            last.complete();
        }
    }

    private void receive(Stream from, ConnectResponse frame) {
        from.lastReceivedNanos = clockwork.nanoTime();
        for (CoordinatorMessage message : frame.getMessagesList()) {
            if (stream != from) {
                // An older stream, or one that this very frame has ended.
                return;
            }
            receive(message);
        }
        from.framesOwed++;
        from.readOn();
    }

    private void receive(CoordinatorMessage message) {
        if (state != State.WELCOMED) {
            if (state == State.GREETED && message.hasWelcome()) {
                welcome(message.getWelcome());
            } else {
                lost(Status.INTERNAL.withDescription(
                        "the coordinator sent " + message.getMessageCase() + " before Welcome"));
            }
        } else if (message.hasDrain()) {
            drain(message.getDrain());
        } else {
            listener.received(message, coordinator);
        }
    }

    private void welcome(Welcome welcome) {
        LogPosition position;
        try {
            position = Wire.position(welcome.getPosition());
        } catch (IllegalArgumentException malformed) {
            lost(Status.INTERNAL.withDescription("Welcome is malformed: " + malformed.getMessage()));
            return;
        }
        coordinator = position;
        state = State.WELCOMED;
        welcomedNanos = clockwork.nanoTime();
        heartbeatNanos = Math.max(
                Duration.ofMillis(Math.min(welcome.getHeartbeatMs(), Integer.MAX_VALUE))
                        .toNanos(),
                Limits.HEARTBEAT_MIN.toNanos());
        if (!listener.welcomed(welcome)) {
            lost(Status.FAILED_PRECONDITION.withDescription("the coordinator runs epoch " + position.getEpoch()
                    + ", and a higher one was seen: it was replaced"));
        }
    }

    /** The coordinator goes away: what is queued leaves, and the next stream opens when it may be back. */
    private void drain(Drain drain) {
        flush();
        Stream drained = stream;
        if (drained != null) {
            stream = null;
            drained.complete();
            long wait = Math.min(
                    Duration.ofMillis(Math.min(drain.getReconnectAfterMs(), Integer.MAX_VALUE))
                            .toNanos(),
                    reconnectMax.toNanos());
            reconnectAfter(Status.UNAVAILABLE.withDescription("the coordinator goes away"), wait + backoff.nextNanos());
        }
    }

    /** One stream. Callbacks come on gRPC's threads and only queue; the rest is confined to the loop. */
    private final class Stream implements ClientResponseObserver<ConnectRequest, ConnectResponse> {

        private @Nullable ClientCallStreamObserver<ConnectRequest> call;
        private long lastReceivedNanos;
        private long lastSentNanos;
        private int framesOwed;
        private boolean over;

        Stream(long now) {
            lastReceivedNanos = now;
            lastSentNanos = now;
        }

        void start() {
            var unused = service.connect(this);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ConnectRequest> call) {
            this.call = call;
            call.disableAutoRequestWithInitial(Limits.FRAMES_AHEAD_MAX);
            call.setOnReadyHandler(() -> loop.execute(this::ready));
        }

        private void ready() {
            if (stream == this && state == State.OPENING) {
                state = State.SCANNING;
                listener.ready();
            }
        }

        boolean isReady() {
            return call != null && !over && call.isReady();
        }

        void send(List<ParticipantMessage> messages) {
            if (call != null && !over) {
                lastSentNanos = clockwork.nanoTime();
                call.onNext(ConnectRequest.newBuilder().addAllMessages(messages).build());
            }
        }

        /** Asks for as many frames as were taken in, once there is room for what they may bring. */
        void readOn() {
            if (framesOwed > 0 && call != null && !over && listener.hasRoom()) {
                call.request(framesOwed);
                framesOwed = 0;
            }
        }

        void complete() {
            if (call != null && !over) {
                over = true;
                call.onCompleted();
            }
        }

        void abandon(Status why) {
            if (call != null && !over) {
                over = true;
                call.cancel(why.getDescription(), null);
            }
        }

        @Override
        public void onNext(ConnectResponse frame) {
            loop.execute(() -> receive(this, frame));
        }

        @Override
        public void onError(Throwable thrown) {
            ended(Status.fromThrowable(thrown));
        }

        @Override
        public void onCompleted() {
            ended(Status.UNAVAILABLE.withDescription("the coordinator ended the stream"));
        }

        private void ended(Status why) {
            loop.execute(() -> {
                over = true;
                if (stream == this) {
                    lost(why);
                }
            });
        }
    }
}

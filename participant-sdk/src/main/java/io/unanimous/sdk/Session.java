package io.unanimous.sdk;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc.TransactionServiceStub;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream over which a client begins and ends its transactions: commands of many threads leave together in frames,
 * and replies come back in any order.
 *
 * <p>The stream opens when it is needed. When it is lost, what was not sent yet waits for the next one; of what was sent,
 * whatever is idempotent is asked again, and Begin fails, because nobody knows whether it was heard. What has no answer is
 * asked again from time to time on the same stream too. Everything ends by its deadline.
 *
 * <p>Confined to its loop, but for {@link #submit} and {@link #close}.
 */
final class Session {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final TransactionServiceStub service;
    private final Runnable dialNow;
    private final Clockwork clockwork;
    private final Supplier<RandomGenerator> random;
    private final Duration askAgainAfter;
    private final long silenceMaxNanos;
    private final Backoff backoff;
    private final SerialLoop loop;
    private final Clockwork.Ticking ticking;
    private final AtomicBoolean tickQueued = new AtomicBoolean();

    private final Set<Operation<?>> operations = new LinkedHashSet<>();
    private final Map<Long, Operation<?>> byRequestId = new HashMap<>();
    private final FrameQueue<SessionCommand> outbox = new FrameQueue<>();
    private long lastRequestId;
    private @Nullable Stream stream;
    private long openAtNanos;
    private Status lastFailure = Status.UNAVAILABLE.withDescription("not connected yet");
    private boolean closed;

    Session(TransactionServiceStub service, Runnable dialNow, ClientOptions options, Environment environment) {
        this.service = service;
        this.dialNow = dialNow;
        this.clockwork = environment.clockwork();
        this.random = environment::random;
        this.askAgainAfter = options.askAgainAfter();
        this.silenceMaxNanos = options.silenceMax().toNanos();
        this.backoff = new Backoff(options.reconnectMin(), options.reconnectMax(), random);
        this.openAtNanos = clockwork.nanoTime();
        this.loop = new SerialLoop(environment.loops(), this::flush);
        this.ticking = clockwork.every(Limits.TICK, this::tickSoon);
    }

    /** Asks, in its turn. From any thread; never blocks. */
    void submit(Operation<?> operation) {
        loop.execute(() -> take(operation));
    }

    private void take(Operation<?> operation) {
        if (closed) {
            operation.fail(new CoordinatorUnavailableException("The client is closed", null));
        } else if (operations.size() >= Limits.OPERATIONS_MAX) {
            operation.fail(Refusals.local(
                    Status.Code.RESOURCE_EXHAUSTED,
                    "CLIENT_OVERLOADED",
                    "This client waits for " + Limits.OPERATIONS_MAX + " answers already; nothing was sent"));
        } else {
            operations.add(operation);
            if (stream != null) {
                ask(operation);
            } else if (clockwork.nanoTime() - openAtNanos >= 0) {
                open();
            }
        }
    }

    private void ask(Operation<?> operation) {
        long now = clockwork.nanoTime();
        long requestId = ++lastRequestId;
        // The answer is to arrive before the caller stops waiting for it.
        long left = operation.deadlineNanos() - now;
        long answerWithin = left - Math.min(left / 10, Limits.ANSWER_MARGIN_MAX.toNanos());
        long wait = Backoff.jittered(askAgainAfter, random.get()) << Math.min(operation.asks(), 3);
        operation.asked(requestId, now + wait);
        byRequestId.put(requestId, operation);
        outbox.add(operation.command(answerWithin).setRequestId(requestId).build());
    }

    private void answered(SessionReply reply) {
        Operation<?> operation = byRequestId.remove(reply.getRequestId());
        if (operation != null) {
            operation.requestIds().remove(reply.getRequestId());
            operation.answered(reply, clockwork.nanoTime());
            if (operation.future().isDone()) {
                operations.remove(operation);
                byRequestId.keySet().removeAll(operation.requestIds());
            }
        }
    }

    /** At the end of each turn: what the turn produced leaves, as far as the transport takes it. */
    private void flush() {
        Stream current = stream;
        while (current != null && !outbox.isEmpty() && current.isReady()) {
            List<SessionCommand> frame = outbox.nextFrame();
            for (SessionCommand command : frame) {
                Operation<?> operation = byRequestId.get(command.getRequestId());
                if (operation != null) {
                    operation.sent();
                }
            }
            current.send(frame);
        }
    }

    // ------------------------------------------------------------------------------------------------------- streams

    private void open() {
        dialNow.run();
        Stream opened = new Stream(clockwork.nanoTime());
        stream = opened;
        opened.start();
        operations.forEach(this::ask);
    }

    private void lost(Status why) {
        Stream ended = stream;
        stream = null;
        if (ended != null) {
            ended.abandon(why);
        }
        lastFailure = why;
        outbox.retain(command -> false);
        byRequestId.clear();
        Iterator<Operation<?>> rest = operations.iterator();
        while (rest.hasNext()) {
            Operation<?> operation = rest.next();
            operation.requestIds().clear();
            if (operation.wasSent() && !operation.isRepeatable()) {
                rest.remove();
                operation.fail(new CoordinatorUnavailableException(
                        "The stream was lost before the answer came: " + Texts.of(why)
                                + ". If a transaction was begun, it ends by its timeout.",
                        why.getCause()));
            }
        }
        long wait = backoff.nextNanos();
        openAtNanos = clockwork.nanoTime() + wait;
        LOG.info(
                "The session ended: {}; {} operations wait. It may open again in {} ms",
                Texts.of(why),
                operations.size(),
                wait / 1_000_000);
    }

    // ---------------------------------------------------------------------------------------------------------- time

    private void tickSoon() {
        if (tickQueued.compareAndSet(false, true)) {
            loop.execute(this::tick);
        }
    }

    private void tick() {
        tickQueued.set(false);
        long now = clockwork.nanoTime();
        expire(now);
        Stream current = stream;
        if (current == null) {
            if (!operations.isEmpty() && !closed && now - openAtNanos >= 0) {
                open();
            }
            return;
        }
        noticeSilence(current, now);
        if (stream == current) {
            for (Operation<?> operation : operations) {
                if (operation.isRepeatable() && now - operation.askAgainAtNanos() >= 0) {
                    ask(operation);
                }
            }
        }
    }

    private void expire(long now) {
        Iterator<Operation<?>> rest = operations.iterator();
        while (rest.hasNext()) {
            Operation<?> operation = rest.next();
            if (now - operation.deadlineNanos() >= 0) {
                rest.remove();
                byRequestId.keySet().removeAll(operation.requestIds());
                operation.fail(operation.expired(lastFailure));
            }
        }
    }

    /** A coordinator that owes an answer may take its time; one that does not answer a plain question is gone. */
    private void noticeSilence(Stream current, long now) {
        if (byRequestId.isEmpty()) {
            current.heardNanos = now;
            current.probed = false;
            return;
        }
        long silent = now - current.heardNanos;
        if (silent > silenceMaxNanos) {
            lost(Status.UNAVAILABLE.withDescription(
                    "the coordinator was silent for more than " + silenceMaxNanos / 1_000_000 + " ms"));
        } else if (silent > silenceMaxNanos / 2 && !current.probed) {
            current.probed = true;
            for (Operation<?> operation : operations) {
                if (!operation.transactionId().isEmpty()) {
                    outbox.add(SessionCommand.newBuilder()
                            .setRequestId(++lastRequestId)
                            .setGetTransaction(
                                    GetTransactionRequest.newBuilder().setTransactionId(operation.transactionId()))
                            .build());
                    return;
                }
            }
        }
    }

    /** Fails what is not answered yet, and ends the stream. From any thread. */
    void close() {
        ticking.stop();
        loop.execute(() -> {
            closed = true;
            Status why = Status.CANCELLED.withDescription("the client was closed");
            for (Operation<?> operation : operations) {
                operation.fail(operation.expired(why));
            }
            operations.clear();
            Stream current = stream;
            stream = null;
            if (current != null) {
                current.complete();
            }
        });
    }

    /** One stream. Callbacks come on gRPC's threads and only queue; the rest is confined to the loop. */
    private final class Stream implements ClientResponseObserver<SessionRequest, SessionResponse> {

        private final long openedNanos;
        private @Nullable ClientCallStreamObserver<SessionRequest> call;
        private long heardNanos;
        private boolean probed;
        private boolean over;

        Stream(long now) {
            openedNanos = now;
            heardNanos = now;
        }

        void start() {
            var unused = service.session(this);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SessionRequest> call) {
            this.call = call;
            call.disableAutoRequestWithInitial(Limits.FRAMES_AHEAD_MAX);
            // Nothing is to be done but to end a turn, which sends what waits.
            call.setOnReadyHandler(() -> loop.execute(() -> {}));
        }

        boolean isReady() {
            return call != null && !over && call.isReady();
        }

        void send(List<SessionCommand> commands) {
            if (call != null) {
                call.onNext(SessionRequest.newBuilder().addAllCommands(commands).build());
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
        public void onNext(SessionResponse frame) {
            loop.execute(() -> {
                if (stream == this) {
                    received(frame);
                }
            });
        }

        private void received(SessionResponse frame) {
            heardNanos = clockwork.nanoTime();
            probed = false;
            if (heardNanos - openedNanos > Limits.STEADY_AFTER.toNanos()) {
                backoff.reset();
            }
            frame.getRepliesList().forEach(Session.this::answered);
            if (call != null && !over) {
                call.request(1);
            }
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

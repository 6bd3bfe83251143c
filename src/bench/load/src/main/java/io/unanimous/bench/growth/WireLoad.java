package io.unanimous.bench.growth;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.unanimous.bench.wire.Frames;
import io.unanimous.bench.wire.Outbox;
import io.unanimous.bench.wire.Traffic;
import io.unanimous.bench.wire.Turns;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.AnswerAt;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.Command;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Hello;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.Refusal;
import io.unanimous.v1.Resource;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * An initiator and its participants on the wire itself, which can stop half-way: leave transactions open, or decided and
 * never acknowledged. It keeps one bit a transaction and participant, so that a million of them do not load the machine.
 *
 * <p>Every branch is named by its transaction's number, counted from zero over the life of a store; so participants that
 * come back with the same incarnation know which commits are new. All state but what {@code volatile} says belongs to
 * the one network thread.
 */
final class WireLoad implements AutoCloseable {

    /** How far transactions are taken. */
    enum Depth {
        /** Begun, and every branch enlisted. */
        OPEN,
        /** Decided to commit, the commit's answer not waiting for acknowledgements. */
        DECIDED,
        /** Committed and acknowledged by all. */
        FINISHED
    }

    /**
     * What a run did.
     *
     * @param count transactions that got there
     * @param seconds it took
     * @param latencies from the begin of each until it was there, nanoseconds
     */
    record Done(long count, double seconds, Histogram latencies) {

        double perSecond() {
            return count / seconds;
        }
    }

    private static final int CONNECT_SECONDS = 30;
    private static final int CLOSE_SECONDS = 10;
    private static final int STALLED_SECONDS = 90;
    private static final int SAY_SECONDS = 5;
    private static final long HEARTBEAT_MS = 1_000;
    private static final long TIMEOUT_MS = TimeUnit.HOURS.toMillis(24);
    private static final long ANSWER_WITHIN_MS = 60_000;
    private static final int RADIX = 36;
    private static final String OVERLOADED = "OVERLOADED";
    private static final double NS_PER_SECOND = 1e9;
    private static final long LATENCY_MAX_NS = TimeUnit.MINUTES.toNanos(5);
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[16]);

    private final ManagedChannel channel;
    private final Turns turns = new Turns(this::flush);
    private final String name;
    private final Outbox<SessionCommand, SessionRequest> session;
    private final List<Peer> peers = new CopyOnWriteArrayList<>();
    private final AtomicLong commitsTaken = new AtomicLong();
    private final AtomicLong shed = new AtomicLong();
    private volatile boolean acknowledging = true;
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Run running;
    private long numbers;

    private WireLoad(String address, String name, long numbers) {
        this.name = name;
        this.numbers = numbers;
        channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .eventLoopGroup(turns.loop())
                .channelType(Turns.clientChannel())
                .directExecutor()
                .build();
        session = new Outbox<>(
                TransactionServiceGrpc.newStub(channel).session(new Replies()), Frames::commands, new Traffic());
    }

    /**
     * Connects.
     *
     * @param name begins the names of its resources and participants
     * @param numbers of transactions that loads of this name have used on this store
     */
    static WireLoad connect(String address, String name, int participants, boolean acknowledging, long numbers)
            throws Exception {
        WireLoad load = new WireLoad(address, name, numbers);
        load.acknowledging = acknowledging;
        try {
            for (int number = 0; number < participants; number++) {
                Peer peer = load.new Peer(number);
                load.peers.add(peer);
                peer.enter();
            }
            return load;
        } catch (Throwable failed) {
            load.close();
            throw failed;
        }
    }

    /** The next transaction's number. */
    long numbers() {
        return numbers;
    }

    /** Commit orders that reached participants, repeated ones included. */
    long commitsTaken() {
        return commitsTaken.get();
    }

    /** Begins and enlistments that were refused under load, and tried again as advised. */
    long shed() {
        return shed.get();
    }

    /** Different transactions that each participant was told to commit, and acknowledged. */
    List<Integer> committed() throws Exception {
        return turns.loop()
                .submit(() ->
                        peers.stream().map(peer -> peer.committed.cardinality()).toList())
                .get(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    /** Takes so many transactions there, or as many as the time allows; in a closed loop. Says how many while it lasts. */
    Done run(Depth depth, int inFlight, long countMax, double secondsMax, Progress progress) throws Exception {
        Run run = new Run(depth, inFlight, numbers, countMax, secondsMax);
        running = run;
        turns.loop().execute(run::begin);
        turns.endSoon();
        long seen = -1;
        long stalledSeconds = 0;
        while (true) {
            try {
                Done done = run.done.get(SAY_SECONDS, TimeUnit.SECONDS);
                running = null;
                numbers = run.next;
                return done;
            } catch (TimeoutException goesOn) {
                long count = run.ended.get();
                stalledSeconds = count == seen ? stalledSeconds + SAY_SECONDS : 0;
                seen = count;
                if (stalledSeconds >= STALLED_SECONDS) {
                    throw new IllegalStateException(
                            "no transaction ended for " + stalledSeconds + " s; " + count + " had");
                }
                progress.at(count, countMax);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the load failed: " + e.getCause(), e.getCause());
            }
        }
    }

    private void flush() {
        session.flush();
        for (Peer peer : peers) {
            peer.outbox.flush();
        }
    }

    /** Does it again when the coordinator has advised to, if it was refused under load alone. */
    private void again(Refusal refusal, Runnable request) {
        if (!refusal.getReason().equals(OVERLOADED)) {
            throw new IllegalStateException("refused: " + refusal);
        }
        shed.incrementAndGet();
        var unused = turns.loop()
                .schedule(
                        () -> {
                            request.run();
                            turns.endSoon();
                        },
                        refusal.getRetryAfterMs(),
                        TimeUnit.MILLISECONDS);
    }

    private void failed(Throwable cause) {
        if (!closing && failure == null) {
            failure = cause;
        }
        Run run = running;
        if (run != null) {
            run.done.completeExceptionally(cause);
        }
        peers.forEach(peer -> peer.welcomed.completeExceptionally(cause));
    }

    /** Throws IllegalStateException if a stream broke that was not closed here. */
    void requireUnbroken() {
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("a stream broke: " + cause, cause);
        }
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        channel.shutdownNow();
        var unused = channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        turns.close();
    }

    /** Transactions that follow one another in as many slots as are in flight. */
    private final class Run {

        private final Depth depth;
        private final Slot[] slots;
        private final long first;
        private final long countMax;
        private final long beganNs = System.nanoTime();
        private final long untilNs;
        private final Histogram latencies = new Histogram(LATENCY_MAX_NS, SIGNIFICANT_DIGITS);
        private final CompletableFuture<Done> done = new CompletableFuture<>();
        private final AtomicLong ended = new AtomicLong();
        private long next;
        private long begun;
        private int busy;

        Run(Depth depth, int inFlight, long first, long countMax, double secondsMax) {
            this.depth = depth;
            this.first = first;
            this.countMax = countMax;
            untilNs = beganNs + (long) (secondsMax * NS_PER_SECOND);
            next = first;
            slots = new Slot[inFlight];
            for (int slot = 0; slot < inFlight; slot++) {
                slots[slot] = new Slot(first + slot);
            }
        }

        void begin() {
            busy = slots.length;
            for (Slot slot : slots) {
                begin(slot);
            }
        }

        private void begin(Slot slot) {
            if (begun >= countMax || System.nanoTime() - untilNs >= 0) {
                busy--;
                if (busy == 0) {
                    done.complete(new Done(ended.get(), (System.nanoTime() - beganNs) / NS_PER_SECOND, latencies));
                }
                return;
            }
            begun++;
            next = Math.max(next, slot.number + 1);
            slot.beganNs = System.nanoTime();
            request(slot);
        }

        private void request(Slot slot) {
            session.add(SessionCommand.newBuilder()
                    .setRequestId(slot.number)
                    .setBegin(BeginRequest.newBuilder().setTimeoutMs(TIMEOUT_MS).setInitiator(name))
                    .build());
        }

        /** The slot of a transaction of this run; null when it was another's. */
        @Nullable
        Slot slot(long number) {
            if (number < first) {
                return null;
            }
            Slot slot = slots[(int) ((number - first) % slots.length)];
            return slot.number == number ? slot : null;
        }

        void took(SessionReply reply) {
            Slot slot = slot(reply.getRequestId());
            if (slot == null) {
                throw new IllegalStateException("nobody asked for " + reply);
            }
            switch (reply.getReplyCase()) {
                case BEGIN -> {
                    slot.id = reply.getBegin().getTransactionId();
                    slot.enlisting = peers.size();
                    for (Peer peer : peers) {
                        peer.enlist(slot);
                    }
                }
                case COMMIT -> {
                    CommitResponse answer = reply.getCommit();
                    if (answer.getOutcome() != Outcome.OUTCOME_COMMITTED
                            || (depth == Depth.FINISHED && answer.getPendingBranches() > 0)) {
                        throw new IllegalStateException(slot.id + " is not committed as asked: " + answer);
                    }
                    there(slot);
                }
                case REFUSAL -> again(reply.getRefusal(), () -> request(slot));
                case ROLLBACK, GET_TRANSACTION, REPLY_NOT_SET ->
                    throw new IllegalStateException(slot.number + " was answered by " + reply);
            }
        }

        void enlisted(Peer peer, Enlisted answer) {
            Slot slot = slot(number(answer.getBranch()));
            if (slot == null) {
                return;
            }
            if (answer.hasRefusal()) {
                again(answer.getRefusal(), () -> peer.enlist(slot));
                return;
            }
            if (--slot.enlisting > 0) {
                return;
            }
            if (depth == Depth.OPEN) {
                there(slot);
                return;
            }
            session.add(SessionCommand.newBuilder()
                    .setRequestId(slot.number)
                    .setCommit(CommitRequest.newBuilder()
                            .setTransactionId(slot.id)
                            .setAnswerAt(
                                    depth == Depth.DECIDED
                                            ? AnswerAt.ANSWER_AT_DECISION
                                            : AnswerAt.ANSWER_AT_ALL_ACKNOWLEDGED)
                            .setAnswerWithinMs(ANSWER_WITHIN_MS))
                    .build());
        }

        private void there(Slot slot) {
            latencies.recordValue(Math.min(LATENCY_MAX_NS, System.nanoTime() - slot.beganNs));
            ended.incrementAndGet();
            slot.number += slots.length;
            begin(slot);
        }
    }

    /** One transaction in flight. */
    private static final class Slot {

        private long number;
        private long beganNs;
        private String id = "";
        private int enlisting;

        Slot(long number) {
            this.number = number;
        }
    }

    private final class Replies implements StreamObserver<SessionResponse> {

        @Override
        public void onNext(SessionResponse frame) {
            Run run = running;
            if (run != null) {
                guarded(() -> frame.getRepliesList().forEach(run::took));
            }
        }

        @Override
        public void onError(Throwable cause) {
            failed(cause);
        }

        @Override
        public void onCompleted() {
            failed(new IllegalStateException("the coordinator ended the session"));
        }
    }

    private static long number(BranchId branch) {
        String qualified = branch.getBranch();
        return Long.parseLong(qualified.substring(qualified.indexOf('/') + 1), RADIX);
    }

    private void guarded(Runnable taking) {
        try {
            taking.run();
        } catch (RuntimeException e) {
            failed(e);
        }
        turns.endSoon();
    }

    /** A participant: it votes yes, and acknowledges when it is to. */
    private final class Peer implements StreamObserver<ConnectResponse> {

        private final String resource;
        private final BitSet committed = new BitSet();
        private final CompletableFuture<Void> welcomed = new CompletableFuture<>();
        private final Outbox<ParticipantMessage, ConnectRequest> outbox;

        Peer(int number) {
            resource = name + "-" + number;
            outbox = new Outbox<>(
                    ParticipantServiceGrpc.newStub(channel).connect(this), Frames::fromParticipant, new Traffic());
        }

        void enter() throws Exception {
            outbox.add(ParticipantMessage.newBuilder()
                    .setHello(Hello.newBuilder()
                            .setProtocolVersion(1)
                            .setParticipant(resource)
                            .setIncarnation("incarnation-" + resource)
                            .addResources(Resource.newBuilder().setName(resource)))
                    .build());
            outbox.flush();
            welcomed.get(CONNECT_SECONDS, TimeUnit.SECONDS);
            beat();
        }

        private void beat() {
            if (!closing) {
                outbox.add(ParticipantMessage.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build());
                turns.endSoon();
                var unused = turns.loop().schedule(this::beat, HEARTBEAT_MS, TimeUnit.MILLISECONDS);
            }
        }

        void enlist(Slot slot) {
            outbox.add(ParticipantMessage.newBuilder()
                    .setEnlist(Enlist.newBuilder()
                            .setBranch(BranchId.newBuilder()
                                    .setTransactionId(slot.id)
                                    .setBranch(resource + "/" + Long.toString(slot.number, RADIX)))
                            .setPayload(PAYLOAD))
                    .build());
        }

        @Override
        public void onNext(ConnectResponse frame) {
            guarded(() -> frame.getMessagesList().forEach(this::take));
        }

        private void take(CoordinatorMessage message) {
            switch (message.getMessageCase()) {
                case WELCOME -> welcomed.complete(null);
                case ENLISTED -> {
                    Run run = running;
                    if (run != null) {
                        run.enlisted(this, message.getEnlisted());
                    }
                }
                case PREPARE ->
                    outbox.add(ParticipantMessage.newBuilder()
                            .setVote(VoteCast.newBuilder()
                                    .setBranch(message.getPrepare().getBranch())
                                    .setEpoch(message.getPrepare().getEpoch())
                                    .setAttempt(message.getPrepare().getAttempt())
                                    .setVote(Vote.VOTE_PREPARED))
                            .build());
                case COMMIT -> {
                    commitsTaken.incrementAndGet();
                    if (acknowledging) {
                        committed.set(Math.toIntExact(number(message.getCommit().getBranch())));
                        outbox.add(acknowledged(message));
                    }
                }
                case HEARTBEAT -> {}
                case ROLLBACK, FORGET, OUTCOME, DRAIN, MESSAGE_NOT_SET ->
                    throw new IllegalStateException(resource + " was told " + message);
            }
        }

        private ParticipantMessage acknowledged(CoordinatorMessage message) {
            return ParticipantMessage.newBuilder()
                    .setAck(Ack.newBuilder()
                            .setBranch(message.getCommit().getBranch())
                            .setEpoch(message.getCommit().getEpoch())
                            .setAttempt(message.getCommit().getAttempt())
                            .setCommand(Command.COMMAND_COMMIT)
                            .setResult(AckResult.ACK_RESULT_DONE))
                    .build();
        }

        @Override
        public void onError(Throwable cause) {
            failed(cause);
        }

        @Override
        public void onCompleted() {
            failed(new IllegalStateException("the coordinator ended the stream of " + resource));
        }
    }
}

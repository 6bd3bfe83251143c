package io.unanimous.bench.floor;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.Counts;
import io.unanimous.bench.contender.Outcome;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import io.unanimous.bench.contender.Verdict;
import io.unanimous.bench.wire.Frames;
import io.unanimous.bench.wire.Outbox;
import io.unanimous.bench.wire.Traffic;
import io.unanimous.bench.wire.Turns;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.Command;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Hello;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.Resource;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The client of a {@link FloorServer}: the messages of a transaction, each sent when the one before it was answered, and
 * gathered into a frame a stream for each turn of the network's thread. All streams share one connection, and so one thread reads
 * them all.
 *
 * <p>Against the bare echo, which answers each frame by one with as many messages, it fills its frames on purpose: at each
 * level with as many messages on average as the floor's frames had in the same round. Less goes out only when nothing is
 * on the way any more.
 */
final class FloorContender implements Contender {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int CONNECT_SECONDS = 30;
    private static final int CLOSE_SECONDS = 10;
    private static final long TIMEOUT_MS = 60_000;
    private static final long ANSWER_WITHIN_MS = 30_000;
    private static final String SESSION_FILL = "session-messages-per-frame";
    private static final String STREAM_FILL = "participant-messages-per-frame";
    private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[16]);

    private final ServerProcess server;
    private final ManagedChannel channel;
    private final Turns turns;
    private final boolean echo;
    private final int participants;
    private final Slot[] slots;
    private final Outbox<SessionCommand, SessionRequest> session;
    private final List<Outbox<ParticipantMessage, ConnectRequest>> streams = new CopyOnWriteArrayList<>();
    private final Traffic commands = new Traffic();
    private final Traffic replies = new Traffic();
    private final Traffic fromParticipants = new Traffic();
    private final Traffic toParticipants = new Traffic();
    private final NavigableMap<Integer, Double> sessionFill;
    private final NavigableMap<Integer, Double> streamFill;
    private volatile double sessionFillNow = 1;
    private volatile double streamFillNow = 1;
    private final List<CompletableFuture<Void>> welcomes = new ArrayList<>();

    /** One transaction in flight: what it still waits for in its present step. */
    private static final class Slot {
        private final AtomicInteger unanswered = new AtomicInteger();
        private volatile CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    }

    private FloorContender(ServerProcess server, int port, boolean echo, Setting setting) {
        this.server = server;
        turns = new Turns(this::flushAll);
        channel = NettyChannelBuilder.forAddress(LOOPBACK, port)
                .usePlaintext()
                .eventLoopGroup(turns.loop())
                .channelType(Turns.clientChannel())
                .directExecutor()
                .build();
        this.echo = echo;
        participants = setting.participants();
        slots = new Slot[setting.inFlight()];
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = new Slot();
        }
        sessionFill = fill(SESSION_FILL, setting);
        streamFill = fill(STREAM_FILL, setting);
        session = new Outbox<>(
                TransactionServiceGrpc.newStub(channel).session(new Replies()), Frames::commands, commands);
    }

    /** By level, as options say it. */
    private static NavigableMap<Integer, Double> fill(String what, Setting setting) {
        NavigableMap<Integer, Double> byLevel = new TreeMap<>();
        setting.options().forEach((name, value) -> {
            if (name.startsWith(what + ".")) {
                byLevel.put(Integer.parseInt(name.substring(what.length() + 1)), Double.parseDouble(value));
            }
        });
        return byLevel;
    }

    /** A level that is not known is like the next smaller one: the warm-up's may be none of those that are measured. */
    private static double fillAt(int inFlight, NavigableMap<Integer, Double> byLevel) {
        Map.Entry<Integer, Double> entry = byLevel.floorEntry(inFlight);
        return entry == null ? 1 : entry.getValue();
    }

    /** Starts a server of this kind and connects to it. */
    static FloorContender start(String kind, Setting setting) throws Exception {
        ServerProcess server = ServerProcess.java(
                kind,
                setting.directory(),
                ServerProcess.ownClassPath(),
                List.of(),
                FloorServer.class.getName(),
                List.of(
                        kind,
                        String.valueOf(setting.participants()),
                        setting.directory().toString()));
        try {
            String port = server.awaitLine(line -> line.startsWith("port ")).substring("port ".length());
            FloorContender contender =
                    new FloorContender(server, Integer.parseInt(port), kind.equals(FloorServer.ECHO), setting);
            contender.enter();
            return contender;
        } catch (Throwable failed) {
            server.close();
            throw failed;
        }
    }

    private void enter() throws Exception {
        for (int number = 0; number < participants; number++) {
            welcomes.add(new CompletableFuture<>());
            Outbox<ParticipantMessage, ConnectRequest> stream = new Outbox<>(
                    ParticipantServiceGrpc.newStub(channel).connect(new Orders(number)),
                    Frames::fromParticipant,
                    fromParticipants);
            streams.add(stream);
            stream.add(ParticipantMessage.newBuilder()
                    .setHello(Hello.newBuilder()
                            .setProtocolVersion(1)
                            .addResources(Resource.newBuilder().setName("bench-" + number)))
                    .build());
            stream.flush();
            // One after the other: the server numbers the streams as they come.
            welcomes.get(number).get(CONNECT_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public CompletionStage<Outcome> transact(int slot) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        slots[slot].outcome = outcome;
        session.add(SessionCommand.newBuilder()
                .setRequestId(slot)
                .setBegin(BeginRequest.newBuilder().setTimeoutMs(TIMEOUT_MS).setInitiator("unanimous-sdk"))
                .build());
        turns.endSoon();
        return outcome;
    }

    // ------------------------------------------------------------------------------------------------------- answers

    private void take(SessionReply reply) {
        int slot = (int) reply.getRequestId();
        switch (reply.getReplyCase()) {
            case BEGIN -> {
                String id = reply.getBegin().getTransactionId();
                slots[slot].unanswered.set(participants);
                for (int number = 0; number < participants; number++) {
                    streams.get(number)
                            .add(ParticipantMessage.newBuilder()
                                    .setEnlist(Enlist.newBuilder()
                                            .setBranch(FloorServer.branch(id, number))
                                            .setPayload(PAYLOAD))
                                    .build());
                }
            }
            case COMMIT -> slots[slot].outcome.complete(Outcome.COMMITTED);
            case ROLLBACK, GET_TRANSACTION, REFUSAL, REPLY_NOT_SET -> throw unexpected(reply);
        }
    }

    private void take(int number, CoordinatorMessage message) {
        switch (message.getMessageCase()) {
            case WELCOME -> welcomes.get(number).complete(null);
            case ENLISTED -> {
                BranchId branch = message.getEnlisted().getBranch();
                if (echo) {
                    streams.get(number).add(vote(branch));
                } else {
                    stepWhenAllAnswered(branch, this::commit);
                }
            }
            case PREPARE -> {
                BranchId branch = message.getPrepare().getBranch();
                if (echo) {
                    stepWhenAllAnswered(branch, this::commit);
                } else {
                    if (number < participants - 1) {
                        streams.get(number).add(vote(branch));
                    }
                    // The last participant's is the one that decides: sent when all have been told to prepare.
                    stepWhenAllAnswered(branch, this::voteLast);
                }
            }
            case COMMIT -> {
                BranchId branch = message.getCommit().getBranch();
                if (echo || number < participants - 1) {
                    streams.get(number).add(ack(branch));
                }
                if (!echo) {
                    // The last participant's is the one that the server answers: sent when all were told to commit.
                    stepWhenAllAnswered(branch, this::ackLast);
                }
            }
            case ROLLBACK, FORGET, OUTCOME, HEARTBEAT, DRAIN, MESSAGE_NOT_SET -> throw unexpected(message);
        }
    }

    private static int slot(BranchId branch) {
        return SlotId.slot(branch.getTransactionId());
    }

    private void stepWhenAllAnswered(BranchId branch, Consumer<String> step) {
        AtomicInteger unanswered = slots[slot(branch)].unanswered;
        if (unanswered.decrementAndGet() == 0) {
            unanswered.set(participants);
            step.accept(branch.getTransactionId());
        }
    }

    private void commit(String id) {
        session.add(SessionCommand.newBuilder()
                .setRequestId(SlotId.slot(id))
                .setCommit(CommitRequest.newBuilder().setTransactionId(id).setAnswerWithinMs(ANSWER_WITHIN_MS))
                .build());
    }

    private void voteLast(String id) {
        streams.get(participants - 1).add(vote(FloorServer.branch(id, participants - 1)));
    }

    private void ackLast(String id) {
        streams.get(participants - 1).add(ack(FloorServer.branch(id, participants - 1)));
    }

    private static ParticipantMessage vote(BranchId branch) {
        return ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(branch)
                        .setEpoch(1)
                        .setAttempt(1)
                        .setVote(Vote.VOTE_PREPARED))
                .build();
    }

    private static ParticipantMessage ack(BranchId branch) {
        return ParticipantMessage.newBuilder()
                .setAck(Ack.newBuilder()
                        .setBranch(branch)
                        .setEpoch(1)
                        .setAttempt(1)
                        .setCommand(Command.COMMAND_COMMIT)
                        .setResult(AckResult.ACK_RESULT_DONE))
                .build();
    }

    private static IllegalStateException unexpected(Object message) {
        return new IllegalStateException("the floor does not say " + message);
    }

    private void flushAll() {
        if (echo) {
            session.flushInFramesOf(sessionFillNow);
            streams.forEach(stream -> stream.flushInFramesOf(streamFillNow));
            if (framesOnTheWay() > 0) {
                return;
            }
        }
        session.flush();
        streams.forEach(Outbox::flush);
    }

    private long framesOnTheWay() {
        return commands.frames() + fromParticipants.frames() - replies.frames() - toParticipants.frames();
    }

    @Override
    public void levelBegins(int inFlight) {
        sessionFillNow = fillAt(inFlight, sessionFill);
        streamFillNow = fillAt(inFlight, streamFill);
        List.of(commands, replies, fromParticipants, toParticipants).forEach(Traffic::reset);
    }

    @Override
    public Map<String, Double> levelEnded() {
        return Map.of(
                SESSION_FILL, Traffic.messagesPerFrame(commands, replies),
                STREAM_FILL, Traffic.messagesPerFrame(fromParticipants, toParticipants));
    }

    private void failed(Throwable failure) {
        for (Slot slot : slots) {
            slot.outcome.completeExceptionally(failure);
        }
        welcomes.forEach(welcome -> welcome.completeExceptionally(failure));
    }

    private final class Replies implements StreamObserver<SessionResponse> {
        @Override
        public void onNext(SessionResponse frame) {
            replies.add(frame.getRepliesCount());
            frame.getRepliesList().forEach(FloorContender.this::take);
            turns.endSoon();
        }

        @Override
        public void onError(Throwable failure) {
            failed(failure);
        }

        @Override
        public void onCompleted() {}
    }

    private final class Orders implements StreamObserver<ConnectResponse> {

        private final int number;

        Orders(int number) {
            this.number = number;
        }

        @Override
        public void onNext(ConnectResponse frame) {
            toParticipants.add(frame.getMessagesCount());
            frame.getMessagesList().forEach(message -> take(number, message));
            turns.endSoon();
        }

        @Override
        public void onError(Throwable failure) {
            failed(failure);
        }

        @Override
        public void onCompleted() {}
    }

    // ----------------------------------------------------------------------------------------------------- afterwards

    @Override
    public Verdict verify(Counts counts) throws Exception {
        String[] told = server.ask("counts").split(" ");
        return Verdict.builder()
                .equal("begun at the server", counts.begun(), Long.parseLong(told[0]))
                .equal("finished at the server", counts.committed(), Long.parseLong(told[1]))
                .equal("syncs were made (1) or none (0)", echo ? 0 : 1, Long.parseLong(told[2]) > 0 ? 1 : 0)
                .build();
    }

    @Override
    public void close() throws Exception {
        channel.shutdownNow();
        var unused = channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        turns.close();
        server.close();
    }
}

package io.unanimous.bench.floor;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.unanimous.bench.wire.Frames;
import io.unanimous.bench.wire.Outbox;
import io.unanimous.bench.wire.Traffic;
import io.unanimous.bench.wire.Turns;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.Commit;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionReply;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import io.unanimous.v1.Welcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The server of the floor and of the bare echo: it answers each message by its kind alone, and remembers nothing.
 *
 * <p>As the floor it answers where the coordinator would: a commit by a Prepare on every participant's stream, the last
 * participant's vote by a Commit on every stream once a shared sync has returned, the last participant's acknowledgement by
 * the reply to the commit. As the bare echo it answers every frame at once by one with as many messages, on the stream that
 * it came on. It ends when its standard input does.
 *
 * <p>Arguments: "floor" or "echo", the number of participants, and the directory.
 */
final class FloorServer {

    static final String FLOOR = "floor";
    static final String ECHO = "echo";

    private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[16]);
    private static final int MESSAGE_BYTES_MAX = 4 << 20;

    private final boolean echo;
    private final int participants;
    private final @Nullable SharedSync disk;
    private final List<Outbox<CoordinatorMessage, ConnectResponse>> streams = new CopyOnWriteArrayList<>();
    private volatile @Nullable Outbox<SessionReply, SessionResponse> session;
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final Traffic traffic = new Traffic();
    private final Turns turns = new Turns(this::flushAll);

    private FloorServer(boolean echo, int participants, @Nullable SharedSync disk) {
        this.echo = echo;
        this.participants = participants;
        this.disk = disk;
    }

    public static void main(String[] arguments) throws IOException {
        boolean echo = arguments[0].equals(ECHO);
        SharedSync disk = echo ? null : new SharedSync(Path.of(arguments[2]).resolve("decisions"));
        FloorServer floor = new FloorServer(echo, Integer.parseInt(arguments[1]), disk);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .bossEventLoopGroup(floor.turns.loop())
                .workerEventLoopGroup(floor.turns.loop())
                .channelType(Turns.serverChannel())
                .directExecutor()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .addService(floor.new Sessions())
                .addService(floor.new Participants())
                .build()
                .start();
        System.out.println("port " + server.getPort());
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (input.readLine() != null) {
            System.out.println(floor.begun + " " + floor.finished + " " + (disk == null ? 0 : disk.syncs()));
        }
        server.shutdownNow();
        System.exit(0);
    }

    private void flushAll() {
        Outbox<SessionReply, SessionResponse> initiator = session;
        if (initiator != null) {
            initiator.flush();
        }
        streams.forEach(Outbox::flush);
    }

    private void frameEnded(Outbox<?, ?> answers) {
        if (echo) {
            answers.flush();
        } else {
            turns.endSoon();
        }
    }

    private final class Sessions extends TransactionServiceGrpc.TransactionServiceImplBase {
        @Override
        public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> replies) {
            Outbox<SessionReply, SessionResponse> outbox = new Outbox<>(replies, Frames::replies, traffic);
            session = outbox;
            return new Inbound<>(outbox) {
                @Override
                public void onNext(SessionRequest frame) {
                    for (SessionCommand command : frame.getCommandsList()) {
                        take(command, outbox);
                    }
                    frameEnded(outbox);
                }
            };
        }
    }

    private void take(SessionCommand command, Outbox<SessionReply, SessionResponse> replies) {
        switch (command.getCommandCase()) {
            case BEGIN -> {
                begun.incrementAndGet();
                replies.add(SessionReply.newBuilder()
                        .setRequestId(command.getRequestId())
                        .setBegin(BeginResponse.newBuilder()
                                .setTransactionId(SlotId.of(command.getRequestId()))
                                .setTimeoutMs(command.getBegin().getTimeoutMs()))
                        .build());
            }
            case COMMIT -> {
                if (echo) {
                    replies.add(committed(command.getRequestId()));
                } else {
                    prepare(command.getCommit().getTransactionId());
                }
            }
            case ROLLBACK, GET_TRANSACTION, COMMAND_NOT_SET -> throw unexpected(command);
        }
    }

    private void prepare(String transactionId) {
        for (int number = 0; number < streams.size(); number++) {
            streams.get(number)
                    .add(CoordinatorMessage.newBuilder()
                            .setPrepare(prepare(branch(transactionId, number)))
                            .build());
        }
    }

    private static Prepare prepare(BranchId branch) {
        return Prepare.newBuilder()
                .setBranch(branch)
                .setEpoch(1)
                .setAttempt(1)
                .setLogNumber(1_000_000)
                .setVoteWithinMs(10_000)
                .build();
    }

    static BranchId branch(String transactionId, int number) {
        return BranchId.newBuilder()
                .setTransactionId(transactionId)
                .setBranch("bench-" + number + "/abcdefgh")
                .build();
    }

    private SessionReply committed(long requestId) {
        finished.incrementAndGet();
        return SessionReply.newBuilder()
                .setRequestId(requestId)
                .setCommit(CommitResponse.newBuilder().setOutcome(Outcome.OUTCOME_COMMITTED))
                .build();
    }

    private final class Participants extends ParticipantServiceGrpc.ParticipantServiceImplBase {
        @Override
        public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> answers) {
            Outbox<CoordinatorMessage, ConnectResponse> outbox =
                    new Outbox<>(answers, Frames::fromCoordinator, traffic);
            int number = streams.size();
            streams.add(outbox);
            return new Inbound<>(outbox) {
                @Override
                public void onNext(ConnectRequest frame) {
                    List<BranchId> lastVotes = new ArrayList<>();
                    for (ParticipantMessage message : frame.getMessagesList()) {
                        take(number, message, outbox, lastVotes);
                    }
                    frameEnded(outbox);
                    if (!lastVotes.isEmpty()) {
                        sync(lastVotes);
                    }
                }
            };
        }
    }

    private void take(
            int number,
            ParticipantMessage message,
            Outbox<CoordinatorMessage, ConnectResponse> answers,
            List<BranchId> lastVotes) {
        switch (message.getMessageCase()) {
            case HELLO ->
                answers.add(CoordinatorMessage.newBuilder()
                        .setWelcome(Welcome.getDefaultInstance())
                        .build());
            case ENLIST ->
                answers.add(CoordinatorMessage.newBuilder()
                        .setEnlisted(Enlisted.newBuilder()
                                .setBranch(message.getEnlist().getBranch())
                                .setEpoch(1))
                        .build());
            case VOTE -> {
                if (echo) {
                    answers.add(commit(message.getVote().getBranch()));
                } else if (number == participants - 1) {
                    lastVotes.add(message.getVote().getBranch());
                }
            }
            case ACK -> {
                BranchId branch = message.getAck().getBranch();
                if (echo) {
                    // Of the Prepare's size, which the echo does not exchange otherwise.
                    answers.add(CoordinatorMessage.newBuilder()
                            .setPrepare(prepare(branch))
                            .build());
                } else if (number == participants - 1) {
                    answerInitiator(branch);
                }
            }
            case INQUIRE, HEARTBEAT, MESSAGE_NOT_SET -> throw unexpected(message);
        }
    }

    private void answerInitiator(BranchId branch) {
        Outbox<SessionReply, SessionResponse> initiator = session;
        if (initiator == null) {
            throw new IllegalStateException("a transaction without an initiator: " + branch);
        }
        initiator.add(committed(SlotId.slot(branch.getTransactionId())));
    }

    private void sync(List<BranchId> lastVotes) {
        if (disk == null) {
            throw new IllegalStateException("the echo has no disk");
        }
        disk.write(new SharedSync.Waiting() {
            @Override
            public void synced() {
                for (BranchId vote : lastVotes) {
                    for (int number = 0; number < participants; number++) {
                        streams.get(number).add(commit(branch(vote.getTransactionId(), number)));
                    }
                }
            }

            @Override
            public void groupEnded() {
                turns.endSoon();
            }

            @Override
            public int records() {
                return lastVotes.size();
            }
        });
    }

    private static CoordinatorMessage commit(BranchId branch) {
        return CoordinatorMessage.newBuilder()
                .setCommit(Commit.newBuilder()
                        .setBranch(branch)
                        .setEpoch(1)
                        .setAttempt(1)
                        .setLogNumber(1_000_000)
                        .setPayload(PAYLOAD))
                .build();
    }

    private static IllegalStateException unexpected(Object message) {
        return new IllegalStateException("the floor does not know " + message);
    }

    /** The reading side of a stream; when the client ends, so does the answer. */
    private abstract static class Inbound<F> implements StreamObserver<F> {

        private final Outbox<?, ?> answers;

        Inbound(Outbox<?, ?> answers) {
            this.answers = answers;
        }

        @Override
        public void onError(Throwable failure) {
            // The client is gone, and with it whoever would be told.
        }

        @Override
        public void onCompleted() {
            answers.complete();
        }
    }
}

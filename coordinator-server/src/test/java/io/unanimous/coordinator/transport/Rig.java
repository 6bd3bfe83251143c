package io.unanimous.coordinator.transport;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.log.InMemoryDecisionLog;
import io.unanimous.coordinator.log.StoreIdentity;
import io.unanimous.coordinator.runtime.CoordinatorRuntime;
import io.unanimous.coordinator.runtime.Counters;
import io.unanimous.coordinator.runtime.CrashPoints;
import io.unanimous.coordinator.runtime.LoopLimits;
import io.unanimous.coordinator.runtime.ManualClock;
import io.unanimous.coordinator.runtime.SyncedPosition;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Hello;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.Resource;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;

/**
 * The edge with a real coordinator behind it, on one thread: whatever a client sends is in the mailbox when its call
 * returns, and what comes of it is with the client when {@link #run} returns.
 */
final class Rig implements AutoCloseable {

    static final UUID STORE = new UUID(0x0123456789abcdefL, 0x8edcba9876543210L);

    static final int NONCE = 7;

    final ManualClock clock = new ManualClock(new Now(1_000_000, 1_700_000_000_000L));
    final Counters counters = new Counters();
    final InMemoryDecisionLog log = new InMemoryDecisionLog(new StoreIdentity(STORE, 0, 1));
    final GrpcEdge edge;
    final CoordinatorRuntime runtime;
    final ManagedChannel channel;
    private final SyncedPosition position;
    private final Server server;
    private boolean lowSpace;

    Rig() {
        this(Limits.defaults(), EdgeLimits.defaults(), LoopLimits.defaults());
    }

    Rig(Limits limits, EdgeLimits edgeLimits, LoopLimits loopLimits) {
        edge = new GrpcEdge(
                limits,
                edgeLimits,
                new DaemonFacts("1.2.3", "/data", clock.read().wallMs(), counters));
        String name = UUID.randomUUID().toString();
        InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
        edge.services().forEach(builder::addService);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
        Coordinator coordinator = new Coordinator(limits, STORE, 0);
        log.replay(coordinator::replay);
        Turn started = new Turn();
        coordinator.start(NONCE, log.findings(), clock.read(), started);
        log.append(started.records(), true);
        position = new SyncedPosition(STORE, 0);
        position.epochBegan(coordinator.epoch(), coordinator.nonce(), coordinator.lastNumber());
        runtime = new CoordinatorRuntime(
                coordinator,
                log,
                position,
                edge.sink(),
                clock,
                CrashPoints.NONE,
                (doing, cause) -> {
                    throw new AssertionError(doing + " failed", cause);
                },
                counters,
                loopLimits);
        runtime.resume(started);
    }

    /** Lets requests in, and works off what the start left. */
    Rig opened() {
        edge.open(runtime, position, () -> lowSpace);
        run();
        return this;
    }

    void lowSpace(boolean value) {
        lowSpace = value;
    }

    /** Works until nothing is left to do at this time. */
    void run() {
        while (runtime.runTurn() > 0 | runtime.runBatch()) {
            continue;
        }
    }

    long epoch() {
        return position.get().epoch();
    }

    TransactionServiceGrpc.TransactionServiceStub transactions() {
        return TransactionServiceGrpc.newStub(channel);
    }

    AdminServiceGrpc.AdminServiceStub admin() {
        return AdminServiceGrpc.newStub(channel);
    }

    /** Opens a participant's stream; what it says goes through {@link Peer#send}. */
    Peer<ConnectRequest, ConnectResponse> connect() {
        Peer<ConnectRequest, ConnectResponse> peer = new Peer<>(true);
        peer.bind(ParticipantServiceGrpc.newStub(channel).connect(peer));
        return peer;
    }

    /** Opens a participant's stream that reads nothing unless it asks for it. */
    Peer<ConnectRequest, ConnectResponse> connectUnread() {
        Peer<ConnectRequest, ConnectResponse> peer = new Peer<>(false);
        peer.bind(ParticipantServiceGrpc.newStub(channel).connect(peer));
        return peer;
    }

    Peer<SessionRequest, SessionResponse> session() {
        Peer<SessionRequest, SessionResponse> peer = new Peer<>(true);
        peer.bind(transactions().session(peer));
        return peer;
    }

    /** Connects a participant for a resource, and takes in its Welcome. */
    Peer<ConnectRequest, ConnectResponse> participant(String resource) {
        Peer<ConnectRequest, ConnectResponse> peer = connect();
        peer.send(frame(ParticipantMessage.newBuilder().setHello(hello(resource))));
        run();
        peer.received().clear();
        return peer;
    }

    static Hello.Builder hello(String resource) {
        return Hello.newBuilder()
                .setProtocolVersion(1)
                .setParticipant("test")
                .setIncarnation("incarnation-" + resource)
                .addResources(Resource.newBuilder().setName(resource));
    }

    static ConnectRequest frame(ParticipantMessage.Builder... messages) {
        ConnectRequest.Builder frame = ConnectRequest.newBuilder();
        for (ParticipantMessage.Builder message : messages) {
            frame.addMessages(message);
        }
        return frame.build();
    }

    static ParticipantMessage.Builder enlist(String transaction, String branch) {
        return ParticipantMessage.newBuilder().setEnlist(Enlist.newBuilder().setBranch(branchId(transaction, branch)));
    }

    static BranchId branchId(String transaction, String branch) {
        return BranchId.newBuilder()
                .setTransactionId(transaction)
                .setBranch(branch)
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    /** One end of a stream or of a call: keeps all that it hears. */
    static final class Peer<Q, R> implements io.grpc.stub.ClientResponseObserver<Q, R> {
        private final boolean reads;
        private final List<R> received = new java.util.concurrent.CopyOnWriteArrayList<>();
        private ClientCallStreamObserver<Q> call;
        private StreamObserver<Q> requests;
        private Throwable error;
        private boolean completed;

        Peer(boolean reads) {
            this.reads = reads;
        }

        void bind(StreamObserver<Q> observer) {
            requests = observer;
        }

        void send(Q frame) {
            requests.onNext(frame);
        }

        void halfClose() {
            requests.onCompleted();
        }

        void cancel() {
            call.cancel("left", null);
        }

        void read(int frames) {
            call.request(frames);
        }

        List<R> received() {
            return received;
        }

        R only() {
            if (received.size() != 1) {
                throw new AssertionError("expected one message, not " + received + " and " + error);
            }
            return received.get(0);
        }

        Throwable error() {
            return error;
        }

        /** Whether more can be said on it: false for a call that took its one request when it was made. */
        boolean isStream() {
            return requests != null;
        }

        boolean completed() {
            return completed;
        }

        boolean open() {
            return error == null && !completed;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Q> stream) {
            call = stream;
            if (!reads) {
                stream.disableAutoRequestWithInitial(0);
            }
        }

        @Override
        public void onNext(R frame) {
            received.add(frame);
        }

        @Override
        public void onError(Throwable cause) {
            error = cause;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }
    }
}

package io.unanimous.coordinator.transport;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.coordinator.runtime.CoordinatorRuntime;
import io.unanimous.coordinator.runtime.EffectSink;
import io.unanimous.coordinator.runtime.SyncedPosition;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.ParticipantServiceGrpc;
import io.unanimous.v1.TransactionServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC edge: parses and checks, puts inputs before the loop, and writes what the loop and the log release. No protocol
 * work is done here.
 *
 * <p>It can be served before there is a coordinator: until {@link #open} everything is answered with NOT_READY, and health
 * says NOT_SERVING.
 */
public final class GrpcEdge {

    private static final List<String> SERVICES = List.of(
            HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
            TransactionServiceGrpc.SERVICE_NAME,
            ParticipantServiceGrpc.SERVICE_NAME,
            AdminServiceGrpc.SERVICE_NAME);

    private final EdgeLimits limits;
    private final Intake intake;
    private final UnaryCalls calls;
    private final TransactionService transactions;
    private final ParticipantGateway participants;
    private final Watchers watchers;
    private final AdminService admin;
    private final EffectReleaser releaser;
    private final HealthStatusManager health = new HealthStatusManager();
    private volatile @Nullable CoordinatorRuntime runtime;

    /** An edge that nothing is behind yet. */
    public GrpcEdge(Limits limits, EdgeLimits edgeLimits, DaemonFacts facts) {
        this.limits = edgeLimits;
        RequestReader reader = new RequestReader(limits, edgeLimits);
        StreamSlots slots = new StreamSlots(edgeLimits);
        intake = new Intake(edgeLimits);
        calls = new UnaryCalls(intake);
        transactions =
                new TransactionService(reader, intake, calls, slots, edgeLimits, RequestCounters.of(facts.counters()));
        participants = new ParticipantGateway(reader, intake, slots, edgeLimits, facts.counters());
        watchers = new Watchers(intake, slots, edgeLimits);
        admin = new AdminService(reader, intake, calls, watchers, facts);
        releaser = new EffectReleaser(
                intake,
                participants,
                watchers,
                new CoordinatorMessages(edgeLimits.heartbeatMs(), limits.prepareTimeoutMs()));
        setHealth(ServingStatus.NOT_SERVING);
    }

    /** The services to be served. */
    public List<ServerServiceDefinition> services() {
        List<ServerServiceDefinition> definitions = new ArrayList<>();
        for (BindableService service : List.of(
                transactions, participants, admin, health.getHealthService(), ProtoReflectionServiceV1.newInstance())) {
            definitions.add(GarbledRequests.refusedBy(service.bindService()));
        }
        return definitions;
    }

    /** Carries out what the coordinator behind it wants done. */
    public EffectSink sink() {
        return releaser;
    }

    /**
     * Lets requests in.
     *
     * @param lowSpace whether the disk is so full that new transactions are refused; asked often
     */
    public void open(CoordinatorRuntime coordinator, SyncedPosition position, BooleanSupplier lowSpace) {
        runtime = coordinator;
        intake.open(coordinator, position, lowSpace);
        setHealth(ServingStatus.SERVING);
    }

    /** A heartbeat's time has passed: to be called every {@link EdgeLimits#heartbeatMs}. */
    public void beat() {
        CoordinatorRuntime coordinator = runtime;
        if (coordinator != null && intake.isOpen()) {
            participants.beat(intake.position(), coordinator.inHold());
        }
    }

    /**
     * Lets nothing in any more, and tells participants when to come back. What is on its way may still be answered until
     * {@link #close}.
     *
     * @param reconnectAfterMs when to come back
     */
    public void drain(long reconnectAfterMs) {
        health.enterTerminalState();
        intake.close();
        participants.drain(reconnectAfterMs);
    }

    /** Ends every stream and every call that still waits: what becomes of their transactions is to be asked by id. */
    public void close() {
        Refusal unknown = Refusal.retry(
                RefusalReason.OUTCOME_UNKNOWN,
                "the coordinator is stopping, and the outcome is not known: ask again by the transaction's id",
                limits.notReadyRetryMs());
        calls.refuseAll(unknown);
        transactions.closeAll(unknown);
        participants.closeAll(intake.notReady());
        watchers.closeAll(intake.notReady());
    }

    private void setHealth(ServingStatus status) {
        SERVICES.forEach(service -> health.setStatus(service, status));
    }
}

package io.unanimous.sdk;

import com.google.protobuf.ByteString;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.Hello;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantServiceGrpc.ParticipantServiceStub;
import io.unanimous.v1.Resource;
import io.unanimous.v1.Welcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One registered participant: its branches, its stream, its scans. Whatever changes its state happens on its loop.
 *
 * <p>The order at a connect carries a proof. First the resource is scanned; then Hello is sent; and the live table, taken
 * no earlier than Hello, is reported before the scan. Work that began in between is in one of the two, and nothing that is
 * at work here is taken for an orphan. A scan that fails or takes long holds nobody up: it is reported when it is there.
 */
final class ParticipantHost implements ParticipantConnection.Listener, Scanner.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(ParticipantHost.class);

    private final String resource;
    private final String incarnation;
    private final String fingerprint;
    private final Participant participant;
    private final Evidence evidence;
    private final ClientOptions options;
    private final Clockwork clockwork;
    private final SerialLoop loop;
    private final Executor workers;
    private final BranchTable table;
    private final Enlistments enlistments;
    private final OrderDesk orders;
    private final Scanner scanner;
    private final Inquirer inquirer;
    private final ParticipantConnection connection;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private final AtomicBoolean tickQueued = new AtomicBoolean();
    private final AtomicReference<Clockwork.@Nullable Ticking> ticking = new AtomicReference<>();

    private long helloDueNanos;
    private @Nullable Scan unreported;
    private boolean closing;

    ParticipantHost(
            String resource,
            Participant participant,
            String fingerprint,
            String incarnation,
            Evidence evidence,
            ParticipantServiceStub service,
            Runnable dialNow,
            ClientOptions options,
            Environment environment) {
        this.resource = resource;
        this.participant = participant;
        this.fingerprint = fingerprint;
        this.incarnation = incarnation;
        this.evidence = evidence;
        this.options = options;
        this.clockwork = environment.clockwork();
        this.loop = new SerialLoop(environment.loops(), this::endOfTurn);
        this.workers = environment.workers(resource, options.workers());
        this.table = new BranchTable(options.tombstonesFor(), clockwork.nanoTime());
        this.connection = new ParticipantConnection(resource, service, dialNow, options, environment, loop, this);
        this.enlistments =
                new Enlistments(table, connection::lastFailure, options.enlistTimeout(), options.askAgainAfter());
        this.scanner = new Scanner(
                resource, participant, evidence, options, environment, new LimitedLane(workers, 1), loop, this);
        this.inquirer =
                new Inquirer(resource, table, connection::send, options, environment::random, clockwork.nanoTime());
        this.orders = new OrderDesk(
                resource,
                incarnation,
                table,
                new BranchCalls(
                        participant,
                        evidence,
                        options.crashPoints(),
                        clockwork::nanoTime,
                        workers,
                        new LimitedLane(workers, options.firstPhaseWorkers())),
                enlistments,
                evidence,
                connection::send,
                scanner::scanNow,
                loop,
                clockwork::nanoTime);
    }

    /** Scans, connects and serves, from now on. */
    void start() {
        ticking.set(clockwork.every(Limits.TICK, this::tickSoon));
        tickSoon();
    }

    /** From any thread, as are those that follow. */
    String resource() {
        return resource;
    }

    BranchId branchOf(String transactionId) {
        return BranchId.of(transactionId, resource, incarnation.substring(0, Limits.BRANCH_SUFFIX_BYTES_MAX));
    }

    boolean isActive(String transactionId) {
        Branch branch = table.inWork(branchOf(transactionId));
        return branch != null && branch.phase() == Branch.Phase.ACTIVE;
    }

    CompletableFuture<Void> connected() {
        return connected;
    }

    void resourceReconnected() {
        loop.execute(scanner::scanNow);
    }

    /** Enlists this participant's branch of a transaction. Completes on the loop. */
    CompletableFuture<BranchId> enlist(String transactionId, ByteString payload, boolean prepared) {
        BranchId id = branchOf(transactionId);
        options.crashPoints().reached(CrashPoint.BEFORE_ENLIST_SENT, transactionId);
        CompletableFuture<BranchId> result = new CompletableFuture<>();
        loop.execute(() -> {
            if (closing) {
                result.completeExceptionally(
                        new CoordinatorUnavailableException("The participant for " + resource + " is closed", null));
                return;
            }
            var messages = enlistments.enlist(id, payload, prepared, clockwork.nanoTime(), result);
            if (connection.isWelcomed()) {
                messages.forEach(connection::send);
            }
        });
        return result;
    }

    /**
     * Takes no more enlistments, waits for the calls that run, ends the stream, and tells the participant. Completes
     * when that is done; never, if a call never returns.
     */
    CompletableFuture<Void> close() {
        Clockwork.Ticking started = ticking.getAndSet(null);
        if (started != null) {
            started.stop();
        }
        loop.execute(() -> {
            closing = true;
            enlistments.close(clockwork.nanoTime());
        });
        return idle.thenRunAsync(participant::ended, workers).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn("The participant for {} failed to end", resource, failure);
            }
        });
    }

    // ------------------------------------------------------------------------------------------- of the connection

    @Override
    public void ready() {
        unreported = null;
        helloDueNanos = clockwork.nanoTime() + options.scanBeforeHelloMax().toNanos();
        scanner.scanNow();
    }

    private void greet() {
        if (connection.isScanning()) {
            connection.greet(Hello.newBuilder()
                    .setParticipant(options.name())
                    .setIncarnation(incarnation)
                    .addResources(Resource.newBuilder().setName(resource).setFingerprint(fingerprint))
                    .addAllSeen(evidence.shown()));
        }
    }

    @Override
    public boolean welcomed(Welcome welcome) {
        if (!orders.welcomed(welcome.getPosition(), welcome.getHold(), welcome.getPrepareTimeoutMs())) {
            return false;
        }
        inquirer.reportLive();
        reportScan();
        enlistments.repeatAll(clockwork.nanoTime()).forEach(connection::send);
        if (connected.complete(null)) {
            LOG.info("Connected for {} as {}, incarnation {}", resource, options.name(), incarnation);
        }
        return true;
    }

    @Override
    public void received(CoordinatorMessage message, LogPosition from) {
        try {
            orders.take(message, from);
        } catch (IllegalArgumentException malformed) {
            LOG.error("A message of the coordinator for {} is ignored: {}", resource, malformed.getMessage());
        }
    }

    @Override
    public boolean hasRoom() {
        return orders.callsInProgress() < Limits.CALLS_MAX;
    }

    // ------------------------------------------------------------------------------------------------- of the scans

    @Override
    public void scanned(Scan scan) {
        unreported = scan;
        greet();
        reportScan();
    }

    @Override
    public void scanFailed() {
        greet();
    }

    private void reportScan() {
        Scan scan = unreported;
        if (scan != null && connection.isWelcomed()) {
            unreported = null;
            inquirer.reportScan(scan, connection.coordinator(), clockwork.nanoTime());
        }
    }

    // -------------------------------------------------------------------------------------------------- of the time

    private void tickSoon() {
        if (tickQueued.compareAndSet(false, true)) {
            loop.execute(this::tick);
        }
    }

    private void tick() {
        tickQueued.set(false);
        if (closing) {
            return;
        }
        long now = clockwork.nanoTime();
        connection.tick(now);
        if (connection.isScanning() && now - helloDueNanos >= 0) {
            LOG.warn("The scan of {} takes long: its report follows when it is done", resource);
            greet();
        }
        enlistments.expire(now);
        table.expire(now);
        scanner.tick(now);
        if (connection.isWelcomed()) {
            enlistments.repeatLate(now).forEach(connection::send);
            LogPosition coordinator = connection.coordinator();
            inquirer.askOverdue(now, evidence.position(coordinator.getCoordinator(), coordinator.getPartition()));
        }
    }

    private void endOfTurn() {
        connection.flush();
        if (closing && orders.callsInProgress() == 0 && !scanner.isRunning() && !idle.isDone()) {
            connection.close();
            idle.complete(null);
        }
    }
}

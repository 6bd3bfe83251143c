package io.unanimous.sim;

import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.runtime.LoopLimits;
import io.unanimous.sdk.BranchId;
import io.unanimous.sim.check.Checker;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Observation.AuditEntry;
import io.unanimous.sim.check.Observation.Verb;
import io.unanimous.sim.check.Violation;
import io.unanimous.sim.coordinator.Daemon;
import io.unanimous.sim.coordinator.WriteFault;
import io.unanimous.sim.net.Network;
import io.unanimous.sim.participant.Database;
import io.unanimous.sim.participant.Impostor;
import io.unanimous.sim.participant.Service;
import io.unanimous.sim.people.Auditor;
import io.unanimous.sim.people.Crowd;
import io.unanimous.sim.people.Customer;
import io.unanimous.sim.people.Operator;
import io.unanimous.v1.ConnectResponse;
import io.unanimous.v1.CoordinatorMessage;
import io.unanimous.v1.LogPosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One seed's run of the whole system: a coordinator, services with their databases, customers and an operator. First it is
 * kept safe under faults; then the faults end, and it must converge.
 */
final class World implements Recorder, Daemon.Luck {

    /** So few that orders have to wait for each other in every run. */
    private static final int UNANSWERED_MAX = 3;

    /** One for each resource. */
    private static final List<Service.Style> STYLES = List.of(
            Service.Style.PLAIN,
            Service.Style.OVER_XA,
            Service.Style.PLAIN,
            Service.Style.OVER_XA,
            Service.Style.DEFERRED);

    private static final int INSTANCES_MAX = 2;
    /** A database has one instance only, and nobody else to look after its branches, once in so many. */
    private static final int ALONE_ONCE_IN = 3;

    private static final int CUSTOMERS = 3;
    private static final int TRANSFERS_AT_A_TIME = 6;

    private static final long SAFETY_MAX_NANOS = 1_200 * Schedule.SECONDS;
    /** In doubt must be over after a minute (A7); whoever was about to ask may ask a while longer. */
    private static final long HEALING_MAX_NANOS = 150 * Schedule.SECONDS;

    /** Whoever is to hear of something that a resource did on its own hears of it by then. */
    private static final long SETTLING_NANOS = 35 * Schedule.SECONDS;

    private static final long LOOK_EVERY_NANOS = 100 * Schedule.MILLIS;

    private static final int KEPT_OBSERVATIONS = 50;

    private final long seed;
    private final Consumer<Observation> spectator;
    private final Schedule schedule = new Schedule();
    private final Dice dice;
    private final FaultTally tally = new FaultTally();
    private final Swarm swarm;
    private final Network network;
    private final Checker checker = new Checker(0);
    private final Digest digest = new Digest();
    private final Deque<Observation> recent = new ArrayDeque<>();
    private final Set<String> voted = new HashSet<>();
    private final Life life = new Life("world");
    private final Daemon daemon;
    private final List<Database> databases = new ArrayList<>();
    private final List<Service> services = new ArrayList<>();
    private final List<Customer> customers = new ArrayList<>();
    private final Operator operator;
    private final Crowd crowd;
    private final Auditor auditor;
    private final Impostor impostor;
    private final Disasters disasters;
    private int transfersLeft;
    private long wallOffsetMs;
    private boolean healing;
    private @Nullable String breakdown;

    /**
     * A world in which nothing has happened yet.
     *
     * @param spectator is shown everything that is seen
     */
    World(long seed, int transfers, Consumer<Observation> spectator) {
        this.seed = seed;
        this.transfersLeft = transfers;
        this.spectator = spectator;
        dice = new Dice(seed);
        swarm = new Swarm(dice.fork(1), tally);
        network = new Network(schedule, dice.fork(2), swarm, this::overhear);
        daemon = new Daemon("coordinator", schedule, network, dice.fork(3), this, limits(dice.fork(4)), loopLimits());
        Dice layout = dice.fork(10);
        List<List<Service>> instances = new ArrayList<>();
        for (int r = 0; r < STYLES.size(); r++) {
            boolean durable = STYLES.get(r) != Service.Style.OVER_XA || !swarm.strikes(FaultKind.DATABASE_NOT_DURABLE);
            Database database = new Database("ledger-" + (char) ('a' + r), durable, schedule, this);
            databases.add(database);
            List<Service> same = new ArrayList<>();
            int count = layout.onceIn(ALONE_ONCE_IN) ? 1 : INSTANCES_MAX;
            for (int i = 1; i <= count; i++) {
                same.add(new Service(
                        database.name() + "." + i,
                        database,
                        STYLES.get(r),
                        schedule,
                        network,
                        dice.fork(100L * (r + 1) + i),
                        swarm,
                        this));
            }
            instances.add(same);
            services.addAll(same);
        }
        for (int c = 1; c <= CUSTOMERS; c++) {
            customers.add(new Customer(
                    "customer." + c,
                    schedule,
                    network,
                    dice.fork(1_000L + c),
                    this,
                    (ofLife, own) -> environment(ofLife, own),
                    instances,
                    this::takeTransfer,
                    TRANSFERS_AT_A_TIME));
        }
        operator = new Operator(network, dice.fork(5), this, databases);
        crowd = new Crowd(network, ofLife -> environment(ofLife, dice.fork(6)));
        Daemon twin = new Daemon("twin", schedule, network, dice.fork(8), this, limits(dice.fork(4)), loopLimits());
        impostor = new Impostor(network, databases.stream().map(Database::name).toList(), dice.fork(11));
        auditor = new Auditor(network, this, ofLife -> environment(ofLife, dice.fork(9)));
        disasters = new Disasters(daemon, twin, network, schedule, life, operator, this, dice.fork(7));
    }

    private SimulatedEnvironment environment(Life ofLife, Dice own) {
        return new SimulatedEnvironment(
                schedule, ofLife, own, swarm::callNanos, new SimulatedEnvironment.EvidenceOnDisk());
    }

    /** The production limits, but for those that a run of minutes would never come near. */
    private static Limits limits(Dice dice) {
        return Limits.defaults()
                .withPrepareTimeoutMs(dice.between(1_000, 10_000))
                .withDelivery(100, 30_000, dice.between(5_000, 60_000), dice.between(2_000, 30_000))
                .withRetention(dice.between(5_000, 120_000), (int) dice.between(50, 1_000), (int) dice.between(1, 50))
                .withUnansweredMax(UNANSWERED_MAX);
    }

    private static LoopLimits loopLimits() {
        return new LoopLimits(64, 100, 1_000, 10_000);
    }

    private boolean takeTransfer() {
        return !healing && transfersLeft > 0 && transfersLeft-- > 0;
    }

    // ---- a run --------------------------------------------------------------------------------------------------

    /** Runs it whole. */
    Result run() {
        try {
            runUnguarded();
        } catch (RuntimeException e) {
            StackTraceElement[] trace = e.getStackTrace();
            String failed = "the simulation failed: " + e + (trace.length > 0 ? " at " + trace[0] : "");
            breakdown = breakdown == null ? failed : breakdown + "; then " + failed;
        }
        checker.finish();
        return new Result(
                seed,
                checker.violations(),
                breakdown,
                tally,
                digest.value(),
                List.copyOf(recent),
                unended(),
                schedule.nowMs());
    }

    private void runUnguarded() {
        saw(new Observation.FaultsBegan(nowMs(), life.name()));
        daemon.start();
        services.forEach(Service::start);
        customers.forEach(Customer::start);
        crowd.start();
        auditor.start();
        planRound();
        long until = schedule.nowNanos() + SAFETY_MAX_NANOS;
        while (isUnsettled() && isSound() && schedule.nowNanos() < until) {
            passTo(schedule.nowNanos() + LOOK_EVERY_NANOS);
        }
        if (isSound()) {
            heal();
        }
    }

    private List<BranchId> unended() {
        return databases.stream()
                .flatMap(database -> database.unended().stream())
                .toList();
    }

    private boolean isUnsettled() {
        return transfersLeft > 0 || customers.stream().anyMatch(Customer::isBusy);
    }

    private boolean isSound() {
        return checker.violations().isEmpty();
    }

    private void heal() {
        healing = true;
        swarm.calmDown();
        network.heal();
        daemon.fillDisk(false);
        disasters.undo();
        services.stream().filter(service -> !service.isRunning()).forEach(Service::start);
        customers.stream().filter(customer -> !customer.isRunning()).forEach(Customer::start);
        daemon.start();
        awaken();
        saw(new Observation.FaultsEnded(nowMs(), life.name()));
        long until = schedule.nowNanos() + HEALING_MAX_NANOS;
        long sampleAt = schedule.nowNanos();
        long settlesNotBefore = sampleAt + SETTLING_NANOS;
        while (isSound() && schedule.nowNanos() < until) {
            sampleAt += Schedule.SECONDS;
            passTo(sampleAt);
            disasters.releaseHold();
            auditor.ask();
            // Work that hangs holds its locks as a prepared branch does, and counts as one. What a store began that is
            // not there any more waits for an operator to bring it back.
            int inDoubt = (int) unended().stream()
                    .filter(branch -> daemon.isOfItsStore(branch.transactionId()))
                    .count();
            saw(new Observation.InDoubt(nowMs(), life.name(), inDoubt, false));
            if (inDoubt == 0
                    && schedule.nowNanos() > settlesNotBefore
                    && customers.stream().noneMatch(Customer::isBusy)) {
                break;
            }
        }
        long balance = databases.stream().mapToLong(Database::balance).sum();
        if (unended().isEmpty() && databases.stream().noneMatch(Database::hasEndedOnItsOwn)) {
            saw(new Observation.TotalRead(nowMs(), life.name(), "all databases", balance, 0));
        }
        saw(new Observation.AuditRead(nowMs(), life.name(), auditTrail()));
        saw(new Observation.Settled(nowMs(), life.name()));
    }

    /** Lets pass the time until whatever is stopped has gone on. */
    private void awaken() {
        long awake = daemon.life().stoppedUntilNanos();
        for (Service service : services) {
            awake = Math.max(awake, service.life().stoppedUntilNanos());
        }
        passTo(awake);
    }

    private void passTo(long nanos) {
        while (schedule.step(nanos)) {
            // What happens, happens in the step.
        }
        schedule.passTo(nanos);
    }

    private List<AuditEntry> auditTrail() {
        List<AuditEntry> entries = new ArrayList<>();
        for (Event.OperatorActed acted : disasters.auditTrail()) {
            Verb verb = switch (acted.verb()) {
                case "resolve --rollback" -> Verb.ROLL_BACK;
                case "forget" -> Verb.FORGET;
                case "hold release" -> Verb.RELEASE_HOLD;
                default -> Verb.RESOLVE_BRANCH;
            };
            entries.add(new AuditEntry(acted.subject(), verb, acted.branch(), acted.reason(), acted.operator()));
        }
        return entries;
    }

    // ---- faults that have their time ----------------------------------------------------------------------------

    private void planRound() {
        schedule.in(dice.between(20, 400) * Schedule.MILLIS, life, () -> {
            if (!healing) {
                round();
                planRound();
            }
        });
    }

    private void round() {
        if (daemon.isRunning()) {
            if (swarm.strikes(FaultKind.COORDINATOR_KILLED)) {
                daemon.kill(false);
            } else if (swarm.strikes(FaultKind.COORDINATOR_POWER_CUT)) {
                daemon.kill(true);
            } else if (swarm.strikes(FaultKind.COORDINATOR_STOPPED)) {
                daemon.stopFor(dice.between(200, 30_000) * Schedule.MILLIS);
            }
        }
        if (swarm.strikes(FaultKind.DISK_NEARLY_FULL)) {
            daemon.fillDisk(true);
            later(1_000, 5_000, () -> daemon.fillDisk(false));
        }
        if (swarm.strikes(FaultKind.DISK_SLOW)) {
            swarm.slowDisk(true);
            later(1_000, 5_000, () -> swarm.slowDisk(false));
        }
        if (swarm.strikes(FaultKind.WALL_CLOCK_JUMPED)) {
            wallOffsetMs = dice.between(-3_600_000, 3_600_000);
        }
        if (swarm.strikes(FaultKind.OVERLOAD)) {
            crowd.rush(dice.between(100, 400));
        }
        if (swarm.strikes(FaultKind.OPERATOR_OVERRODE)) {
            operator.intervene();
        }
        networkFaults();
        processFaults();
        disasters.round(swarm);
        auditor.ask();
    }

    private void networkFaults() {
        if (swarm.strikes(FaultKind.STREAM_RESET)) {
            network.breakOne();
        }
        boolean oneWay = swarm.strikes(FaultKind.ONE_WAY_PARTITION);
        if (oneWay || swarm.strikes(FaultKind.PARTITION)) {
            String process = dice.onceIn(4)
                    ? dice.oneOf(customers).name()
                    : dice.oneOf(services).name();
            boolean there = !oneWay || dice.onceIn(2);
            if (there) {
                network.cut(process, Network.COORDINATOR);
            }
            if (!there || !oneWay) {
                network.cut(Network.COORDINATOR, process);
            }
            later(500, 25_000, network::heal);
        }
    }

    private void processFaults() {
        if (swarm.strikes(FaultKind.SERVICE_KILLED)) {
            Service service = dice.oneOf(services);
            if (service.isRunning()) {
                service.kill(dice.onceIn(2));
                later(5, 8_000, () -> {
                    if (!service.isRunning()) {
                        service.start();
                    }
                });
            }
        }
        if (swarm.strikes(FaultKind.SERVICE_STOPPED)) {
            dice.oneOf(services).life().stopUntil(schedule.nowNanos() + dice.between(500, 40_000) * Schedule.MILLIS);
        }
        if (swarm.strikes(FaultKind.CUSTOMER_KILLED)) {
            Customer customer = dice.oneOf(customers);
            if (customer.isRunning()) {
                customer.kill(dice.onceIn(2));
                later(5, 3_000, () -> {
                    if (!customer.isRunning()) {
                        customer.start();
                    }
                });
            }
        }
        Database database = dice.oneOf(databases);
        if (swarm.strikes(FaultKind.DATABASE_POWER_CUT)) {
            database.cutPower();
        }
        List<BranchId> prepared = database.prepared();
        if (!prepared.isEmpty() && swarm.strikes(FaultKind.ENDED_ON_ITS_OWN)) {
            database.endOnItsOwn(dice.oneOf(prepared), dice.onceIn(2));
        }
    }

    private void later(long minMs, long maxMs, Runnable what) {
        schedule.in(dice.between(minMs, maxMs) * Schedule.MILLIS, life, what);
    }

    // ---- what befalls the coordinator ---------------------------------------------------------------------------

    @Override
    public @Nullable WriteFault ofWrite() {
        return swarm.ofWrite(!daemon.isRunning());
    }

    @Override
    public boolean killsAmongEffects() {
        return swarm.strikes(FaultKind.KILLED_AMONG_EFFECTS);
    }

    @Override
    public long batchNanos(Dice own) {
        return swarm.batchNanos(own);
    }

    @Override
    public long wallOffsetMs() {
        return wallOffsetMs;
    }

    @Override
    public void ended(Daemon ended, boolean powerCut) {
        if (!disasters.keepsDown(ended)) {
            schedule.in(dice.between(5, 3_000) * Schedule.MILLIS, life, () -> {
                if (!disasters.keepsDown(ended)) {
                    ended.start();
                }
            });
        }
    }

    /** The run has failed. It goes on, since whoever supervises a process starts it again: that shows what else breaks. */
    @Override
    public void brokeDown(String doing, Throwable cause) {
        if (breakdown == null) {
            breakdown = doing + " failed: " + cause;
        }
    }

    // ---- what is seen -------------------------------------------------------------------------------------------

    @Override
    public void saw(Observation observation) {
        checker.observe(observation);
        digest.add(observation);
        spectator.accept(observation);
        recent.addLast(observation);
        if (recent.size() > KEPT_OBSERVATIONS) {
            recent.removeFirst();
        }
        if (observation instanceof Observation.HeuristicDone heuristic && heuristic.reported()) {
            auditor.watch(heuristic.tx());
        }
        if (observation instanceof Observation.VoteSent vote && vote.vote() != Observation.Vote.REFUSED) {
            voted.add(vote.tx());
            tally.votedAndOpen(voted.size());
        } else if (observation instanceof Observation.Told told) {
            voted.remove(told.tx());
            tally.votedAndOpen(voted.size());
        }
    }

    /** Who a coordinator says that it is, in the first frame of each participant's stream; and what it commands. */
    private void overhear(Life coordinator, Object message) {
        if (message instanceof ConnectResponse frame) {
            for (CoordinatorMessage one : frame.getMessagesList()) {
                if (one.hasWelcome()) {
                    LogPosition position = one.getWelcome().getPosition();
                    saw(new Observation.EpochSeen(
                            nowMs(),
                            "network",
                            position.getCoordinator(),
                            Integer.toString(position.getPartition()),
                            Long.toString(position.getEpoch()),
                            Integer.toString(position.getEpochNonce()),
                            coordinator.name()));
                } else if ((one.hasPrepare() || one.hasCommit()) && swarm.strikes(FaultKind.ANSWERED_FOR_ANOTHER)) {
                    impostor.answer(one);
                }
            }
        }
    }

    @Override
    public long nowMs() {
        return schedule.nowMs();
    }

    /**
     * What came of a run.
     *
     * @param breakdown why a process stopped that should not have; null if none did
     * @param recent the last observations
     * @param unended the branches that are prepared or in work at its end
     */
    record Result(
            long seed,
            List<Violation> violations,
            @Nullable String breakdown,
            FaultTally faults,
            long digest,
            List<Observation> recent,
            List<BranchId> unended,
            long virtualMs) {

        boolean isGood() {
            return violations.isEmpty() && breakdown == null;
        }
    }
}

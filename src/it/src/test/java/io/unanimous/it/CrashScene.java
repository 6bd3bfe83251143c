package io.unanimous.it;

import static org.awaitility.Awaitility.await;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.sim.check.HistoryFile;
import io.unanimous.sim.check.Observation;
import io.unanimous.v1.LogPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the crash rung: a coordinator, packaged or one that can be held at named points, and two branches of the
 * bank. It strikes them as it is told, and starts again what died.
 */
final class CrashScene implements AutoCloseable {

    /** How long processes listen to silence before they connect anew. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(3);
    /** Longer than every timeout of a connection, a prepare, or a participant that is away. */
    private static final Duration OUTAGE = Duration.ofSeconds(5);

    private static final Duration START_MAX = Duration.ofSeconds(120);
    private static final Duration REACHED_MAX = Duration.ofSeconds(90);
    private static final Duration RECOVERED_MAX = Duration.ofSeconds(120);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int MOMENT_MAX_MS = 1_000;
    private static final List<String> DAEMON_OPTIONS =
            List.of("--disk-reserve=0", "--prepare-timeout=3s", "--gone-after=2s", "--retry-max=1s", "--heartbeat=1s");

    private final Path directory;
    private final @Nullable CutNetwork network;
    private final String listen;
    private final CoordinatorClient client;
    private final HistoryFile history;
    private final Random random;
    private final CrashBranch a;
    private final CrashBranch b;
    private final CrashBooks books;
    private ChildProcess coordinator;
    private boolean packaged;
    private int lives;
    private int kills;

    CrashScene(Path directory, @Nullable CutNetwork network, HistoryFile history, Random random) {
        this.directory = directory;
        this.network = network;
        this.history = history;
        this.random = random;
        String free = Programs.freeAddress();
        listen = network == null ? free : "0.0.0.0:" + Programs.port(free);
        a = new CrashBranch(Ledger.a(), address(0), directory);
        b = new CrashBranch(Ledger.b(), address(1), directory);
        books = new CrashBooks(a, b);
        client = new CoordinatorClient(address(1));
    }

    /** Where the coordinator is reached: by participant A over the first link, by all others over the second. */
    private String address(int link) {
        return network == null ? listen : network.host(link) + ":" + Programs.port(listen);
    }

    /** Where the load reaches the coordinator. */
    String address() {
        return address(1);
    }

    CrashBranch a() {
        return a;
    }

    CrashBranch b() {
        return b;
    }

    CrashBooks books() {
        return books;
    }

    /** SIGKILLs so far. */
    int kills() {
        return kills;
    }

    void start() {
        startCoordinator(true, null);
        a.start();
        b.start();
        awaitReady();
    }

    private void startCoordinator(boolean asPackaged, @Nullable CrashPoint armed) {
        packaged = asPackaged;
        lives++;
        String data = directory.resolve("data").toString();
        List<String> command;
        if (asPackaged) {
            List<String> options = new ArrayList<>(DAEMON_OPTIONS);
            options.addAll(List.of("--data-dir=" + data, "--listen=" + listen));
            command = Programs.packaged("tx-coordinator", options.toArray(String[]::new));
        } else {
            List<String> arguments = new ArrayList<>(List.of(data, listen, "0"));
            if (armed != null) {
                arguments.add(armed.name());
            }
            command = Programs.ownMain(CoordinatorProcessMain.class, arguments.toArray(String[]::new));
        }
        coordinator = ChildProcess.start("coordinator", network == null ? command : network.within(command));
    }

    private void awaitReady() {
        await().alias("the coordinator serves")
                .atMost(START_MAX)
                .pollInterval(POLL)
                .until(() -> {
                    if (!coordinator.isAlive()) {
                        throw new AssertionError("the coordinator ended by itself: " + coordinator.errors());
                    }
                    return client.health() == ServingStatus.SERVING;
                });
        LogPosition shown = client.status().getPosition();
        history.record(new Observation.EpochSeen(
                System.currentTimeMillis(),
                "run",
                shown.getCoordinator(),
                String.valueOf(shown.getPartition()),
                String.valueOf(shown.getEpoch()),
                String.valueOf(shown.getEpochNonce()),
                "coordinator#" + lives));
        a.awaitReady();
        b.awaitReady();
    }

    /** Makes the coordinator one that the fault can strike. */
    void prepareFor(CrashFault fault) {
        boolean wanted = fault.coordinatorPoint() == null;
        if (packaged != wanted) {
            coordinator.terminate();
            coordinator.awaitExit(START_MAX);
            startCoordinator(wanted, null);
            awaitReady();
        }
    }

    /** Strikes, starts again what died, and returns how long it took until nothing was left in doubt of what was then. */
    long strike(CrashFault fault) {
        long struckAt = switch (fault.kind()) {
            case KILL -> fault.point() == null ? killAtAnyMoment(fault) : killAtPoint(fault);
            case STOP -> stopAndGoOn(fault);
            case CUT -> cutAndHeal(fault);
        };
        Set<String> inDoubt = books.prepared();
        restartTheDead();
        awaitReady();
        await().alias("what was in doubt is over: " + inDoubt)
                .atMost(RECOVERED_MAX)
                .pollInterval(POLL)
                .until(() -> books.prepared().stream().noneMatch(inDoubt::contains));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - struckAt);
    }

    private void moment() {
        sleep(Duration.ofMillis(200 + random.nextInt(MOMENT_MAX_MS)));
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private long killAtAnyMoment(CrashFault fault) {
        moment();
        long struckAt = System.nanoTime();
        if (fault.coordinator()) {
            killCoordinator();
        }
        if (fault.participant()) {
            kill(random.nextBoolean() ? a : b);
        }
        return struckAt;
    }

    private long killAtPoint(CrashFault fault) {
        if (fault.coordinatorPoint() != null) {
            if (fault.atStart()) {
                moment();
                killCoordinator();
                startCoordinator(false, fault.coordinatorPoint());
            } else {
                arm(fault.coordinatorPoint());
            }
            awaitReached(coordinator, fault);
        } else {
            if (fault.atStart()) {
                // So that there is something prepared to be found.
                a.arm(io.unanimous.sdk.CrashPoint.AFTER_PREPARE_BEFORE_VOTE);
                awaitReached(a.process(), CrashFault.at(io.unanimous.sdk.CrashPoint.AFTER_PREPARE_BEFORE_VOTE, false));
                kill(a);
                a.start(fault.participantPoint());
            } else {
                a.arm(fault.participantPoint());
            }
            awaitReached(a.process(), fault);
        }
        long struckAt = System.nanoTime();
        if (fault.coordinator()) {
            killCoordinator();
        }
        if (fault.participant()) {
            kill(a);
        }
        return struckAt;
    }

    private void arm(CrashPoint point) {
        coordinator.say("arm " + point);
        coordinator.awaitLine(("armed " + point)::equals, "armed " + point, START_MAX);
    }

    private static void awaitReached(ChildProcess process, CrashFault fault) {
        process.awaitLine(("CRASHPOINT " + fault.point())::equals, "that it reached " + fault.point(), REACHED_MAX);
    }

    private long stopAndGoOn(CrashFault fault) {
        moment();
        List<ChildProcess> struck = new ArrayList<>();
        if (fault.coordinator()) {
            struck.add(coordinator);
        }
        if (fault.participant()) {
            struck.add((random.nextBoolean() ? a : b).process());
        }
        struck.forEach(ChildProcess::stop);
        sleep(OUTAGE);
        struck.forEach(ChildProcess::goOn);
        return System.nanoTime();
    }

    private long cutAndHeal(CrashFault fault) {
        moment();
        // A link of its own has participant A alone.
        if (fault.participant()) {
            network.cut(0);
        }
        if (fault.coordinator()) {
            network.cut(1);
        }
        sleep(OUTAGE);
        if (fault.participant()) {
            network.heal(0);
        }
        if (fault.coordinator()) {
            network.heal(1);
        }
        return System.nanoTime();
    }

    private void killCoordinator() {
        kills++;
        coordinator.kill9();
    }

    private void kill(CrashBranch branch) {
        kills++;
        branch.kill9();
    }

    private void restartTheDead() {
        if (!coordinator.isAlive()) {
            startCoordinator(packaged, null);
        }
        for (CrashBranch branch : List.of(a, b)) {
            if (!branch.process().isAlive()) {
                branch.start();
            }
        }
    }

    /** What is prepared at both databases, to be recorded while no work is begun. */
    int inDoubt() {
        return books.prepared().size();
    }

    boolean inHold() {
        return client.status().hasHold();
    }

    /** The histories of the participants' lives. */
    List<Path> histories() {
        List<Path> histories = new ArrayList<>(a.histories());
        histories.addAll(b.histories());
        return histories;
    }

    @Override
    public void close() {
        client.close();
        a.close();
        b.close();
        if (coordinator != null) {
            coordinator.close();
        }
    }
}

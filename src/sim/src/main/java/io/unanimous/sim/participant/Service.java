package io.unanimous.sim.participant;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.Schedule;
import io.unanimous.sim.SimulatedEnvironment;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.net.Network;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One instance of a service that owns a database: a process with the production SDK in it. */
public final class Service {

    /** Never opened: the evidence is kept by the simulated disk. */
    private static final Path EVIDENCE = Path.of("evidence");

    private final String name;
    private final Database database;
    private final boolean overXa;
    private final Schedule schedule;
    private final Network network;
    private final Dice dice;
    private final Fortune fortune;
    private final Recorder recorder;
    private final SimulatedEnvironment.EvidenceOnDisk evidence = new SimulatedEnvironment.EvidenceOnDisk();
    private Life life;
    private int lives;
    private @Nullable ParticipantHandle handle;

    /** A service that does not run yet. */
    public Service(
            String name,
            Database database,
            boolean overXa,
            Schedule schedule,
            Network network,
            Dice dice,
            Fortune fortune,
            Recorder recorder) {
        this.name = name;
        this.database = database;
        this.overXa = overXa;
        this.schedule = schedule;
        this.network = network;
        this.dice = dice;
        this.fortune = fortune;
        this.recorder = recorder;
        life = new Life(name + "#0");
    }

    /** The process's name. */
    public String name() {
        return name;
    }

    /** The database that it owns. */
    public Database database() {
        return database;
    }

    /** The life that runs, or ran last. */
    public Life life() {
        return life;
    }

    /** Starts a new life of it. */
    public void start() {
        life = new Life(name + "#" + ++lives);
        Dice own = dice.fork(lives);
        SimulatedEnvironment environment = new SimulatedEnvironment(schedule, life, own, fortune::callNanos, evidence);
        UnanimousClient client = UnanimousClient.connect(
                ClientOptions.builder("simulated")
                        .channel(() -> network.channel(name, life))
                        .name(name)
                        .evidenceFile(EVIDENCE)
                        .rescanEvery(Duration.ofSeconds(10))
                        .overdueAfter(Duration.ofSeconds(3))
                        .activeOverdueAfter(Duration.ofSeconds(20))
                        .scanRetryMax(Duration.ofSeconds(5))
                        .build(),
                environment);
        handle = overXa
                ? client.participant(
                        database.name(), new OverXaParticipant(database, fortune, own, recorder, life.name(), schedule))
                : client.participant(
                        database.name(), new PlainParticipant(database, fortune, own, recorder, life.name()));
    }

    /** Kills it. */
    public void kill(boolean saysSo) {
        life.end();
        handle = null;
        network.ended(life, saysSo);
        database.sessionsEnded(life);
    }

    /** Whether it runs. */
    public boolean isRunning() {
        return handle != null;
    }

    /**
     * Does a piece of work in a transaction, as one request of a customer: enlists, works, answers. The answer is lost with
     * the process.
     *
     * @param amount what the branch moves; 0 only reads
     * @param early prepared before it is enlisted
     */
    public void work(String transaction, long amount, boolean early, Consumer<Boolean> answer) {
        ParticipantHandle participant = handle;
        if (participant == null) {
            return;
        }
        BranchId id = participant.branchOf(transaction);
        if (early) {
            workEarly(participant, id, amount, answer);
            return;
        }
        participant.enlistAsync(transaction, new byte[] {1}).whenComplete((branch, failure) -> {
            if (failure == null) {
                recorder.saw(new Observation.Enlisted(recorder.nowMs(), life.name(), transaction, id.branch()));
            }
            answer.accept(failure == null && database.work(id, amount, life));
        });
    }

    /** The vote goes with the enlistment; of one that fails the work is undone, unless the coordinator is to do it. */
    private void workEarly(ParticipantHandle participant, BranchId id, long amount, Consumer<Boolean> answer) {
        String transaction = id.transactionId();
        if (!database.work(id, amount, life) || !database.prepare(id)) {
            answer.accept(false);
            return;
        }
        recorder.saw(new Observation.VoteSent(
                recorder.nowMs(), life.name(), transaction, id.branch(), Observation.Vote.PREPARED));
        participant.enlistPreparedAsync(transaction, new byte[] {1}).whenComplete((branch, failure) -> {
            if (failure == null) {
                recorder.saw(new Observation.Enlisted(recorder.nowMs(), life.name(), transaction, id.branch()));
            }
            answer.accept(failure == null);
        });
    }
}

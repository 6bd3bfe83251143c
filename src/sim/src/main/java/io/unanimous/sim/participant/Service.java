package io.unanimous.sim.participant;

import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sdk.UnsuitableResourceException;
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
    private final Style style;
    private final Schedule schedule;
    private final Network network;
    private final Dice dice;
    private final Fortune fortune;
    private final Recorder recorder;
    private final SimulatedEnvironment.EvidenceOnDisk evidence = new SimulatedEnvironment.EvidenceOnDisk();
    private Life life;
    private int lives;
    private @Nullable ParticipantHandle handle;

    /** How a service takes part. */
    public enum Style {
        /** It works when it is asked to, and prepares by a call of its own. */
        PLAIN,
        /** The same, with a second phase and scans over the production XA adapter. */
        OVER_XA,
        /** It takes note of what is to be done, and works when it is told to prepare. */
        DEFERRED
    }

    /** A service that does not run yet. */
    public Service(
            String name,
            Database database,
            Style style,
            Schedule schedule,
            Network network,
            Dice dice,
            Fortune fortune,
            Recorder recorder) {
        this.name = name;
        this.database = database;
        this.style = style;
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

    /** Starts a new life of it. One that is refused for its database's sake ends, and comes back once that was mended. */
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
        try {
            handle = register(client, own);
        } catch (UnsuitableResourceException refused) {
            kill(true);
            database.setUpDurably();
            schedule.in(own.between(1, 5) * Schedule.SECONDS, new Life("administrator"), () -> {
                if (!isRunning()) {
                    start();
                }
            });
        }
    }

    private ParticipantHandle register(UnanimousClient client, Dice own) {
        return switch (style) {
            case PLAIN ->
                client.participant(
                        database.name(), new PlainParticipant(database, fortune, own, recorder, life.name()));
            case OVER_XA ->
                client.participant(
                        database.name(),
                        new OverXaParticipant(database, fortune, own, recorder, life.name(), schedule));
            case DEFERRED ->
                client.participant(database.name(), new DeferredParticipant(database, fortune, own, recorder, life));
        };
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
        participant.enlistAsync(transaction, DeferredParticipant.note(amount)).whenComplete((branch, failure) -> {
            if (failure == null) {
                recorder.saw(new Observation.Enlisted(recorder.nowMs(), life.name(), transaction, id.branch()));
            }
            // The request's thread goes on when it can, perhaps long after.
            schedule.in(
                    fortune.callNanos(dice),
                    life,
                    () -> answer.accept(
                            failure == null && (style == Style.DEFERRED || worked(participant, id, amount))));
        });
    }

    /** Work that a rollback can find first, and only then the question whether it has overtaken the confirmation. */
    private boolean worked(ParticipantHandle participant, BranchId id, long amount) {
        boolean worked = database.work(id, amount, life);
        if (worked && !participant.active(id.transactionId())) {
            database.rollback(id);
            return false;
        }
        return worked;
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

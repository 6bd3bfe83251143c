package io.unanimous.sim.people;

import io.unanimous.sdk.ClientOptions;
import io.unanimous.sdk.CoordinatorUnavailableException;
import io.unanimous.sdk.Environment;
import io.unanimous.sdk.GlobalTransaction;
import io.unanimous.sdk.OutcomeUnknownException;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sdk.RolledBackException;
import io.unanimous.sdk.TransactionOptions;
import io.unanimous.sdk.TransactionOutcome;
import io.unanimous.sdk.UnanimousClient;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.Schedule;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.net.Network;
import io.unanimous.sim.participant.Service;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A process that makes transfers, several at a time: begins, has services work, asks for commit, and asks again. */
public final class Customer {

    private static final int BRANCHES_MIN = 2;
    private static final int BRANCHES_MAX = 5;
    private static final long WORK_PATIENCE_NANOS = 4 * Schedule.SECONDS;
    private static final long THINKS_MAX_NANOS = 5 * Schedule.MILLIS;
    private static final int ASKS_MAX = 6;

    private final String name;
    private final Schedule schedule;
    private final Network network;
    private final Dice dice;
    private final Recorder recorder;
    private final BiFunction<Life, Dice, Environment> environments;
    private final List<List<Service>> resources;
    private final BooleanSupplier moreWanted;
    private final int atATime;
    private Life life;
    private int lives;
    private int busy;
    private @Nullable UnanimousClient client;

    /**
     * A customer that does not run yet.
     *
     * @param resources the instances of each service
     * @param moreWanted takes one of the transfers that are still to be made; false when there are none
     */
    public Customer(
            String name,
            Schedule schedule,
            Network network,
            Dice dice,
            Recorder recorder,
            BiFunction<Life, Dice, Environment> environments,
            List<List<Service>> resources,
            BooleanSupplier moreWanted,
            int atATime) {
        this.name = name;
        this.schedule = schedule;
        this.network = network;
        this.dice = dice;
        this.recorder = recorder;
        this.environments = environments;
        this.resources = resources;
        this.moreWanted = moreWanted;
        this.atATime = atATime;
        life = new Life(name + "#0");
    }

    /** Starts a new life of it, which goes on making transfers. */
    public void start() {
        life = new Life(name + "#" + ++lives);
        Dice own = dice.fork(lives);
        client = UnanimousClient.connect(
                ClientOptions.builder("simulated")
                        .channel(() -> network.channel(name, life))
                        .name(name)
                        .build(),
                environments.apply(life, own));
        busy = 0;
        for (int i = 0; i < atATime; i++) {
            schedule.in(dice.between(0, THINKS_MAX_NANOS), life, this::next);
        }
    }

    /** Kills it in the middle of whatever it does. */
    public void kill(boolean saysSo) {
        life.end();
        client = null;
        network.ended(life, saysSo);
    }

    /** Stops it for a while. */
    public void stopFor(long nanos) {
        life.stopUntil(schedule.nowNanos() + nanos);
    }

    /** Its process's name. */
    public String name() {
        return name;
    }

    /** Whether it runs. */
    public boolean isRunning() {
        return client != null;
    }

    /** Whether a transfer is under way. */
    public boolean isBusy() {
        return client != null && busy > 0;
    }

    private void next() {
        if (moreWanted.getAsBoolean()) {
            busy++;
            new Transfer().begin();
        }
    }

    private void finished() {
        busy--;
        schedule.in(dice.between(0, THINKS_MAX_NANOS), life, this::next);
    }

    private UnanimousClient running() {
        UnanimousClient now = client;
        if (now == null) {
            throw new IllegalStateException(name + " does not run");
        }
        return now;
    }

    /** One transfer, from its begin to the last time that its outcome is asked for. */
    private final class Transfer {

        private final TransactionOptions options = options();
        private final int branches =
                options.allowOnePhase() && dice.onceIn(2) ? 1 : (int) dice.between(BRANCHES_MIN, BRANCHES_MAX);
        private String id = "";
        private int answered;
        private boolean failed;
        private boolean ended;
        private int asks;

        private TransactionOptions options() {
            TransactionOptions how = TransactionOptions.defaults()
                    .withTimeout(Duration.ofMillis(dice.between(2_000, 15_000)))
                    .withAnswerWithin(Duration.ofMillis(dice.between(500, 20_000)));
            if (dice.onceIn(8)) {
                how = how.withShortcuts(dice.onceIn(2), dice.onceIn(2));
            }
            return dice.onceIn(4) ? how.withAnswerAt(TransactionOptions.AnswerAt.DECISION) : how;
        }

        void begin() {
            running()
                    .beginAsync(options)
                    .whenComplete((transaction, failure) -> goOn(() -> begun(transaction, failure)));
        }

        /** On with it as an event of its own: what a stage's dependant throws, nobody would hear. */
        private void goOn(Runnable then) {
            schedule.in(0, life, then);
        }

        private void begun(GlobalTransaction transaction, @Nullable Throwable failure) {
            if (failure != null) {
                finished();
                return;
            }
            id = transaction.id();
            boolean shortcuts = options.allowOnePhase() || options.allowUnloggedReadOnly();
            recorder.saw(new Observation.Minted(recorder.nowMs(), life.name(), id, shortcuts));
            haveWorkDone(transaction);
        }

        private void haveWorkDone(GlobalTransaction transaction) {
            List<List<Service>> chosen = dice.shuffled(resources);
            int count = Math.min(branches, chosen.size());
            boolean readsOnly = dice.onceIn(12);
            long sum = 0;
            for (int i = 0; i < count; i++) {
                long amount = readsOnly || dice.onceIn(10) ? 0 : dice.between(1, 100);
                boolean last = i == count - 1;
                long moved = last ? -sum : amount;
                sum += amount;
                Service service = dice.oneOf(chosen.get(i));
                boolean preparedEarly = dice.onceIn(6) && moved != 0;
                schedule.in(
                        dice.between(50, 1_000) * Schedule.MICROS,
                        service.life(),
                        () -> service.work(id, moved, preparedEarly, done -> answer(transaction, done, count)));
            }
            schedule.in(WORK_PATIENCE_NANOS, life, () -> end(transaction, false));
        }

        /** A service's answer is under way, and reaches this life of the customer or nobody. */
        private void answer(GlobalTransaction transaction, boolean done, int of) {
            schedule.in(dice.between(50, 1_000) * Schedule.MICROS, life, () -> {
                failed |= !done;
                if (++answered == of) {
                    end(transaction, !failed);
                }
            });
        }

        private void end(GlobalTransaction transaction, boolean commit) {
            if (ended) {
                return;
            }
            ended = true;
            if (commit && !dice.onceIn(40)) {
                recorder.saw(new Observation.CommitAsked(recorder.nowMs(), life.name(), id));
                transaction
                        .commitAsync()
                        .whenComplete((outcome, failure) -> goOn(() -> ended("commit", outcome, failure)));
            } else if (dice.onceIn(10)) {
                // Abandoned: the coordinator ends it by its timeout.
                schedule.in(options.timeout().toNanos(), life, this::ask);
            } else {
                recorder.saw(new Observation.RollbackAsked(recorder.nowMs(), life.name(), id));
                transaction
                        .rollbackAsync()
                        .whenComplete((outcome, failure) -> goOn(() -> ended("rollback", outcome, failure)));
            }
        }

        private void ask() {
            asks++;
            running()
                    .outcomeAsync(id)
                    .whenComplete((outcome, failure) -> goOn(() -> ended("outcome", outcome, failure)));
        }

        private void ended(String how, @Nullable TransactionOutcome outcome, @Nullable Throwable failure) {
            boolean known = outcome == null ? told(how, failure) : told(how, outcome);
            boolean curious = dice.onceIn(5);
            if ((!known || curious) && asks < ASKS_MAX) {
                schedule.in(dice.between(100, 3_000) * Schedule.MILLIS, life, this::ask);
            } else {
                finished();
            }
        }

        private boolean told(String how, TransactionOutcome outcome) {
            Outcome what = switch (outcome.status()) {
                case COMMITTED -> Outcome.COMMITTED;
                case ROLLED_BACK -> Outcome.ROLLED_BACK;
                case UNKNOWN -> Outcome.UNKNOWN;
                case IN_PROGRESS -> null;
            };
            if (what == null) {
                return false;
            }
            Mark mark = switch (outcome.heuristic()) {
                case NONE -> Mark.NONE;
                case MIXED -> Mark.MIXED;
                case HAZARD -> Mark.HAZARD;
            };
            recorder.saw(new Observation.Told(recorder.nowMs(), life.name(), id, what, mark, how));
            return true;
        }

        private boolean told(String how, @Nullable Throwable failure) {
            if (failure instanceof RolledBackException) {
                recorder.saw(
                        new Observation.Told(recorder.nowMs(), life.name(), id, Outcome.ROLLED_BACK, Mark.NONE, how));
                return true;
            }
            if (isNotFound(failure)
                    || (failure instanceof OutcomeUnknownException unknown && isNotFound(unknown.getCause()))) {
                recorder.saw(new Observation.NotFound(recorder.nowMs(), life.name(), id));
                return true;
            }
            if (failure instanceof OutcomeUnknownException unknown && unknown.lost()) {
                recorder.saw(new Observation.Told(recorder.nowMs(), life.name(), id, Outcome.UNKNOWN, Mark.NONE, how));
                return true;
            }
            if (failure instanceof OutcomeUnknownException
                    || failure instanceof CoordinatorUnavailableException
                    || failure instanceof RequestRejectedException) {
                return false;
            }
            throw new IllegalStateException("an answer that the SDK does not promise: " + failure, failure);
        }

        private static boolean isNotFound(@Nullable Throwable failure) {
            return failure instanceof RequestRejectedException rejected
                    && rejected.code().equals("NOT_FOUND");
        }
    }
}

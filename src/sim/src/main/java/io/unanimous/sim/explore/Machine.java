package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The production coordinator as a table of numbered states, filled in while it is explored.
 *
 * <p>Two states are the same when their portraits are. One that is wanted again is made again, by the inputs that first led
 * to it; what a state answers to a stimulus is kept, so that the coordinator is run once for each pair of them, however many
 * states of the world share it. Used by one thread.
 */
final class Machine {

    static final UUID STORE = UUID.fromString("5eed0000-0000-4000-8000-00000000c0de");

    /** The wall clock stands still: no duration of the protocol is measured by it but retention. */
    static final long WALL_MS = 1_000_000;

    /**
     * What a stimulus brought about.
     *
     * @param next the state after it
     * @param records to be written
     * @param releases effects, with what they await; those that only inform are left out
     * @param recordsNumber equal records have the same
     * @param releasesNumber equal releases have the same
     */
    record Reaction(
            int next, List<LogRecord> records, List<Turn.Release> releases, int recordsNumber, int releasesNumber) {}

    /**
     * A state: how it was first reached, and what it says when it is asked.
     *
     * @param before the state before, or 0 after a start
     * @param stimulus what led here from there; for a start, the log and the life in one number
     * @param epoch its epoch
     * @param outcome what a client would be told of the transaction; null for nothing certain
     * @param outcomeAwaits the record that this answer awaits
     * @param mints the id that it would mint next; null for none
     */
    record State(
            int before,
            long stimulus,
            long epoch,
            @Nullable Outcome outcome,
            long outcomeAwaits,
            @Nullable TransactionId mints) {}

    private final Limits limits;
    private final Interner<List<LogRecord>> logs;
    private final Interner<Stimulus> stimuli = new Interner<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<State> states = new ArrayList<>();
    private final PairMap reactionNumbers = new PairMap();
    private final List<Reaction> reactions = new ArrayList<>();
    private final Interner<List<LogRecord>> writes = new Interner<>();
    private final Interner<List<Turn.Release>> effects = new Interner<>();
    private final Map<Long, Reaction> starts = new HashMap<>();
    private final Map<List<Long>, Effect.PruneRecords> prunings = new HashMap<>();
    /** Another way to a state than the first, as far as one was met and they are to be compared. */
    private final Map<Integer, State> otherWays = new HashMap<>();

    private final boolean compared;
    /** The transaction that everything is about; null until it has begun. */
    private @Nullable TransactionId subject;

    /**
     * A table of nothing yet.
     *
     * @param compared whether each step is run a second time where another path leads to the same state, to see that it
     *     comes to the same
     */
    Machine(Limits limits, Interner<List<LogRecord>> logs, boolean compared) {
        this.compared = compared;
        this.limits = limits;
        this.logs = logs;
        // Number 0 is no state: World.DOWN.
        states.add(new State(0, 0, 0, null, 0, null));
    }

    /** From now on each state is asked about this transaction. */
    void about(TransactionId transaction) {
        subject = transaction;
    }

    State state(int number) {
        return states.get(number);
    }

    /** Distinct states of the coordinator met so far. */
    int size() {
        return states.size() - 1;
    }

    /** Steps of the coordinator that were run and kept. */
    int steps() {
        return reactions.size();
    }

    /** States that were met by more than one path, and whose steps were compared. */
    int otherWays() {
        return otherWays.size();
    }

    /** Starts a coordinator on a log. */
    Reaction start(int log, int life) {
        long key = (long) log << 32 | life;
        Reaction known = starts.get(key);
        if (known != null) {
            return known;
        }
        Turn turn = new Turn();
        Coordinator coordinator = started(key, turn);
        Reaction reaction = reaction(coordinator, 0, 0, key, turn);
        starts.put(key, reaction);
        return reaction;
    }

    private Coordinator started(long key, Turn turn) {
        Coordinator coordinator = new Coordinator(limits, STORE, 0);
        logs.value((int) (key >>> 32)).forEach(coordinator::replay);
        coordinator.start((int) key, List.of(), new Now(0, WALL_MS), turn);
        return coordinator;
    }

    /** The number of a stimulus. */
    int stimulus(Input input, boolean whenDue) {
        return stimuli.number(new Stimulus(input, whenDue));
    }

    /** Gives a stimulus to a state. */
    Reaction step(int state, int stimulus) {
        int known = reactionNumbers.get(state, stimulus);
        if (known != PairMap.NONE) {
            return reactions.get(known);
        }
        Turn turn = new Turn();
        Run run = run(states.get(state));
        run.step(stimuli.value(stimulus), turn);
        State otherWay = otherWays.get(state);
        if (otherWay != null) {
            compare(state, otherWay, stimulus, turn, run.coordinator);
        }
        Reaction reaction = reaction(run.coordinator, run.nowMs, state, stimulus, turn);
        reactionNumbers.put(state, stimulus, reactions.size());
        reactions.add(reaction);
        return reaction;
    }

    private void compare(int state, State otherWay, int stimulus, Turn turn, Coordinator coordinator) {
        Turn otherTurn = new Turn();
        Run other = run(otherWay);
        other.step(stimuli.value(stimulus), otherTurn);
        String one = text(turn, coordinator);
        String two = text(otherTurn, other.coordinator);
        if (!one.equals(two)) {
            throw new IllegalStateException("state " + state + " has one portrait, and two answers to "
                    + stimuli.value(stimulus) + ":\n" + one + "\nand\n" + two);
        }
    }

    private static String text(Turn turn, Coordinator coordinator) {
        StringBuilder text = new StringBuilder(turn.records().toString());
        for (Turn.Release release : turn.releases()) {
            text.append('\n').append(release.awaits()).append(' ');
            text.append(
                    release.effect() instanceof Effect.PruneRecords prune
                            ? Arrays.toString(prune.numbers())
                            : release.effect());
        }
        return text.append(coordinator.portrait()).toString();
    }

    private Reaction reaction(Coordinator coordinator, long nowMs, int before, long stimulus, Turn turn) {
        List<Turn.Release> releases = new ArrayList<>();
        for (Turn.Release release : turn.releases()) {
            if (release.effect() instanceof Effect.PruneRecords prune) {
                List<Long> pruned = Arrays.stream(prune.numbers()).boxed().toList();
                releases.add(new Turn.Release(prunings.computeIfAbsent(pruned, list -> prune), release.awaits()));
            } else if (!(release.effect() instanceof Effect.Announce announce)
                    || announce.severity() == Effect.Severity.ALARM) {
                releases.add(release);
            }
        }
        String portrait = coordinator.portrait();
        Integer known = numbers.get(portrait);
        if (known == null) {
            known = states.size();
            numbers.put(portrait, known);
            states.add(ask(coordinator, nowMs, before, stimulus));
        } else if (compared
                && (states.get(known).before() != before || states.get(known).stimulus() != stimulus)) {
            otherWays.putIfAbsent(known, new State(before, stimulus, 0, null, 0, null));
        }
        int written = writes.number(List.copyOf(turn.records()));
        int released = effects.number(List.copyOf(releases));
        return new Reaction(known, writes.value(written), effects.value(released), written, released);
    }

    /** Asks what it would tell and mint; the coordinator is used up by that. */
    private State ask(Coordinator coordinator, long nowMs, int before, long stimulus) {
        TransactionId about = subject;
        if (about == null) {
            return new State(before, stimulus, coordinator.epoch(), null, 0, null);
        }
        Outcome outcome = null;
        long awaits = 0;
        Turn turn = new Turn();
        Question question = new Question("probe");
        coordinator.step(new Input.OutcomeAsked(question, about), new Now(nowMs, WALL_MS), turn);
        for (Turn.Release release : turn.releases()) {
            if (release.effect() instanceof Effect.Reply reply && reply.answer() instanceof Answer.OutcomeTold told) {
                outcome = told.outcome();
                awaits = release.awaits();
            }
        }
        TransactionId mints = null;
        turn.clear();
        coordinator.step(new Input.BeginRequested(question, 0, 0, ""), new Now(nowMs, WALL_MS), turn);
        for (Turn.Release release : turn.releases()) {
            if (release.effect() instanceof Effect.Reply reply && reply.answer() instanceof Answer.Begun begun) {
                mints = begun.transaction();
            }
        }
        return new State(before, stimulus, coordinator.epoch(), outcome, awaits, mints);
    }

    /** Makes a state again, by the last step of this way to it and the inputs that first led there. */
    private Run run(State state) {
        Deque<Integer> path = new ArrayDeque<>();
        State at = state;
        while (at.before() != 0) {
            path.push((int) at.stimulus());
            at = states.get(at.before());
        }
        Run run = new Run(started(at.stimulus(), new Turn()));
        for (int stimulus : path) {
            run.step(stimuli.value(stimulus), new Turn());
        }
        return run;
    }

    /** A coordinator on its way, and its clock. */
    private static final class Run {
        private final Coordinator coordinator;
        private long nowMs;

        Run(Coordinator coordinator) {
            this.coordinator = coordinator;
        }

        void step(Stimulus stimulus, Turn turn) {
            long wakeMs = coordinator.nextWakeMs();
            if (stimulus.whenDue() && wakeMs != Long.MAX_VALUE) {
                nowMs = Math.max(nowMs, wakeMs);
            }
            coordinator.step(stimulus.input(), new Now(nowMs, WALL_MS), turn);
        }
    }
}

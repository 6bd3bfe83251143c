package io.unanimous.coordinator.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A random walk of the real core among model participants, a model log and a network that drops, repeats and reorders.
 *
 * <p>The coordinator crashes with any part of what was not synced lost or found again; participants crash and come back as
 * other incarnations, scan before and report after an outcome, and prepare early. A {@link Verdict} that knows nothing of the
 * coordinator's inside watches what is on disk, what is told and what the resources hold. At the end the faults stop and
 * everything must come to rest.
 *
 * <p>One seed decides everything.
 */
final class RandomWalk {

    static final List<String> RESOURCES = List.of("ledger", "orders", "seats");
    private static final int HEALING_ROUNDS_MAX = 600;

    /** Small enough that timeouts, pruning and full lists happen within a few hundred steps. */
    static final Limits LIMITS = Limits.defaults()
            .withUnansweredMax(2)
            .withPrepareTimeoutMs(3_000)
            .withOpenTransactionsMax(8)
            .withDelivery(50, 2_000, 8_000, 4_000)
            .withGraceMs(1_500)
            .withRetention(30_000, 4, 2);

    /** A message under way to the coordinator. */
    private sealed interface Message {
        record ToCoordinator(Input input) implements Message {}

        record ToParticipant(Effect.OnConnection effect, long epoch, LogPosition position) implements Message {}
    }

    /** A caller, by the transaction that it asks about; the first has none yet. */
    record Question(String kind, TransactionId transaction) implements ReplyTo {}

    private final Random random;
    private final Verdict verdict = new Verdict();
    private final TreeMap<Long, LogRecord> log = new TreeMap<>();
    private final TreeMap<Long, LogRecord> prunedUnsynced = new TreeMap<>();
    private final List<Turn.Release> waiting = new ArrayList<>();
    private final List<Message> network = new ArrayList<>();
    private final List<ModelParticipant> participants = new ArrayList<>();
    private final Map<String, ModelResource> resources = new LinkedHashMap<>();
    private final List<TransactionId> begun = new ArrayList<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private Coordinator coordinator = new Coordinator(LIMITS, World.STORE, 0);
    private long syncedTo;
    private long monotonicMs;
    private long wallMs = 1_000_000;
    private long connections;
    private int incarnations;
    private boolean healing;
    private boolean restored;
    /** Everything that was written and not lost, pruned or not: what an old copy may hold. */
    private final TreeMap<Long, LogRecord> written = new TreeMap<>();

    private long digest = 17;
    /** What was released, counted by kind. */
    final Map<String, Integer> seen = new TreeMap<>();

    int crashes;
    int decisions;

    RandomWalk(long seed) {
        random = new Random(seed);
        for (String resource : RESOURCES) {
            resources.put(resource, new ModelResource());
            int instances = 1 + random.nextInt(2);
            for (int i = 0; i < instances; i++) {
                participants.add(
                        new ModelParticipant(this, resource, resources.get(resource), "inc-" + ++incarnations));
            }
        }
    }

    /** Walks so many steps, then heals; throws AssertionError with the last events when a promise is broken. */
    long run(int steps) {
        try {
            startCoordinator();
            for (int i = 0; i < steps; i++) {
                act();
            }
            heal();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e + "\n  " + String.join("\n  ", trace), e);
        }
        return digest;
    }

    /**
     * Walks, then puts an older copy of the log in its place and walks on: as soon as the participants that have seen more
     * are back, nothing is presumed about what the copy does not know. Says whether the loss was noticed.
     */
    boolean runRestored(int steps) {
        try {
            startCoordinator();
            for (int i = 0; i < steps; i++) {
                act();
            }
            restore(1 + random.nextInt((int) syncedTo));
            boolean noticed = coordinator.inHold();
            for (int i = 0; i < steps; i++) {
                act();
            }
            return noticed;
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e + "\n  " + String.join("\n  ", trace), e);
        }
    }

    private void restore(long upTo) {
        note("restored up to " + upTo + " of " + syncedTo);
        restored = true;
        verdict.restored(resources);
        participants.forEach(ModelParticipant::streamLost);
        log.clear();
        log.putAll(written.headMap(upTo, true));
        written.tailMap(upTo, false).clear();
        prunedUnsynced.clear();
        waiting.clear();
        network.clear();
        syncedTo = upTo;
        startCoordinator();
        participants.forEach(ModelParticipant::connect);
        for (Message message : List.copyOf(network)) {
            if (message instanceof Message.ToCoordinator to && to.input() instanceof Input.ParticipantConnected) {
                network.remove(message);
                step(to.input());
            }
        }
    }

    boolean restored() {
        return restored;
    }

    // ---- the coordinator ----------------------------------------------------------------------------------------

    private void startCoordinator() {
        coordinator = new Coordinator(LIMITS, World.STORE, 0);
        log.values().forEach(coordinator::replay);
        Turn turn = new Turn();
        coordinator.start(random.nextInt(1 << 30), List.of(), now(), turn);
        verdict.epochStarted(coordinator.epoch(), coordinator.nonce());
        take(turn);
        // Nothing is released before the records of the start are on disk.
        syncUpTo(log.lastKey());
    }

    private void crashCoordinator() {
        crashes++;
        long last = log.lastKey();
        long kept = syncedTo + (last > syncedTo ? random.nextInt((int) (last - syncedTo) + 1) : 0);
        note("crash, kept " + kept + " of " + last + ", synced " + syncedTo);
        log.tailMap(kept, false).clear();
        written.tailMap(kept, false).clear();
        if (random.nextBoolean()) {
            log.putAll(prunedUnsynced);
        }
        prunedUnsynced.clear();
        markDurable(kept);
        waiting.clear();
        for (ModelParticipant participant : participants) {
            participant.streamLost();
        }
        monotonicMs = random.nextInt(1_000);
        wallMs += random.nextInt(2_000) - 500;
        startCoordinator();
    }

    private Now now() {
        return new Now(monotonicMs, wallMs);
    }

    private void step(Input input) {
        note("in  " + input);
        Turn turn = new Turn();
        coordinator.step(input, now(), turn);
        take(turn);
    }

    private void take(Turn turn) {
        for (LogRecord record : turn.records()) {
            note("rec " + record);
            verdict.written(record.event(), resources);
            log.put(record.number(), record);
            written.put(record.number(), record);
            if (record.event() instanceof Event.CommitDecided) {
                decisions++;
            }
        }
        waiting.addAll(turn.releases());
        release();
    }

    private void syncUpTo(long number) {
        markDurable(number);
        prunedUnsynced.clear();
        step(new Input.LogSynced(number));
        release();
    }

    private void markDurable(long number) {
        for (LogRecord record : log.subMap(syncedTo, false, number, true).values()) {
            verdict.durable(record.event());
        }
        syncedTo = number;
    }

    private void release() {
        List<Turn.Release> ready = new ArrayList<>();
        for (Turn.Release release : waiting) {
            if (release.awaits() <= syncedTo) {
                ready.add(release);
            }
        }
        waiting.removeAll(ready);
        for (Turn.Release release : ready) {
            Effect effect = release.effect();
            String line = effect instanceof Effect.PruneRecords prune
                    ? "PruneRecords" + Arrays.toString(prune.numbers())
                    : effect.toString();
            digest = digest * 31 + line.hashCode();
            note("out " + line);
            count(effect);
            if (effect instanceof Effect.Reply reply) {
                answered((Question) reply.replyTo(), reply.answer());
            } else if (effect instanceof Effect.OnConnection on) {
                verdict.told(on);
                send(new Message.ToParticipant(on, coordinator.epoch(), position()));
            } else if (effect instanceof Effect.PruneRecords prune) {
                for (long number : prune.numbers()) {
                    LogRecord record = log.remove(number);
                    if (record != null) {
                        prunedUnsynced.put(number, record);
                    }
                }
            } else if (effect instanceof Effect.Announce announce
                    && announce.severity() == Effect.Severity.ALARM
                    && !restored
                    && !announce.text().contains("HEURISTIC")) {
                throw new AssertionError("a false alarm: " + announce.text());
            }
        }
    }

    private void count(Effect effect) {
        String kind = effect.getClass().getSimpleName();
        if (effect instanceof Effect.SendOutcome outcome) {
            kind += " " + outcome.answer();
        } else if (effect instanceof Effect.SendCommit commit && commit.onePhase()) {
            kind += " in one phase";
        } else if (effect instanceof Effect.Reply reply) {
            kind = reply.answer().getClass().getSimpleName();
            if (reply.answer() instanceof Answer.Refused refused) {
                kind += " " + refused.refusal().reason();
            } else if (reply.answer() instanceof Answer.CommitAnswered answered) {
                kind += " " + answered.outcome();
            }
        }
        seen.merge(kind, 1, Integer::sum);
    }

    private LogPosition position() {
        return new LogPosition(World.STORE, 0, coordinator.epoch(), coordinator.nonce(), syncedTo);
    }

    private void answered(Question question, Answer answer) {
        if (answer instanceof Answer.Begun started) {
            verdict.begun(started.transaction());
            begun.add(started.transaction());
            work(started.transaction());
        } else {
            verdict.answered(question, answer);
        }
    }

    // ---- what may happen ----------------------------------------------------------------------------------------

    private void act() {
        int dice = random.nextInt(1_000);
        if (random.nextInt(6) == 0) {
            pick(participants).connect();
        }
        if (random.nextInt(4) == 0) {
            pick(participants).reportUnlessSlow();
        }
        if (dice < 450) {
            for (int i = random.nextInt(6); i >= 0; i--) {
                deliver();
            }
        } else if (dice < 580) {
            if (log.lastKey() > syncedTo) {
                syncUpTo(syncedTo + 1 + random.nextInt((int) (log.lastKey() - syncedTo)));
            }
        } else if (dice < 680) {
            pass(random.nextInt(random.nextInt(12) == 0 ? 6_000 : 200));
        } else if (dice < 900) {
            clientActs();
        } else if (dice < 970) {
            participantActs();
        } else if (dice < 985) {
            operatorActs();
        } else {
            crashCoordinator();
        }
    }

    private void deliver() {
        if (network.isEmpty()) {
            return;
        }
        int index = !healing && random.nextInt(4) == 0 ? random.nextInt(network.size()) : 0;
        Message message = network.remove(index);
        boolean reliable = message instanceof Message.ToCoordinator to
                && (to.input() instanceof Input.ParticipantConnected || to.input() instanceof Input.ParticipantLost);
        if (message instanceof Message.ToCoordinator to
                && to.input() instanceof Input.ParticipantLost lost
                && network.stream().anyMatch(other -> opens(other, lost.connection()))) {
            // The edge tells of a stream's end after its beginning, and of both once.
            network.add(message);
            return;
        }
        int fate = healing || reliable ? 99 : random.nextInt(100);
        if (fate < 5) {
            note("drop " + message);
            return;
        }
        if (fate < 12) {
            network.add(message);
        }
        if (message instanceof Message.ToCoordinator to) {
            step(to.input());
        } else if (message instanceof Message.ToParticipant to) {
            for (ModelParticipant participant : participants) {
                if (participant.owns(to.effect().connection())) {
                    participant.receive(to.effect(), to.epoch(), to.position());
                }
            }
        }
    }

    private static boolean opens(Message message, long connection) {
        return message instanceof Message.ToCoordinator to
                && to.input() instanceof Input.ParticipantConnected connected
                && connected.connection() == connection;
    }

    private void pass(long ms) {
        monotonicMs += ms;
        wallMs += ms;
        for (int i = 0; i < 20 && coordinator.nextWakeMs() <= monotonicMs; i++) {
            step(new Input.Tick());
        }
    }

    private void clientActs() {
        int dice = random.nextInt(20);
        if (begun.isEmpty() || dice < 7) {
            int flags = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
            long timeoutMs = random.nextInt(5) == 0 ? 500 : 20_000;
            step(new Input.BeginRequested(new Question("begin", null), timeoutMs, flags, ""));
            return;
        }
        int recent = Math.min(begun.size(), 6);
        TransactionId id = random.nextInt(12) == 0 ? pick(begun) : begun.get(begun.size() - 1 - random.nextInt(recent));
        AnswerAt at = random.nextBoolean() ? AnswerAt.DECISION : AnswerAt.ALL_ACKNOWLEDGED;
        if (dice < 8) {
            pick(participants).work(id, random.nextInt(4) == 0);
        } else if (dice < 16) {
            // A client waits until its joins are confirmed, and now and then a careless one does not.
            if (random.nextInt(10) == 0 || participants.stream().noneMatch(one -> one.awaitsConfirmation(id))) {
                send(new Message.ToCoordinator(
                        new Input.CommitRequested(new Question("commit", id), id, at, 1 + random.nextInt(5_000))));
            }
        } else if (dice < 17) {
            send(new Message.ToCoordinator(
                    new Input.RollbackRequested(new Question("rollback", id), id, "", at, 1_000)));
        } else {
            step(new Input.OutcomeAsked(new Question("outcome", id), id));
        }
    }

    /** The work of a new transaction, in one to three branches. */
    private void work(TransactionId id) {
        int branches = id.allowsOnePhase() && random.nextBoolean() ? 1 : 1 + random.nextInt(3);
        for (int i = 0; i < branches; i++) {
            pick(participants).work(id, random.nextInt(6) == 0);
        }
    }

    private void participantActs() {
        ModelParticipant participant = pick(participants);
        switch (random.nextInt(8)) {
            case 0 -> participant.crash("inc-" + ++incarnations);
            case 1 -> participant.streamLost();
            case 2, 3, 4 -> participant.connect();
            case 5 -> participant.beginScan();
            default -> participant.report();
        }
    }

    private void operatorActs() {
        if (begun.isEmpty()) {
            return;
        }
        TransactionId id = pick(begun);
        OverrideOrder order = random.nextBoolean() ? World.dryRun() : World.order("because");
        step(
                switch (random.nextInt(4)) {
                    case 0 -> new Input.RollbackForced(new Question("force", id), id, order);
                    case 1 -> new Input.RetryRequested(new Question("retry", id), id);
                    case 2 -> new Input.DescriptionAsked(new Question("describe", id), id);
                    default ->
                        new Input.ListAsked(
                                new Question("list", null),
                                new TransactionFilter(Collections.emptySet(), 0, "", false, false, ""),
                                100,
                                null);
                });
    }

    private void heal() {
        healing = true;
        note("healing");
        // What a stream lost on the way is made good by the next one: no stream outlives the faults.
        participants.forEach(ModelParticipant::streamLost);
        for (int round = 0; round < HEALING_ROUNDS_MAX; round++) {
            for (ModelParticipant participant : participants) {
                participant.connect();
                if (round % 10 == 0) {
                    participant.beginScan();
                    participant.report();
                }
            }
            int messages = network.size();
            for (int i = 0; i < messages; i++) {
                deliver();
            }
            if (log.lastKey() > syncedTo) {
                syncUpTo(log.lastKey());
            }
            pass(200);
            boolean atRest = resources.values().stream().noneMatch(ModelResource::holdsPrepared);
            if (atRest && coordinator.openTransactions() == 0 && network.isEmpty()) {
                verdict.atRest(resources);
                return;
            }
        }
        throw new AssertionError("not at rest: " + coordinator.openTransactions() + " open, prepared "
                + resources.values().stream().map(ModelResource::prepared).toList());
    }

    // ---- for participants ---------------------------------------------------------------------------------------

    void send(Input input) {
        send(new Message.ToCoordinator(input));
    }

    private void send(Message message) {
        network.add(message);
    }

    long nextConnection() {
        return ++connections;
    }

    Random random() {
        return random;
    }

    boolean healing() {
        return healing;
    }

    Verdict verdict() {
        return verdict;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    void note(String line) {
        trace.addLast(monotonicMs + " " + line.replace(World.STORE.toString(), "STORE"));
        if (trace.size() > Integer.getInteger("random.trace", 160)) {
            trace.removeFirst();
        }
    }
}

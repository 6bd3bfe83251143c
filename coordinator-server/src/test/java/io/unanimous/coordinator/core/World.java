package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A coordinator with a clock and a log of its own: what tests and scenarios speak to.
 *
 * <p>The log keeps what was written and knows how far it is on disk. Effects that await a record beyond that are kept
 * back as the runtime would, and lost with a crash.
 */
final class World {

    static final UUID STORE = UUID.fromString("5eed0000-0000-4000-8000-00000000c0de");
    static final UUID OTHER_STORE = UUID.fromString("07e40000-0000-4000-8000-00000000c0de");

    /** A caller with a name. */
    record Caller(String name) implements ReplyTo {}

    /** What one input brought about. */
    record Output(List<LogRecord> records, List<Turn.Release> releases) {

        /** The effects of one kind, in order. */
        <E extends Effect> List<E> effects(Class<E> kind) {
            return releases.stream()
                    .map(Turn.Release::effect)
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        }

        /** The only effect of a kind. */
        <E extends Effect> E effect(Class<E> kind) {
            List<E> effects = effects(kind);
            if (effects.size() != 1) {
                throw new AssertionError("one " + kind.getSimpleName() + " expected, not " + effects);
            }
            return effects.get(0);
        }

        /** What the only caller was answered. */
        <A extends Answer> A answer(Class<A> kind) {
            Answer answer = effect(Effect.Reply.class).answer();
            if (!kind.isInstance(answer)) {
                throw new AssertionError(kind.getSimpleName() + " expected, not " + answer);
            }
            return kind.cast(answer);
        }

        /** Why the only caller was refused. */
        RefusalReason refusal() {
            return answer(Answer.Refused.class).refusal().reason();
        }

        long forced() {
            return records.stream()
                    .filter(record -> record.event().durability() == Durability.FORCED)
                    .count();
        }

        long lazy() {
            return records.size() - forced();
        }
    }

    private static final int TICKS_MAX = 100_000;

    final Limits limits;
    final TreeMap<Long, LogRecord> log = new TreeMap<>();
    Coordinator coordinator;
    long monotonicMs;
    long wallMs = 1_000_000;
    long syncedTo;
    private final List<Turn.Release> waiting = new ArrayList<>();
    private final TreeMap<Long, LogRecord> pruned = new TreeMap<>();
    private int lives;
    private int callers;

    World(Limits limits) {
        this.limits = limits;
        coordinator = new Coordinator(limits, STORE, 0);
    }

    /** A world that has started, with everything on disk. */
    static World started(Limits limits) {
        World world = new World(limits);
        world.start();
        return world;
    }

    static World started() {
        return started(Limits.defaults());
    }

    // ---- lives --------------------------------------------------------------------------------------------------

    /** Starts the coordinator on what the log holds. */
    Output start(HoldFinding... findings) {
        log.values().forEach(coordinator::replay);
        Turn turn = new Turn();
        coordinator.start(++lives, List.of(findings), now(), turn);
        Output output = take(turn);
        syncedTo = coordinator.lastNumber();
        release();
        return output;
    }

    /** Ends this life of the coordinator; of what was not on disk, records up to {@code kept} are found again. */
    void crash(long kept) {
        log.tailMap(Math.max(kept, syncedTo), false).clear();
        // A deletion is not synced: it may be undone as long as no later sync followed.
        waiting.clear();
        monotonicMs = 0;
        syncedTo = log.isEmpty() ? 0 : log.lastKey();
        coordinator = new Coordinator(limits, STORE, 0);
    }

    /** Ends this life, with everything that was written found again. */
    void crash() {
        crash(Long.MAX_VALUE);
    }

    /** Ends this life, with everything lost that was not on disk. */
    void cutPower() {
        crash(0);
    }

    // ---- inputs -------------------------------------------------------------------------------------------------

    Now now() {
        return new Now(monotonicMs, wallMs);
    }

    /** Steps one input. */
    Output step(Input input) {
        Turn turn = new Turn();
        coordinator.step(input, now(), turn);
        return take(turn);
    }

    private Output take(Turn turn) {
        for (LogRecord record : turn.records()) {
            log.put(record.number(), record);
        }
        waiting.addAll(turn.releases());
        release();
        return new Output(turn.records(), turn.releases());
    }

    private void release() {
        for (Turn.Release release : List.copyOf(waiting)) {
            if (release.awaits() <= syncedTo) {
                waiting.remove(release);
                if (release.effect() instanceof Effect.PruneRecords prune) {
                    for (long number : prune.numbers()) {
                        LogRecord record = log.remove(number);
                        if (record != null) {
                            pruned.put(number, record);
                        }
                    }
                }
            }
        }
    }

    /** Brings back what was pruned, as a power cut may. */
    void undoPruning() {
        log.putAll(pruned);
    }

    /** The log thread has synced everything that was written. */
    Output sync() {
        syncedTo = log.isEmpty() ? 0 : log.lastKey();
        Output output = step(new Input.LogSynced(syncedTo));
        release();
        return output;
    }

    /** Time passes: the coordinator is woken whenever it asked to be. */
    Output advance(long ms) {
        long until = monotonicMs + ms;
        long wallAtEnd = wallMs + ms;
        List<LogRecord> records = new ArrayList<>();
        List<Turn.Release> releases = new ArrayList<>();
        int ticks = 0;
        while (coordinator.nextWakeMs() <= until) {
            if (ticks++ > TICKS_MAX) {
                throw new AssertionError("woken without end at " + monotonicMs + " ms");
            }
            long next = Math.max(monotonicMs, coordinator.nextWakeMs());
            wallMs += next - monotonicMs;
            monotonicMs = next;
            Output output = step(new Input.Tick());
            records.addAll(output.records());
            releases.addAll(output.releases());
        }
        monotonicMs = until;
        wallMs = wallAtEnd;
        return new Output(records, releases);
    }

    Caller caller() {
        return new Caller("r" + ++callers);
    }

    // ---- the words of the protocol ------------------------------------------------------------------------------

    Output connect(long connection, String incarnation, String... resources) {
        List<ResourceRegistration> registrations = new ArrayList<>();
        for (String resource : resources) {
            registrations.add(new ResourceRegistration(resource, ""));
        }
        return connect(connection, incarnation, registrations, List.of());
    }

    Output connect(long connection, String incarnation, List<ResourceRegistration> resources, List<LogPosition> seen) {
        return step(new Input.ParticipantConnected(connection, "p" + connection, incarnation, resources, seen));
    }

    Output lose(long connection) {
        return step(new Input.ParticipantLost(connection));
    }

    TransactionId begin() {
        return begin(0);
    }

    TransactionId begin(int flags) {
        return begin(flags, 0);
    }

    TransactionId begin(int flags, long timeoutMs) {
        return step(new Input.BeginRequested(caller(), timeoutMs, flags, ""))
                .answer(Answer.Begun.class)
                .transaction();
    }

    Output enlist(long connection, TransactionId id, String branch) {
        return step(new Input.BranchEnlisted(connection, id, branch(branch), Payload.EMPTY, null));
    }

    Output commit(TransactionId id) {
        return step(new Input.CommitRequested(caller(), id, AnswerAt.ALL_ACKNOWLEDGED, 0));
    }

    Output rollBack(TransactionId id) {
        return step(new Input.RollbackRequested(caller(), id, "", AnswerAt.ALL_ACKNOWLEDGED, 0));
    }

    Output vote(long connection, TransactionId id, String branch, Vote vote) {
        return step(new Input.VoteReceived(connection, id, branch(branch), coordinator.epoch(), 1, vote, ""));
    }

    Output ack(long connection, TransactionId id, String branch, Command command, AckResult result) {
        return ack(connection, id, branch, command, result, coordinator.epoch(), 1);
    }

    Output ack(
            long connection,
            TransactionId id,
            String branch,
            Command command,
            AckResult result,
            long epoch,
            int attempt) {
        return step(new Input.AckReceived(connection, id, branch(branch), epoch, attempt, command, result, ""));
    }

    Output scan(long connection, String resource, LogPosition asOf, Input.InquiredBranch... branches) {
        return inquire(connection, resource, InquiryKind.SCAN, asOf, branches);
    }

    Output inquire(
            long connection, String resource, InquiryKind kind, LogPosition asOf, Input.InquiredBranch... branches) {
        return step(new Input.BranchesInquired(connection, resource, kind, 1, asOf, List.of(branches), true));
    }

    Output ask(TransactionId id) {
        return step(new Input.OutcomeAsked(caller(), id));
    }

    Answer.OutcomeTold outcome(TransactionId id) {
        return ask(id).answer(Answer.OutcomeTold.class);
    }

    TransactionDetail describe(TransactionId id) {
        return step(new Input.DescriptionAsked(caller(), id))
                .answer(Answer.Described.class)
                .transaction();
    }

    StatusView status() {
        return step(new Input.StatusAsked(caller()))
                .answer(Answer.StatusTold.class)
                .status();
    }

    long counter(String name) {
        return status().counters().getOrDefault(name, -1L);
    }

    LogPosition position() {
        return new LogPosition(STORE, 0, coordinator.epoch(), coordinator.nonce(), syncedTo);
    }

    static BranchName branch(String name) {
        return BranchName.parse(name).orElseThrow();
    }

    static Input.InquiredBranch inquired(TransactionId id, String branch) {
        return new Input.InquiredBranch(id, branch(branch));
    }

    static OverrideOrder order(String reason) {
        return new OverrideOrder(reason, "ops", null, false);
    }

    static OverrideOrder dryRun() {
        return new OverrideOrder("", "ops", null, true);
    }
}

package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.AnswerAt;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Command;
import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.ReplyTo;
import io.unanimous.coordinator.core.ResourceRegistration;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.core.Vote;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.InMemoryDecisionLog;
import io.unanimous.coordinator.log.StoreIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A runtime without threads around a real coordinator: turns and batches run when a test says so, and the test sees what
 * was released, and on which side.
 */
final class LoopRig {

    static final UUID STORE = new UUID(1, 2);

    /** A caller, told apart by its name. */
    record Caller(String name) implements ReplyTo {}

    final ManualClock clock = new ManualClock(new Now(1_000_000, 1_700_000_000_000L));
    final InMemoryDecisionLog memory;
    final DecisionLog log;
    final List<Effect> released = new ArrayList<>();
    final List<String> faults = new ArrayList<>();
    final List<CrashPoint> crashPoints = new ArrayList<>();
    final Counters counters = new Counters();
    final SyncedPosition position = new SyncedPosition(STORE, 0);
    final CoordinatorRuntime runtime;
    private long connections;
    private Runnable duringRelease;

    LoopRig() {
        this(LoopLimits.defaults(), log -> log);
    }

    LoopRig(LoopLimits limits, UnaryOperator<DecisionLog> wrapping) {
        this(new InMemoryDecisionLog(new StoreIdentity(STORE, 0, 1)), limits, wrapping);
    }

    LoopRig(InMemoryDecisionLog memory, LoopLimits limits, UnaryOperator<DecisionLog> wrapping) {
        this.memory = memory;
        log = wrapping.apply(memory);
        Coordinator coordinator = new Coordinator(Limits.defaults(), STORE, 0);
        log.replay(coordinator::replay);
        Turn started = new Turn();
        coordinator.start(7, List.of(), clock.read(), started);
        log.append(started.records(), true);
        position.epochBegan(coordinator.epoch(), coordinator.nonce(), coordinator.lastNumber());
        runtime = new CoordinatorRuntime(
                coordinator,
                log,
                position,
                this::release,
                clock,
                crashPoints::add,
                (doing, cause) -> faults.add(doing + ": " + cause.getMessage()),
                counters,
                limits);
        runtime.resume(started);
        run();
    }

    private void release(List<Effect> effects) {
        released.addAll(effects);
        if (duringRelease != null) {
            Runnable action = duringRelease;
            duringRelease = null;
            action.run();
        }
    }

    /** Runs something while the next release is under way, as the other thread might. */
    void duringNextRelease(Runnable action) {
        duringRelease = action;
    }

    /** Works until nothing is left to do at this time. */
    void run() {
        while (runtime.runTurn() > 0 | runtime.runBatch()) {
            continue;
        }
    }

    /** Runs turns until nothing is left to step; the log's thread stands still. */
    void turns() {
        while (runtime.runTurn() > 0) {
            continue;
        }
    }

    /** What was released since the last call. */
    List<Effect> takeReleased() {
        List<Effect> taken = new ArrayList<>(released);
        released.clear();
        return taken;
    }

    <E extends Effect> List<E> takeReleased(Class<E> type) {
        return takeReleased().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The answers that this caller has been given among the effects. */
    static List<Answer> answersTo(String caller, List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Reply.class::isInstance)
                .map(Effect.Reply.class::cast)
                .filter(reply -> reply.replyTo().equals(new Caller(caller)))
                .map(Effect.Reply::answer)
                .toList();
    }

    // ---- the protocol in few words --------------------------------------------------------------------------------

    void offer(Input input) {
        if (!runtime.offer(input)) {
            throw new AssertionError("shed: " + input);
        }
    }

    /** Connects a participant for a resource, and returns its connection. */
    long connect(String resource) {
        long connection = ++connections;
        offer(new Input.ParticipantConnected(
                connection,
                "test",
                "incarnation-" + resource,
                List.of(new ResourceRegistration(resource, "")),
                List.of()));
        run();
        released.clear();
        return connection;
    }

    TransactionId begin() {
        offer(new Input.BeginRequested(new Caller("begin"), 60_000, 0, ""));
        run();
        Answer answer = answersTo("begin", takeReleased()).get(0);
        return ((Answer.Begun) answer).transaction();
    }

    void enlist(long connection, TransactionId transaction, BranchName branch) {
        offer(new Input.BranchEnlisted(connection, transaction, branch, Payload.EMPTY, null));
        run();
        released.clear();
    }

    void commit(String caller, TransactionId transaction) {
        offer(new Input.CommitRequested(new Caller(caller), transaction, AnswerAt.ALL_ACKNOWLEDGED, 30_000));
    }

    void vote(long connection, TransactionId transaction, BranchName branch) {
        offer(new Input.VoteReceived(
                connection, transaction, branch, position.get().epoch(), 1, Vote.PREPARED, ""));
    }

    void ack(long connection, TransactionId transaction, BranchName branch) {
        offer(new Input.AckReceived(
                connection, transaction, branch, position.get().epoch(), 1, Command.COMMIT, AckResult.DONE, ""));
    }

    void ask(String caller, TransactionId transaction) {
        offer(new Input.OutcomeAsked(new Caller(caller), transaction));
    }

    /** The records of one kind that are in the log. */
    List<LogRecord> logged(Class<?> event) {
        return memory.records().stream()
                .filter(record -> event.isInstance(record.event()))
                .toList();
    }
}

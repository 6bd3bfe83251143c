package io.unanimous.bench.jmh;

import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.AnswerAt;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Command;
import io.unanimous.coordinator.core.Coordinator;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.ReplyTo;
import io.unanimous.coordinator.core.ResourceRegistration;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.core.Vote;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A whole transaction with two branches through the pure state machine: begun, two enlistments, commit requested, two
 * votes, the log synced, two acknowledgements, and the answer. Outcomes are pruned as in a daemon that has run for long.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoreStepBenchmark {

    private static final UUID STORE = UUID.fromString("6f1c2b0e-52a7-4c19-9d0b-3b0f8a1e77c4");
    private static final int NONCE = 123_456_789;
    private static final long TIMEOUT_MS = 60_000;
    private static final long ANSWER_WITHIN_MS = 30_000;
    private static final long RETENTION_MS = 86_400_000;
    private static final int RETAINED = 20_000;
    private static final int PRUNED_TOGETHER = 1_000;
    private static final long WALL_MS = 1_790_000_000_000L;
    private static final List<String> RESOURCES = List.of("ledger-a", "ledger-b");
    private static final Payload PAYLOAD = Payload.of(new byte[16]);

    private final ReplyTo initiator = new ReplyTo() {};
    private final Turn turn = new Turn();
    private final List<BranchName> branches = RESOURCES.stream()
            .map(resource -> new BranchName(resource, "abcdefgh"))
            .toList();

    private Coordinator coordinator = new Coordinator(Limits.defaults(), STORE, 0);
    private long steps;
    private long sequence;

    /** Starts a coordinator with two participants. */
    @Setup
    public void setUp() {
        coordinator =
                new Coordinator(Limits.defaults().withRetention(RETENTION_MS, RETAINED, PRUNED_TOGETHER), STORE, 0);
        coordinator.start(NONCE, List.of(), now(), turn);
        turn.clear();
        sequence = 0;
        for (int number = 0; number < RESOURCES.size(); number++) {
            step(new Input.ParticipantConnected(
                    number + 1L,
                    "participant-" + number,
                    "incarnation-" + number,
                    List.of(new ResourceRegistration(RESOURCES.get(number), "")),
                    List.of()));
        }
        synced();
    }

    /** Takes one transaction from its begin to its answer. */
    @Benchmark
    public Answer transaction() {
        step(new Input.BeginRequested(initiator, TIMEOUT_MS, 0, "bench"));
        turn.clear();
        TransactionId id = TransactionId.of(STORE, 0, coordinator.epoch(), NONCE, ++sequence, 0);
        for (int number = 0; number < branches.size(); number++) {
            step(new Input.BranchEnlisted(number + 1L, id, branches.get(number), PAYLOAD, null));
        }
        step(new Input.CommitRequested(initiator, id, AnswerAt.ALL_ACKNOWLEDGED, ANSWER_WITHIN_MS));
        for (int number = 0; number < branches.size(); number++) {
            step(new Input.VoteReceived(
                    number + 1L, id, branches.get(number), coordinator.epoch(), 1, Vote.PREPARED, ""));
        }
        synced();
        for (int number = 0; number < branches.size(); number++) {
            step(new Input.AckReceived(
                    number + 1L, id, branches.get(number), coordinator.epoch(), 1, Command.COMMIT, AckResult.DONE, ""));
        }
        Answer answer = answer();
        turn.clear();
        return answer;
    }

    /** What the initiator was told; throws IllegalStateException unless it was told of a commit by all. */
    private Answer answer() {
        for (Turn.Release release : turn.releases()) {
            if (release.effect() instanceof Effect.Reply reply
                    && reply.answer() instanceof Answer.CommitAnswered commit
                    && commit.outcome() == Outcome.COMMITTED
                    && commit.pendingBranches() == 0) {
                return commit;
            }
        }
        throw new IllegalStateException("transaction " + sequence + " was not committed: " + turn.releases());
    }

    private void synced() {
        turn.clear();
        step(new Input.LogSynced(coordinator.lastNumber()));
    }

    private void step(Input input) {
        coordinator.step(input, now(), turn);
    }

    /** A clock that moves on: some hundred transactions in a millisecond would all share one timer's bucket. */
    private Now now() {
        long ms = ++steps / RESOURCES.size();
        return new Now(ms, WALL_MS + ms);
    }
}

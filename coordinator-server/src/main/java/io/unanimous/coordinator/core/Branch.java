package io.unanimous.coordinator.core;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One resource's work in one transaction.
 *
 * <p>The fields of the first group are changed by events alone. Those of the second say how delivery stands; losing
 * them costs a repeated message and nothing else.
 */
final class Branch {

    static final long NEVER = Long.MAX_VALUE;

    final BranchName name;
    final String incarnation;
    final Payload payload;

    @Nullable
    Vote vote;

    String voteReason = "";
    boolean acknowledged;

    @Nullable
    AckResult heuristic;

    @Nullable
    Resolution resolution;

    String finding = "";
    final long enlistedMs;
    long votedMs;
    long endedMs;

    /** Deliveries of prepare. */
    int prepares;
    /** Deliveries of the outcome. */
    int attempts;

    long retryAtMs = NEVER;
    String lastError = "";
    /** The connection that asked about it last; 0 for none. */
    long asker;
    /** The connection that its one-phase commit was sent on; 0 for none. */
    long onePhaseConnection;

    boolean forgetOwed;

    Branch(BranchName name, String incarnation, Payload payload, long enlistedMs) {
        this.name = name;
        this.incarnation = incarnation;
        this.payload = payload;
        this.enlistedMs = enlistedMs;
    }

    /** Whether nothing more is expected of it: acknowledged, acted on its own, or resolved by an operator. */
    boolean ended() {
        return acknowledged || heuristic != null || resolution != null;
    }

    /** Whether the decision of its transaction has to be delivered to it still. */
    boolean owes(TransactionState state) {
        return switch (state) {
            case COMMITTING -> vote == Vote.PREPARED && !ended();
            case ROLLING_BACK -> vote != Vote.READ_ONLY && !ended();
            case ACTIVE, PREPARING, ONE_PHASE, COMMITTED, ROLLED_BACK, UNKNOWN -> false;
        };
    }

    /** Whether it may be prepared and has not acknowledged the outcome. */
    boolean inDoubt(TransactionState state) {
        return switch (state) {
            case ACTIVE -> vote == Vote.PREPARED;
            case PREPARING -> vote == Vote.PREPARED || (vote == null && prepares > 0);
            case COMMITTING -> vote == Vote.PREPARED && !ended();
            case ROLLING_BACK -> (vote == Vote.PREPARED || (vote == null && prepares > 0)) && !ended();
            case ONE_PHASE -> true;
            case UNKNOWN -> !ended();
            case COMMITTED, ROLLED_BACK -> false;
        };
    }

    /** Writes what decides how it goes on. */
    void portray(Portrait portrait, TransactionState transaction, Participants participants) {
        portrait.line("branch").fact(name).fact(incarnation).fact(HexFormat.of().formatHex(payload.toByteArray()));
        portrait.fact(vote)
                .fact(acknowledged)
                .fact(heuristic)
                .fact(resolution)
                .fact(prepares)
                .fact(attempts);
        portrait.fact(forgetOwed).moment(owes(transaction) || forgetOwed ? retryAtMs : NEVER);
        // A stream that is gone is nobody to turn to, as is none.
        portrait.fact(participants.connection(asker) == null ? 0 : asker);
        portrait.fact(transaction == TransactionState.ONE_PHASE ? onePhaseConnection : 0);
    }

    /** What it is doing, for operators. */
    BranchState state(TransactionState transaction) {
        if (heuristic != null) {
            return BranchState.HEURISTIC;
        }
        if (resolution != null) {
            return BranchState.RESOLVED;
        }
        if (vote == Vote.READ_ONLY) {
            return BranchState.READ_ONLY;
        }
        return switch (transaction) {
            case ACTIVE, PREPARING -> undecidedState();
            case COMMITTING, COMMITTED -> acknowledged ? BranchState.COMMITTED : BranchState.COMMITTING;
            case ROLLING_BACK, ROLLED_BACK -> acknowledged ? BranchState.ROLLED_BACK : BranchState.ROLLING_BACK;
            case ONE_PHASE, UNKNOWN -> BranchState.ONE_PHASE;
        };
    }

    private BranchState undecidedState() {
        if (vote == Vote.PREPARED) {
            return BranchState.PREPARED;
        }
        if (vote == Vote.REFUSED) {
            return BranchState.REFUSED;
        }
        return prepares > 0 ? BranchState.PREPARING : BranchState.ENLISTED;
    }
}

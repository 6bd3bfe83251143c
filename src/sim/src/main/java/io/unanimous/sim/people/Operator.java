package io.unanimous.sim.people;

import io.grpc.stub.StreamObserver;
import io.unanimous.sdk.BranchId;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.check.Observation;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.check.Observation.Verb;
import io.unanimous.sim.net.Network;
import io.unanimous.sim.participant.Database;
import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.HeuristicMark;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.Resolution;
import io.unanimous.v1.ResolveBranch;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import java.util.List;
import java.util.function.Consumer;

/** A person with the operator's command, who intervenes at bad moments, and says nothing but what is true. */
public final class Operator {

    private static final String NAME = "night-shift";
    private static final int PAGE = 20;

    private final Dice dice;
    private final Recorder recorder;
    private final List<Database> databases;
    private final Life life = new Life("operator");
    private final AdminServiceGrpc.AdminServiceStub admin;
    private int reasons;

    /** An operator who has done nothing yet. */
    public Operator(Network network, Dice dice, Recorder recorder, List<Database> databases) {
        this.dice = dice;
        this.recorder = recorder;
        this.databases = databases;
        admin = AdminServiceGrpc.newStub(network.channel("operator", life));
    }

    /** Does one thing that overrides the protocol, if there is something to do it to. */
    public void intervene() {
        switch (dice.below(3)) {
            case 0 -> endUndecided();
            case 1 -> endBranchByHand();
            default -> noteHeuristic();
        }
    }

    private void endUndecided() {
        ListTransactionsRequest undecided = ListTransactionsRequest.newBuilder()
                .addStates(TransactionState.TRANSACTION_STATE_ACTIVE)
                .addStates(TransactionState.TRANSACTION_STATE_PREPARING)
                .addStates(TransactionState.TRANSACTION_STATE_ROLLING_BACK)
                .setPageSize(PAGE)
                .build();
        withOneOf(undecided, transaction -> {
            String reason = reason();
            admin.resolve(
                    ResolveRequest.newBuilder()
                            .setTransactionId(transaction.getTransactionId())
                            .setRollback(true)
                            .setOverride(because(reason))
                            .build(),
                    onOk(done -> overrode(transaction.getTransactionId(), Verb.ROLL_BACK, "", reason)));
        });
    }

    /** Ends a prepared branch at its database, and tells the coordinator which way. */
    private void endBranchByHand() {
        ListTransactionsRequest decided = ListTransactionsRequest.newBuilder()
                .addStates(TransactionState.TRANSACTION_STATE_COMMITTING)
                .setInDoubt(true)
                .setPageSize(PAGE)
                .build();
        withOneOf(decided, transaction -> {
            for (Database database : databases) {
                for (BranchId branch : database.prepared()) {
                    if (branch.transactionId().equals(transaction.getTransactionId())) {
                        boolean commit = dice.onceIn(2);
                        database.endOnItsOwn(branch, commit);
                        resolve(database, branch, commit);
                        return;
                    }
                }
            }
        });
    }

    private void resolve(Database database, BranchId branch, boolean committed) {
        String reason = reason();
        admin.resolve(
                ResolveRequest.newBuilder()
                        .setTransactionId(branch.transactionId())
                        .setBranch(ResolveBranch.newBuilder()
                                .setBranch(branch.branch())
                                .setResolution(
                                        committed
                                                ? Resolution.RESOLUTION_COMMITTED
                                                : Resolution.RESOLUTION_ROLLED_BACK))
                        .setOverride(because(reason))
                        .build(),
                onOk(done -> {
                    overrode(branch.transactionId(), Verb.RESOLVE_BRANCH, branch.branch(), reason);
                    database.sawHeuristic(branch, committed, true);
                }));
    }

    private void noteHeuristic() {
        ListTransactionsRequest heuristic = ListTransactionsRequest.newBuilder()
                .setHeuristic(true)
                .setPageSize(PAGE)
                .build();
        withOneOf(heuristic, transaction -> {
            shown(transaction);
            String reason = reason();
            admin.acknowledgeHeuristic(
                    AcknowledgeHeuristicRequest.newBuilder()
                            .setTransactionId(transaction.getTransactionId())
                            .setOverride(because(reason))
                            .build(),
                    onOk(done -> overrode(transaction.getTransactionId(), Verb.FORGET, "", reason)));
        });
    }

    /** What a list of heuristic outcomes says of a transaction that has ended. */
    private void shown(TransactionSummary transaction) {
        Outcome outcome = switch (transaction.getState()) {
            case TRANSACTION_STATE_COMMITTED -> Outcome.COMMITTED;
            case TRANSACTION_STATE_ROLLED_BACK -> Outcome.ROLLED_BACK;
            default -> null;
        };
        if (outcome != null) {
            Mark mark = transaction.getHeuristic() == HeuristicMark.HEURISTIC_MARK_HAZARD ? Mark.HAZARD : Mark.MIXED;
            recorder.saw(new Observation.Told(
                    recorder.nowMs(), life.name(), transaction.getTransactionId(), outcome, mark, "list"));
        }
    }

    /**
     * Lifts HOLD, if there is one; to be called only where nothing was lost.
     *
     * @param then once it is lifted
     */
    public void releaseHold(Runnable then) {
        admin.getStatus(GetStatusRequest.getDefaultInstance(), onOk(status -> {
            if (status.hasHold()) {
                String evidence = status.getHold().getEvidenceId();
                String reason = reason();
                admin.releaseHold(
                        ReleaseHoldRequest.newBuilder()
                                .setEvidenceId(evidence)
                                .setOverride(because(reason))
                                .build(),
                        onOk(done -> {
                            overrode(evidence, Verb.RELEASE_HOLD, "", reason);
                            then.run();
                        }));
            }
        }));
    }

    private void withOneOf(ListTransactionsRequest which, Consumer<TransactionSummary> then) {
        admin.listTransactions(which, onOk(page -> {
            if (page.getTransactionsCount() > 0) {
                then.accept(dice.oneOf(page.getTransactionsList()));
            }
        }));
    }

    private String reason() {
        return "looked at it, case " + ++reasons;
    }

    private static io.unanimous.v1.Override because(String reason) {
        return io.unanimous.v1.Override.newBuilder()
                .setOperator(NAME)
                .setReason(reason)
                .build();
    }

    private void overrode(String id, Verb verb, String branch, String reason) {
        recorder.saw(new Observation.OverrideDone(recorder.nowMs(), life.name(), id, verb, branch, reason, NAME));
    }

    /** What was refused or lost is not done; the operator turns to something else. */
    private static <T> StreamObserver<T> onOk(Consumer<T> then) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T answer) {
                then.accept(answer);
            }

            @Override
            public void onError(Throwable refused) {}

            @Override
            public void onCompleted() {}
        };
    }
}

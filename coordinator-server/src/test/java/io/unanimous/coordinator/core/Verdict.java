package io.unanimous.coordinator.core;

import io.unanimous.coordinator.core.ModelResource.BranchKey;
import io.unanimous.coordinator.core.ModelResource.Holding;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the promises, knowing only what is on disk, what is told, and what resources hold.
 *
 * <p>A1: no two outcomes of one transaction are ever seen. A2: commit implies that every branch voted yes durably or
 * read-only; in one phase the branch's answer is the outcome. A3: what was told never changes. A4: effects are applied if
 * and only if committed. A6: nothing is forgotten while unacknowledged. A9: no id and no epoch is used twice.
 */
final class Verdict {

    /** The durable decisions, with the branches that they commit. */
    private final Map<TransactionId, Set<BranchName>> decided = new LinkedHashMap<>();

    private final Map<TransactionId, Set<BranchName>> confirmed = new LinkedHashMap<>();
    private final Set<BranchKey> readOnly = new LinkedHashSet<>();
    private final Set<BranchKey> undone = new LinkedHashSet<>();
    private final Map<TransactionId, Outcome> told = new LinkedHashMap<>();
    private final Set<TransactionId> ids = new LinkedHashSet<>();
    private final Set<String> epochs = new LinkedHashSet<>();
    private final Map<TransactionId, Set<BranchName>> pending = new LinkedHashMap<>();

    /** Set once an older copy of the log was put in the place of the log. */
    private @Nullable Map<String, ModelResource> afterLoss;

    // ---- what happened ------------------------------------------------------------------------------------------

    /** After a loss, and with the clock set back, an epoch's number may come again; its nonce tells the two apart. */
    void epochStarted(long epoch, int nonce) {
        boolean numberIsNew = epochs.stream().noneMatch(known -> known.startsWith(epoch + "/"));
        boolean isNew = epochs.add(epoch + "/" + nonce);
        check(isNew && (numberIsNew || afterLoss != null), "A9: epoch %s is used twice", epoch);
    }

    /**
     * Records were lost with an older copy of the log. What clients were told rests on them, and cannot be kept; but no
     * branch of what some branch has committed may be told to roll back.
     */
    void restored(Map<String, ModelResource> resources) {
        afterLoss = resources;
    }

    void begun(TransactionId id) {
        check(ids.add(id), "A9: id %s is used twice", id);
    }

    void confirmed(BranchKey key) {
        confirmed
                .computeIfAbsent(key.transaction(), id -> new LinkedHashSet<>())
                .add(key.branch());
    }

    void votedReadOnly(BranchKey key) {
        readOnly.add(key);
    }

    void undone(BranchKey key) {
        undone.add(key);
        Set<BranchName> branches = decided.getOrDefault(key.transaction(), Set.of());
        check(!branches.contains(key.branch()), "A4: %s was refused, and the decision commits it", key);
    }

    /** A record was handed to the log; it may yet be lost. */
    void written(Event.Durable event, Map<String, ModelResource> resources) {
        if (event instanceof Event.CommitDecided decision) {
            for (Event.DecidedBranch branch : decision.prepared()) {
                BranchKey key = new BranchKey(decision.transaction(), branch.branch());
                Holding state = resources.get(branch.branch().resource()).state(key);
                check(state == Holding.PREPARED, "A2: %s is decided and is %s", key, state);
            }
            for (BranchName branch : confirmed.getOrDefault(decision.transaction(), Set.of())) {
                BranchKey key = new BranchKey(decision.transaction(), branch);
                boolean listed = decision.prepared().stream()
                        .anyMatch(prepared -> prepared.branch().equals(branch));
                check(listed || readOnly.contains(key), "A2: %s is enlisted and left out of the decision", key);
            }
        } else if (event instanceof Event.Finished finished) {
            check(
                    pending.getOrDefault(finished.transaction(), Set.of()).stream()
                            .allMatch(branch -> resources
                                            .get(branch.resource())
                                            .state(new BranchKey(finished.transaction(), branch))
                                    == Holding.COMMITTED),
                    "A6: %s is finished while a branch is pending",
                    finished.transaction());
        } else if (event instanceof Event.HoldEntered hold && afterLoss == null) {
            throw new AssertionError("HOLD without a loss: " + hold);
        }
    }

    /** A record is on disk, and believed from now on. */
    void durable(Event.Durable event) {
        if (event instanceof Event.CommitDecided decision) {
            TransactionId id = decision.transaction();
            check(
                    told.get(id) != Outcome.ROLLED_BACK || afterLoss != null,
                    "A3: %s was told rolled back, and is decided",
                    id);
            Set<BranchName> branches = new LinkedHashSet<>();
            decision.prepared().forEach(branch -> branches.add(branch.branch()));
            decided.put(id, branches);
            pending.put(id, branches);
            for (BranchName branch : branches) {
                BranchKey key = new BranchKey(id, branch);
                check(!undone.contains(key), "A4: %s was refused, and the decision commits it", key);
            }
        }
    }

    /** An effect on a participant's stream was released. */
    void told(Effect.OnConnection effect) {
        if (effect instanceof Effect.SendCommit commit && !commit.onePhase()) {
            commits(new BranchKey(commit.transaction(), commit.branch()));
        } else if (effect instanceof Effect.SendRollback rollback) {
            rollsBack(new BranchKey(rollback.transaction(), rollback.branch()));
        } else if (effect instanceof Effect.SendOutcome outcome) {
            BranchKey key = new BranchKey(outcome.transaction(), outcome.branch());
            if (outcome.answer() == BranchAnswer.COMMIT) {
                commits(key);
            } else if (outcome.answer() == BranchAnswer.ROLLBACK) {
                rollsBack(key);
            }
        }
    }

    private void commits(BranchKey key) {
        check(
                decided.getOrDefault(key.transaction(), Set.of()).contains(key.branch()),
                "A1: %s is told to commit without a durable decision",
                key);
    }

    private void rollsBack(BranchKey key) {
        if (afterLoss != null) {
            boolean committedSomewhere = afterLoss.values().stream()
                    .anyMatch(resource -> resource.states().entrySet().stream()
                            .anyMatch(entry -> entry.getKey().transaction().equals(key.transaction())
                                    && entry.getValue() == Holding.COMMITTED));
            boolean decidedWithIt =
                    decided.getOrDefault(key.transaction(), Set.of()).contains(key.branch());
            check(!committedSomewhere || !decidedWithIt, "A1: %s is told to roll back, and another is committed", key);
            return;
        }
        check(
                !decided.getOrDefault(key.transaction(), Set.of()).contains(key.branch()),
                "A1: %s is told to roll back against a durable decision",
                key);
        boolean wrote =
                confirmed.getOrDefault(key.transaction(), Set.of()).contains(key.branch()) && !readOnly.contains(key);
        check(
                told.get(key.transaction()) != Outcome.COMMITTED || !wrote,
                "A1: %s is told to roll back, and its transaction was told committed",
                key);
    }

    /** A caller was answered. */
    void answered(RandomWalk.Question question, Answer answer) {
        if (answer instanceof Answer.CommitAnswered a) {
            told(question.transaction(), a.outcome());
        } else if (answer instanceof Answer.RollbackAnswered a) {
            told(question.transaction(), a.outcome());
        } else if (answer instanceof Answer.OutcomeTold a) {
            told(question.transaction(), a.outcome());
        } else if (answer instanceof Answer.Refused a) {
            if (a.refusal().reason() == RefusalReason.ROLLED_BACK) {
                told(question.transaction(), Outcome.ROLLED_BACK);
            } else if (a.refusal().reason() == RefusalReason.ALREADY_COMMITTED) {
                told(question.transaction(), Outcome.COMMITTED);
            }
        } else if (answer instanceof Answer.Listed a) {
            a.transactions().forEach(this::shown);
        } else if (answer instanceof Answer.Described a) {
            shown(a.transaction().summary());
        } else if (answer instanceof Answer.OverrideDone a) {
            shown(a.before());
            if (a.after() != null) {
                shown(a.after());
            }
        }
    }

    private void shown(TransactionSummary summary) {
        switch (summary.state()) {
            case COMMITTING, COMMITTED -> told(summary.transaction(), Outcome.COMMITTED);
            case ROLLING_BACK, ROLLED_BACK -> told(summary.transaction(), Outcome.ROLLED_BACK);
            case UNKNOWN -> told(summary.transaction(), Outcome.UNKNOWN);
            case ACTIVE, PREPARING, ONE_PHASE -> {}
        }
    }

    private void told(TransactionId id, Outcome outcome) {
        if (outcome == Outcome.IN_PROGRESS || afterLoss != null) {
            return;
        }
        if (id.flags() == 0) {
            check(outcome != Outcome.UNKNOWN, "A3: %s allows no shortcut, and is told UNKNOWN", id);
            check(
                    outcome != Outcome.COMMITTED || decided.containsKey(id),
                    "A1: %s is told COMMITTED without a durable decision",
                    id);
        }
        check(
                outcome != Outcome.ROLLED_BACK || !decided.containsKey(id),
                "A1: %s is told ROLLED_BACK against a durable decision",
                id);
        Outcome before = told.get(id);
        boolean same = before == null || before == Outcome.UNKNOWN || outcome == Outcome.UNKNOWN || before == outcome;
        check(same, "A3: %s was told " + before + " and then " + outcome, id);
        if (outcome != Outcome.UNKNOWN || before == null) {
            told.put(id, outcome);
        }
    }

    /** The faults have ended, and nothing moves any more. */
    void atRest(Map<String, ModelResource> resources) {
        decided.forEach((id, branches) -> {
            for (BranchName branch : branches) {
                Holding state = resources.get(branch.resource()).state(new BranchKey(id, branch));
                check(state == Holding.COMMITTED, "A4: %s is committed, and a branch is %s", id, state);
            }
        });
        for (ModelResource resource : resources.values()) {
            resource.states().forEach((key, state) -> {
                Outcome outcome = told.get(key.transaction());
                boolean decidedHere =
                        decided.getOrDefault(key.transaction(), Set.of()).contains(key.branch());
                if (state == Holding.COMMITTED) {
                    check(decidedHere, "A4: %s is applied without a decision", key);
                } else if (state == Holding.COMMITTED_IN_ONE_PHASE) {
                    check(outcome != Outcome.ROLLED_BACK, "A2: %s committed in one phase and told rolled back", key);
                }
            });
        }
        told.forEach((id, outcome) -> {
            boolean onePhase = resources.values().stream()
                    .flatMap(resource -> resource.states().entrySet().stream())
                    .anyMatch(entry -> entry.getKey().transaction().equals(id)
                            && entry.getValue() == Holding.COMMITTED_IN_ONE_PHASE);
            if (outcome == Outcome.COMMITTED && !decided.containsKey(id) && !onePhase) {
                check(id.allowsUnloggedReadOnly(), "A2: %s is told COMMITTED, and nothing is", id);
                for (BranchName branch : confirmed.getOrDefault(id, Set.of())) {
                    check(readOnly.contains(new BranchKey(id, branch)), "A2: %s committed unlogged with a write", id);
                }
            }
        });
    }

    private static void check(boolean holds, String promise, Object... of) {
        if (!holds) {
            throw new AssertionError(String.format(promise, of));
        }
    }
}

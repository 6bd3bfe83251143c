package io.unanimous.sim.participant;

import io.unanimous.sdk.BranchId;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.Schedule;
import io.unanimous.sim.check.Observation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A database that keeps what it should: work in progress as long as the session that does it lives, prepared branches over
 * everything unless it was set up not to, and effects for ever. It tells the recorder what really happened to each branch.
 */
public final class Database {

    private final String name;
    private final Schedule schedule;
    private final Recorder recorder;
    private final Life life;
    private final Map<BranchId, Work> working = new LinkedHashMap<>();
    private final Map<BranchId, Long> prepared = new LinkedHashMap<>();
    private final Map<BranchId, End> ended = new HashMap<>();
    private boolean durable;
    private long balance;
    private boolean endedOnItsOwn;

    /** How a branch ended. */
    enum End {
        COMMITTED,
        UNDONE,
        /** Ended against or without the coordinator's word, and not yet forgotten. */
        COMMITTED_ON_ITS_OWN,
        UNDONE_ON_ITS_OWN
    }

    private static final class Work {
        private final long amount;
        private final Life session;
        private boolean preparing;

        Work(long amount, Life session) {
            this.amount = amount;
            this.session = session;
        }
    }

    /**
     * An empty database.
     *
     * @param durable whether it is set up to keep what is prepared over a power cut
     */
    public Database(String name, boolean durable, Schedule schedule, Recorder recorder) {
        this.name = name;
        this.durable = durable;
        this.schedule = schedule;
        this.recorder = recorder;
        life = new Life(name);
    }

    /** The resource's name. */
    public String name() {
        return name;
    }

    /** The sum of all effects. */
    public long balance() {
        return balance;
    }

    /** How many branches are prepared. */
    public int preparedCount() {
        return prepared.size();
    }

    /** Every prepared branch. */
    public List<BranchId> prepared() {
        return new ArrayList<>(prepared.keySet());
    }

    /** Every branch that holds its locks: prepared, or in work. */
    public List<BranchId> unended() {
        List<BranchId> all = prepared();
        all.addAll(working.keySet());
        return all;
    }

    /** Whether any branch was ever ended without the coordinator's word. */
    public boolean hasEndedOnItsOwn() {
        return endedOnItsOwn;
    }

    boolean isDurable() {
        return durable;
    }

    /** Its administrator has read why it was refused, and sets it up as it should be. */
    void setUpDurably() {
        durable = true;
    }

    boolean isPrepared(BranchId id) {
        return prepared.containsKey(id);
    }

    @Nullable
    End end(BranchId id) {
        return ended.get(id);
    }

    /** Does the work of a branch, in a session of a process; false if the branch has ended here before. */
    boolean work(BranchId id, long amount, Life session) {
        if (ended.containsKey(id) || prepared.containsKey(id)) {
            return false;
        }
        working.put(id, new Work(amount, session));
        return true;
    }

    /** The amount that a branch in work would move; null when it is not in work. */
    @Nullable
    Long amountOf(BranchId id) {
        Work work = working.get(id);
        return work == null ? null : work.amount;
    }

    /** Makes the branch durable; false when there is no work of it. */
    boolean prepare(BranchId id) {
        Work work = working.remove(id);
        if (work == null) {
            return false;
        }
        prepared.put(id, work.amount);
        recorder.saw(new Observation.Prepared(recorder.nowMs(), name, id.transactionId(), id.branch()));
        return true;
    }

    /** Prepares the branch after a while, whatever becomes of the session that asked for it. */
    void prepareLater(BranchId id, long delayNanos) {
        Work work = working.get(id);
        if (work != null) {
            work.preparing = true;
            schedule.in(delayNanos, life, () -> prepare(id));
        }
    }

    /** Commits a prepared branch; false when there is none. */
    boolean commit(BranchId id) {
        Long amount = prepared.remove(id);
        if (amount == null) {
            return false;
        }
        apply(id, amount, End.COMMITTED);
        return true;
    }

    /** Commits work that was not prepared; false when there is none. */
    boolean commitOnePhase(BranchId id) {
        Work work = working.remove(id);
        if (work == null) {
            return false;
        }
        apply(id, work.amount, End.COMMITTED);
        return true;
    }

    /** Undoes a branch, prepared or not; false when there is none. */
    boolean rollback(BranchId id) {
        Work work = working.get(id);
        if (work != null && work.preparing) {
            // The session that prepares holds it: nobody else sees it yet.
            return false;
        }
        boolean found = working.remove(id) != null | prepared.remove(id) != null;
        if (found) {
            undo(id, End.UNDONE);
        }
        return found;
    }

    /** Ends a prepared branch without being told to, as an impatient administrator does. */
    public void endOnItsOwn(BranchId id, boolean commit) {
        Long amount = prepared.remove(id);
        if (amount == null) {
            return;
        }
        endedOnItsOwn = true;
        sawHeuristic(id, commit, false);
        if (commit) {
            apply(id, amount, End.COMMITTED_ON_ITS_OWN);
        } else {
            undo(id, End.UNDONE_ON_ITS_OWN);
        }
    }

    /** Tells that a branch was ended on its own, and whether the coordinator is sure to hear of it. */
    public void sawHeuristic(BranchId id, boolean committed, boolean reported) {
        recorder.saw(new Observation.HeuristicDone(
                recorder.nowMs(), name, id.transactionId(), id.branch(), committed, reported));
    }

    private void apply(BranchId id, long amount, End how) {
        balance += amount;
        ended.put(id, how);
        recorder.saw(new Observation.Applied(recorder.nowMs(), name, id.transactionId(), id.branch(), amount));
    }

    private void undo(BranchId id, End how) {
        ended.put(id, how);
        recorder.saw(new Observation.Undone(recorder.nowMs(), name, id.transactionId(), id.branch()));
    }

    /** A process is gone, and its sessions with it. */
    void sessionsEnded(Life process) {
        lose(working, work -> work.session == process && !work.preparing);
    }

    /** It loses its power, and is back at once. */
    public void cutPower() {
        lose(working, work -> true);
        if (!durable) {
            lose(prepared, amount -> true);
        }
    }

    private <T> void lose(Map<BranchId, T> branches, Predicate<T> which) {
        List<BranchId> lost = branches.entrySet().stream()
                .filter(entry -> which.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        branches.keySet().removeAll(lost);
        lost.forEach(id -> undo(id, End.UNDONE));
    }
}

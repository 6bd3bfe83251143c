package io.unanimous.it;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.Participant;
import io.unanimous.sdk.ScanSink;
import io.unanimous.sim.check.Observation.Acknowledged;
import io.unanimous.sim.check.Observation.Applied;
import io.unanimous.sim.check.Observation.Command;
import io.unanimous.sim.check.Observation.Commanded;
import io.unanimous.sim.check.Observation.Prepared;
import io.unanimous.sim.check.Observation.Undone;
import io.unanimous.sim.check.Observation.Vote;
import io.unanimous.sim.check.Observation.VoteSent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A resource that lives in the driving process and so survives every coordinator, as a database on another machine would.
 * It keeps its branches in memory and writes all that it does and is told into the journal.
 */
final class JournaledLedger implements Participant {

    private enum State {
        ACTIVE,
        REFUSING,
        PREPARED,
        COMMITTED,
        ROLLED_BACK
    }

    private static final class Entry {
        private final long amount;
        private State state;
        private BranchId prepared;

        Entry(State state, long amount) {
            this.state = state;
            this.amount = amount;
        }
    }

    private final String name;
    private final Journal journal;
    /** By transaction: each has one branch here. */
    private final Map<String, Entry> branches = new HashMap<>();

    JournaledLedger(String name, Journal journal) {
        this.name = name;
        this.journal = journal;
    }

    String name() {
        return name;
    }

    /** Does the work of a branch, before it is enlisted; the branch will refuse to prepare if so told. */
    synchronized void book(String transactionId, long amount, boolean refusing) {
        branches.put(transactionId, new Entry(refusing ? State.REFUSING : State.ACTIVE, amount));
    }

    @Override
    public synchronized Ballot prepare(BranchContext branch) {
        Entry entry = branches.get(branch.transactionId());
        if (entry == null || entry.state != State.ACTIVE) {
            journal.record(at -> new VoteSent(at, name, branch.transactionId(), branch.branch(), Vote.REFUSED));
            return Ballot.refused("told to refuse");
        }
        entry.state = State.PREPARED;
        entry.prepared = branch.id();
        journal.record(at -> new Prepared(at, name, branch.transactionId(), branch.branch()));
        journal.record(at -> new VoteSent(at, name, branch.transactionId(), branch.branch(), Vote.PREPARED));
        return Ballot.prepared();
    }

    @Override
    public synchronized Ending commit(BranchContext branch) {
        journal.record(at -> new Commanded(at, name, branch.transactionId(), branch.branch(), Command.COMMIT));
        Entry entry = branches.computeIfAbsent(branch.transactionId(), id -> new Entry(State.ACTIVE, 0));
        if (entry.state != State.COMMITTED) {
            // Also for a branch that never prepared: it is for the checker to find that.
            entry.state = State.COMMITTED;
            journal.record(at -> new Applied(at, name, branch.transactionId(), branch.branch(), entry.amount));
        }
        journal.record(at -> new Acknowledged(at, name, branch.transactionId(), branch.branch()));
        return Ending.done();
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) {
        throw new IllegalStateException("no transaction of this load allows one phase: " + branch);
    }

    @Override
    public synchronized Ending rollback(BranchContext branch) {
        journal.record(at -> new Commanded(at, name, branch.transactionId(), branch.branch(), Command.ROLLBACK));
        Entry entry = branches.computeIfAbsent(branch.transactionId(), id -> new Entry(State.ROLLED_BACK, 0));
        if (entry.state != State.ROLLED_BACK) {
            entry.state = State.ROLLED_BACK;
            journal.record(at -> new Undone(at, name, branch.transactionId(), branch.branch()));
        }
        journal.record(at -> new Acknowledged(at, name, branch.transactionId(), branch.branch()));
        return Ending.done();
    }

    @Override
    public void forget(BranchContext branch) {
        throw new IllegalStateException("this ledger never ends a branch on its own: " + branch);
    }

    @Override
    public void scan(ScanSink sink) {
        prepared().forEach(sink::found);
    }

    /** The branches that are prepared now. */
    synchronized List<BranchId> prepared() {
        return branches.values().stream()
                .filter(entry -> entry.state == State.PREPARED)
                .map(entry -> entry.prepared)
                .toList();
    }
}

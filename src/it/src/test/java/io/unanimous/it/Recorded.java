package io.unanimous.it;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.ParticipantAdapter;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.ScanSink;
import io.unanimous.sim.check.HistoryFile;
import io.unanimous.sim.check.Observation.Acknowledged;
import io.unanimous.sim.check.Observation.Command;
import io.unanimous.sim.check.Observation.Commanded;
import io.unanimous.sim.check.Observation.HeuristicDone;
import io.unanimous.sim.check.Observation.OnePhaseAnswer;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.check.Observation.Prepared;
import io.unanimous.sim.check.Observation.Undone;
import io.unanimous.sim.check.Observation.Vote;
import io.unanimous.sim.check.Observation.VoteSent;

/**
 * A participant whose every step is written into a history: commands before they are carried out, votes and
 * answers before they are sent. Safe for use by many threads.
 */
final class Recorded<H> implements ParticipantAdapter<H> {

    private final ParticipantAdapter<H> inner;
    private final HistoryFile history;
    private final String where;
    private ParticipantHandle handle;

    Recorded(ParticipantAdapter<H> inner, HistoryFile history, String where) {
        this.inner = inner;
        this.history = history;
        this.where = where;
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    @Override
    public H attach(ParticipantHandle participantHandle) {
        handle = participantHandle;
        return inner.attach(participantHandle);
    }

    /** The branch that work in this process belongs to. */
    String branchOf(String transactionId) {
        return handle.branchOf(transactionId).branch();
    }

    @Override
    public Ballot prepare(BranchContext branch) throws Exception {
        Ballot ballot;
        try {
            ballot = inner.prepare(branch);
        } catch (Exception refused) {
            voted(branch, Vote.REFUSED);
            throw refused;
        }
        switch (ballot.vote()) {
            case PREPARED -> {
                history.record(new Prepared(now(), where, branch.transactionId(), branch.branch()));
                voted(branch, Vote.PREPARED);
            }
            case READ_ONLY -> voted(branch, Vote.READ_ONLY);
            case REFUSED -> voted(branch, Vote.REFUSED);
        }
        return ballot;
    }

    private void voted(BranchContext branch, Vote vote) {
        history.record(new VoteSent(now(), where, branch.transactionId(), branch.branch(), vote));
    }

    @Override
    public Ending commit(BranchContext branch) throws Exception {
        commanded(branch, Command.COMMIT);
        return acknowledged(branch, inner.commit(branch), false);
    }

    @Override
    public Ending rollback(BranchContext branch) throws Exception {
        commanded(branch, Command.ROLLBACK);
        Ending ending = inner.rollback(branch);
        if (ending.result() == Ending.Result.DONE) {
            history.record(new Undone(now(), where, branch.transactionId(), branch.branch()));
        }
        return acknowledged(branch, ending, true);
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) throws Exception {
        commanded(branch, Command.COMMIT_ONE_PHASE);
        Ending ending = inner.commitOnePhase(branch);
        Outcome answer = switch (ending.result()) {
            case DONE -> Outcome.COMMITTED;
            case ROLLED_BACK -> Outcome.ROLLED_BACK;
            default -> Outcome.UNKNOWN;
        };
        history.record(new OnePhaseAnswer(now(), where, branch.transactionId(), branch.branch(), answer));
        return ending;
    }

    private void commanded(BranchContext branch, Command command) {
        history.record(new Commanded(now(), where, branch.transactionId(), branch.branch(), command));
    }

    /** Against a commit a resource rolled back on its own, and the other way round. */
    private Ending acknowledged(BranchContext branch, Ending ending, boolean committedOtherwise) {
        switch (ending.result()) {
            case DONE -> history.record(new Acknowledged(now(), where, branch.transactionId(), branch.branch()));
            case HEURISTIC_COMMITTED, HEURISTIC_ROLLED_BACK, HEURISTIC_MIXED, HEURISTIC_HAZARD -> {
                history.record(new HeuristicDone(
                        now(), where, branch.transactionId(), branch.branch(), committedOtherwise, true));
                history.record(new Acknowledged(now(), where, branch.transactionId(), branch.branch()));
            }
            case RETRY, ROLLED_BACK, UNKNOWN -> {
                // Nothing is acknowledged.
            }
        }
        return ending;
    }

    @Override
    public void forget(BranchContext branch) throws Exception {
        inner.forget(branch);
    }

    @Override
    public void scan(ScanSink sink) throws Exception {
        inner.scan(sink);
    }

    @Override
    public String fingerprint() throws Exception {
        return inner.fingerprint();
    }

    @Override
    public void verify() throws Exception {
        inner.verify();
    }

    @Override
    public void ended() {
        inner.ended();
    }
}

package io.unanimous.sim.participant;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.Participant;
import io.unanimous.sdk.ScanSink;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.check.Observation;
import org.jspecify.annotations.Nullable;

/** A participant over the plain interface: it knows its database, and says truly what became of a branch. */
class PlainParticipant implements Participant {

    private final Database database;
    private final Fortune fortune;
    private final Dice dice;
    private final Recorder recorder;
    private final String where;

    PlainParticipant(Database database, Fortune fortune, Dice dice, Recorder recorder, String where) {
        this.database = database;
        this.fortune = fortune;
        this.dice = dice;
        this.recorder = recorder;
        this.where = where;
    }

    Database database() {
        return database;
    }

    @Override
    public Ballot prepare(BranchContext branch) throws Exception {
        BranchId id = branch.id();
        Mishap mishap = fortune.ofPrepare();
        Long amount = database.amountOf(id);
        if (amount == null) {
            return voted(id, Ballot.refused("the work is lost"));
        }
        if (mishap == Mishap.REFUSES) {
            database.rollback(id);
            return voted(id, Ballot.refused("a constraint does not hold"));
        }
        if (mishap == Mishap.THROWS_BEFORE) {
            throw new LostConnection("before prepare");
        }
        if (mishap == Mishap.DONE_LATER) {
            database.prepareLater(id, fortune.lateNanos(dice));
            throw new LostConnection("while prepare ran on");
        }
        if (amount == 0) {
            database.rollback(id);
            return voted(id, Ballot.readOnly());
        }
        database.prepare(id);
        if (mishap == Mishap.THROWS_AFTER) {
            throw new LostConnection("after prepare");
        }
        return voted(id, Ballot.prepared());
    }

    private Ballot voted(BranchId id, Ballot ballot) {
        recorder.saw(new Observation.VoteSent(
                recorder.nowMs(),
                where,
                id.transactionId(),
                id.branch(),
                switch (ballot.vote()) {
                    case PREPARED -> Observation.Vote.PREPARED;
                    case READ_ONLY -> Observation.Vote.READ_ONLY;
                    case REFUSED -> Observation.Vote.REFUSED;
                }));
        return ballot;
    }

    @Override
    public final Ending commit(BranchContext branch) throws Exception {
        commanded(branch.id(), Observation.Command.COMMIT);
        Ending ending = carryOutCommit(branch);
        if (ending.result() == Ending.Result.HEURISTIC_ROLLED_BACK) {
            // A commit is told again until the coordinator has heard its answer.
            database.sawHeuristic(branch.id(), false, true);
        }
        return acknowledged(branch.id(), ending);
    }

    Ending carryOutCommit(BranchContext branch) throws Exception {
        BranchId id = branch.id();
        Mishap mishap = fortune.ofEnding(false);
        throwIf(mishap, Mishap.THROWS_BEFORE);
        database.commit(id);
        throwIf(mishap, Mishap.THROWS_AFTER);
        return against(database.end(id), true);
    }

    @Override
    public final Ending rollback(BranchContext branch) throws Exception {
        commanded(branch.id(), Observation.Command.ROLLBACK);
        return acknowledged(branch.id(), carryOutRollback(branch));
    }

    Ending carryOutRollback(BranchContext branch) throws Exception {
        BranchId id = branch.id();
        Mishap mishap = fortune.ofEnding(false);
        throwIf(mishap, Mishap.THROWS_BEFORE);
        database.rollback(id);
        if (database.amountOf(id) != null) {
            return Ending.retry("its prepare still runs");
        }
        throwIf(mishap, Mishap.THROWS_AFTER);
        return against(database.end(id), false);
    }

    /** What the database did on its own is told, as often as it is asked. */
    static Ending against(Database.@Nullable End end, boolean commit) {
        if (end == Database.End.COMMITTED_ON_ITS_OWN && !commit) {
            return Ending.heuristic(Ending.Result.HEURISTIC_COMMITTED, "an administrator committed it");
        }
        if (end == Database.End.UNDONE_ON_ITS_OWN && commit) {
            return Ending.heuristic(Ending.Result.HEURISTIC_ROLLED_BACK, "an administrator rolled it back");
        }
        return Ending.done();
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) throws Exception {
        BranchId id = branch.id();
        commanded(id, Observation.Command.COMMIT_ONE_PHASE);
        Mishap mishap = fortune.ofEnding(false);
        if (mishap == Mishap.THROWS_BEFORE) {
            // Work that is not prepared ends with its connection.
            database.rollback(id);
        }
        throwIf(mishap, Mishap.THROWS_BEFORE);
        boolean done = database.commitOnePhase(id);
        throwIf(mishap, Mishap.THROWS_AFTER);
        recorder.saw(new Observation.OnePhaseAnswer(
                recorder.nowMs(),
                where,
                id.transactionId(),
                id.branch(),
                done ? Observation.Outcome.COMMITTED : Observation.Outcome.ROLLED_BACK));
        return done ? Ending.done() : Ending.rolledBack("the work is lost");
    }

    @Override
    public void forget(BranchContext branch) {}

    @Override
    public void scan(ScanSink sink) throws Exception {
        boolean fails = fortune.failsScan();
        int left = fails ? database.preparedCount() / 2 : Integer.MAX_VALUE;
        for (BranchId id : database.prepared()) {
            if (left-- <= 0) {
                break;
            }
            sink.found(id);
        }
        if (fails) {
            throw new LostConnection("while scanning");
        }
    }

    private void commanded(BranchId id, Observation.Command command) {
        recorder.saw(new Observation.Commanded(recorder.nowMs(), where, id.transactionId(), id.branch(), command));
    }

    private Ending acknowledged(BranchId id, Ending ending) {
        if (ending.result() != Ending.Result.RETRY) {
            recorder.saw(new Observation.Acknowledged(recorder.nowMs(), where, id.transactionId(), id.branch()));
        }
        return ending;
    }

    private static void throwIf(Mishap mishap, Mishap which) throws LostConnection {
        if (mishap == which) {
            throw new LostConnection(which.name());
        }
    }

    /** What a driver throws when its connection goes. */
    static final class LostConnection extends Exception {
        private static final long serialVersionUID = 1L;

        LostConnection(String when) {
            super("the connection was lost " + when, null, false, false);
        }
    }
}

package io.unanimous.examples.bank;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.Participant;
import io.unanimous.sdk.ScanSink;
import java.io.IOException;

/**
 * Takes part in transactions with seats: the whole of what a resource that is no database has to do.
 *
 * <p>Every answer is given after the file is synced, and is the same however often the command comes.
 */
final class SeatParticipant implements Participant {

    private final SeatFile seats;

    SeatParticipant(SeatFile seats) {
        this.seats = seats;
    }

    /** The seat is held durably since it was reserved, so this is asked only where the early vote did not arrive. */
    @Override
    public Ballot prepare(BranchContext branch) {
        return seats.standing(branch.id()) == SeatFile.Standing.HELD
                ? Ballot.prepared()
                : Ballot.refused("no seat is held for this transaction");
    }

    @Override
    public Ending commit(BranchContext branch) throws IOException {
        return switch (seats.take(branch.id())) {
            case HELD, TAKEN -> Ending.done();
            case FREED -> Ending.heuristic(Ending.Result.HEURISTIC_ROLLED_BACK, "the seat was freed before");
            case UNKNOWN -> Ending.heuristic(Ending.Result.HEURISTIC_HAZARD, "no seat was ever held for it");
        };
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) throws IOException {
        return switch (seats.take(branch.id())) {
            case HELD, TAKEN -> Ending.done();
            case FREED, UNKNOWN -> Ending.rolledBack("no seat is held for this transaction");
        };
    }

    @Override
    public Ending rollback(BranchContext branch) throws IOException {
        return switch (seats.free(branch.id())) {
            case HELD, FREED, UNKNOWN -> Ending.done();
            case TAKEN -> Ending.heuristic(Ending.Result.HEURISTIC_COMMITTED, "the seat was taken before");
        };
    }

    /** Heuristic endings leave nothing behind in the file that would have to be forgotten. */
    @Override
    public void forget(BranchContext branch) {}

    @Override
    public void scan(ScanSink sink) throws IOException {
        for (BranchId branch : seats.holders()) {
            sink.found(branch);
        }
    }
}

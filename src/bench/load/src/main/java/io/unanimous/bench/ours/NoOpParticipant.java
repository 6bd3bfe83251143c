package io.unanimous.bench.ours;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.Participant;
import io.unanimous.sdk.ScanSink;
import java.util.concurrent.atomic.LongAdder;

/** A participant that only counts: each commit moves its balance by the same amount. */
final class NoOpParticipant implements Participant {

    private final long amount;
    private final LongAdder prepared = new LongAdder();
    private final LongAdder committed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();

    NoOpParticipant(long amount) {
        this.amount = amount;
    }

    @Override
    public Ballot prepare(BranchContext branch) {
        prepared.increment();
        return Ballot.prepared();
    }

    @Override
    public Ending commit(BranchContext branch) {
        committed.increment();
        return Ending.done();
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) {
        throw new IllegalStateException("one phase is off in the bench: " + branch);
    }

    @Override
    public Ending rollback(BranchContext branch) {
        rolledBack.increment();
        return Ending.done();
    }

    @Override
    public void forget(BranchContext branch) {}

    @Override
    public void scan(ScanSink sink) {}

    long prepared() {
        return prepared.sum();
    }

    long committed() {
        return committed.sum();
    }

    long rolledBack() {
        return rolledBack.sum();
    }

    long balance() {
        return amount * committed();
    }
}

package io.unanimous.sim.participant;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.Ending;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import java.nio.ByteBuffer;

/**
 * A participant that works no earlier than in prepare, by what it noted when it enlisted: a prepare that comes after the
 * rollback finds no work that would be missing, and would leave a prepared branch behind.
 */
final class DeferredParticipant extends PlainParticipant {

    private final Life session;

    DeferredParticipant(Database database, Fortune fortune, Dice dice, Recorder recorder, Life session) {
        super(database, fortune, dice, recorder, session.name());
        this.session = session;
    }

    /** What a branch enlists with, so that it can be worked by later. */
    static byte[] note(long amount) {
        return ByteBuffer.allocate(Long.BYTES).putLong(amount).array();
    }

    @Override
    public Ballot prepare(BranchContext branch) throws Exception {
        work(branch);
        return super.prepare(branch);
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) throws Exception {
        work(branch);
        return super.commitOnePhase(branch);
    }

    private void work(BranchContext branch) {
        database().work(branch.id(), ByteBuffer.wrap(branch.payload()).getLong(), session);
    }
}

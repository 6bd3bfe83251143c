package io.unanimous.sim.participant;

import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.ParticipantAdapter;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.ScanSink;
import io.unanimous.sdk.xa.XaOptions;
import io.unanimous.sdk.xa.XaParticipant;
import io.unanimous.sim.Dice;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.Schedule;

/**
 * A participant whose second phase and scans go through the production XA adapter, over a driver that answers as real ones
 * were seen to (P12). Its work and its prepare are the plain participant's, since the adapter's join blocks its thread.
 */
final class OverXaParticipant extends PlainParticipant implements ParticipantAdapter<ParticipantHandle> {

    private final XaDriver driver;
    private final XaParticipant adapter;

    OverXaParticipant(
            Database database, Fortune fortune, Dice dice, Recorder recorder, String where, Schedule schedule) {
        super(database, fortune, dice, recorder, where);
        driver = new XaDriver(database, fortune);
        adapter = XaParticipant.of(driver.dataSource(), XaOptions.defaults(), schedule::nowNanos);
    }

    @Override
    public ParticipantHandle attach(ParticipantHandle handle) {
        adapter.attach(handle);
        driver.registered();
        return handle;
    }

    @Override
    public void verify() throws Exception {
        adapter.verify();
    }

    @Override
    Ending carryOutCommit(BranchContext branch) throws Exception {
        return adapter.commit(branch);
    }

    @Override
    Ending carryOutRollback(BranchContext branch) throws Exception {
        // Work that is not prepared ends with its own session.
        if (!database().isPrepared(branch.id()) && database().rollback(branch.id())) {
            return Ending.done();
        }
        return database().amountOf(branch.id()) != null
                ? Ending.retry("the session that prepares still lives")
                : adapter.rollback(branch);
    }

    @Override
    public void forget(BranchContext branch) {}

    @Override
    public void scan(ScanSink sink) throws Exception {
        adapter.scan(sink);
    }
}

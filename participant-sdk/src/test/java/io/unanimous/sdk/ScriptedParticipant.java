package io.unanimous.sdk;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** A participant that does as the test says, and remembers what it was asked. */
final class ScriptedParticipant implements Participant {

    /** "prepare 1", "commit 1" and so on, by the transaction's number. */
    final List<String> calls = new ArrayList<>();

    final List<BranchContext> contexts = new ArrayList<>();
    final Set<BranchId> prepared = new LinkedHashSet<>();
    Callable<Ballot> onPrepare = Ballot::prepared;
    Callable<Ending> onCommit = Ending::done;
    Callable<Ending> onRollback = Ending::done;
    Callable<Ending> onOnePhase = Ending::done;
    Callable<Void> onScan = () -> null;
    int scans;
    boolean ended;

    @Override
    public Ballot prepare(BranchContext branch) throws Exception {
        note("prepare", branch);
        return onPrepare.call();
    }

    @Override
    public Ending commit(BranchContext branch) throws Exception {
        note("commit", branch);
        return onCommit.call();
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) throws Exception {
        note("one-phase", branch);
        return onOnePhase.call();
    }

    @Override
    public Ending rollback(BranchContext branch) throws Exception {
        note("rollback", branch);
        return onRollback.call();
    }

    @Override
    public void forget(BranchContext branch) {
        note("forget", branch);
    }

    @Override
    public void scan(ScanSink sink) throws Exception {
        scans++;
        onScan.call();
        prepared.forEach(sink::found);
    }

    @Override
    public String fingerprint() {
        return "scripted";
    }

    @Override
    public void ended() {
        ended = true;
    }

    private void note(String call, BranchContext branch) {
        String sequence = branch.transactionId().substring(48, 58);
        calls.add(call + " " + Integer.parseInt(sequence));
        contexts.add(branch);
    }

    BranchContext lastContext() {
        return contexts.get(contexts.size() - 1);
    }
}

package io.unanimous.testkit;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.Participant;
import io.unanimous.sdk.ScanSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A resource that keeps what a process's death leaves: the shelf of one participant, or of several lives of it. Each
 * branch is prepared, committed or rolled back there, and a contradiction is remembered as a fault.
 */
final class Safe {

    enum Standing {
        PREPARED,
        COMMITTED,
        ROLLED_BACK
    }

    private final Map<BranchId, Standing> shelf = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();

    /** A participant in one of its lives. */
    Participant participant() {
        return new Participant() {
            @Override
            public Ballot prepare(BranchContext branch) {
                put(branch.id(), Standing.PREPARED);
                return Ballot.prepared();
            }

            @Override
            public Ending commit(BranchContext branch) {
                put(branch.id(), Standing.COMMITTED);
                return Ending.done();
            }

            @Override
            public Ending commitOnePhase(BranchContext branch) {
                put(branch.id(), Standing.COMMITTED);
                return Ending.done();
            }

            @Override
            public Ending rollback(BranchContext branch) {
                put(branch.id(), Standing.ROLLED_BACK);
                return Ending.done();
            }

            @Override
            public void forget(BranchContext branch) {}

            @Override
            public void scan(ScanSink sink) throws Exception {
                for (BranchId prepared : prepared()) {
                    sink.found(prepared);
                }
            }
        };
    }

    private synchronized void put(BranchId branch, Standing standing) {
        Standing before = shelf.put(branch, standing);
        boolean ended = before == Standing.COMMITTED || before == Standing.ROLLED_BACK;
        if (ended && before != standing) {
            faults.add(branch + " was " + before + " and is " + standing);
        }
    }

    synchronized List<BranchId> prepared() {
        return shelf.entrySet().stream()
                .filter(entry -> entry.getValue() == Standing.PREPARED)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** How the transaction's branch stands; null when it was never prepared or ended here. */
    synchronized Standing of(String transactionId) {
        return shelf.entrySet().stream()
                .filter(entry -> entry.getKey().transactionId().equals(transactionId))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}

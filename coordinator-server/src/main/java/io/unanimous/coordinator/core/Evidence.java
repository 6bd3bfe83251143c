package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out whether records of this store were lost, and enters HOLD if so (P10). */
final class Evidence {

    private final Kernel kernel;
    private final Presumption presumption;

    Evidence(Kernel kernel, Presumption presumption) {
        this.kernel = kernel;
        this.presumption = presumption;
    }

    /** Looks at what a participant has seen of this store. */
    void ofPositions(List<LogPosition> seen, String participant) {
        List<HoldFinding> findings = new ArrayList<>();
        for (LogPosition position : seen) {
            if (position.store().equals(kernel.store) && position.partition() == kernel.partition) {
                ofPosition(position, participant, findings);
            }
        }
        hold(findings);
    }

    /**
     * The log number that a report shows; 0 for one that proves nothing, being of another store or of a past that this
     * store does not have.
     */
    long numberOf(@Nullable LogPosition position) {
        if (position == null || !position.store().equals(kernel.store) || position.partition() != kernel.partition) {
            return 0;
        }
        CoordinatorState.Epoch epoch = kernel.state.epochs.get(position.epoch());
        boolean had = epoch != null
                && epoch.nonce() == position.nonce()
                && position.number() <= kernel.state.endOf(position.epoch());
        return had ? position.number() : 0;
    }

    private void ofPosition(LogPosition position, String participant, List<HoldFinding> findings) {
        CoordinatorState.Epoch epoch = kernel.state.epochs.get(position.epoch());
        if (epoch == null || epoch.nonce() != position.nonce()) {
            findings.add(new HoldFinding(
                    HoldFinding.Kind.EPOCH_UNKNOWN,
                    position.epoch(),
                    position.nonce(),
                    position.number(),
                    participant + " has seen epoch " + position.epoch() + " (nonce " + position.nonce()
                            + ") of this store, up to record " + position.number()
                            + "; this copy of the store has never run it"));
            return;
        }
        // Never compared with the present end of the log: records written since would hide the loss.
        long end = kernel.state.endOf(position.epoch());
        if (position.number() > end) {
            findings.add(new HoldFinding(
                    HoldFinding.Kind.RECORDS_LOST,
                    position.epoch(),
                    position.nonce(),
                    position.number(),
                    participant + " has seen record " + position.number() + " in epoch " + position.epoch()
                            + "; in this copy of the store that epoch ended at record " + end));
        }
    }

    /** Looks at an id of this store that a resource shows; says whether it speaks against the store. */
    boolean ofId(TransactionId id, String participant) {
        List<HoldFinding> findings = new ArrayList<>();
        if (!presumption.knownEpoch(id)) {
            findings.add(new HoldFinding(
                    HoldFinding.Kind.EPOCH_UNKNOWN,
                    id.epoch(),
                    id.nonce(),
                    0,
                    participant + " holds a branch of transaction " + id
                            + "; this copy of the store has never run that epoch"));
        } else if (presumption.neverMinted(id)) {
            findings.add(new HoldFinding(
                    HoldFinding.Kind.NEVER_MINTED,
                    id.epoch(),
                    id.nonce(),
                    id.sequence(),
                    participant + " holds a branch of transaction " + id + ", which was never begun here"));
        }
        hold(findings);
        return !findings.isEmpty();
    }

    /** Enters HOLD, unless each finding is known already or was lifted by an operator who had seen it. */
    void hold(List<HoldFinding> findings) {
        List<HoldFinding> fresh = findings.stream()
                .filter(finding -> !kernel.state.isWaived(finding) && !kernel.state.isHeld(finding))
                .toList();
        HoldView held = kernel.state.hold;
        boolean full = held != null
                && held.findings().size() >= CoordinatorState.FINDINGS_MAX
                && fresh.stream().noneMatch(CoordinatorState::isFoundAtStart);
        if (fresh.isEmpty() || full) {
            return;
        }
        kernel.apply(new Event.HoldEntered(fresh, kernel.wallMs()));
        for (HoldFinding finding : fresh) {
            kernel.announce(
                    Effect.Severity.ALARM,
                    null,
                    "HOLD: " + finding.text() + "; nothing is presumed and no new work is taken until an operator has"
                            + " looked: `tx-admin hold show`");
        }
    }
}

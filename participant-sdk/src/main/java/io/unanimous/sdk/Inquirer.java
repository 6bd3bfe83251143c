package io.unanimous.sdk;

import io.unanimous.v1.Inquire;
import io.unanimous.v1.InquiryKind;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks the coordinator about branches: those at work here, those that a scan found, those that wait for too long. Reports
 * are cut into pages. Confined to the participant's loop.
 */
final class Inquirer {

    private final String resource;
    private final BranchTable table;
    private final Consumer<ParticipantMessage> out;
    private final Supplier<RandomGenerator> random;
    private final Duration overdueAfter;
    private final Duration activeOverdueAfter;
    private long lastReportId;
    private long askOverdueNanos;

    Inquirer(
            String resource,
            BranchTable table,
            Consumer<ParticipantMessage> out,
            ClientOptions options,
            Supplier<RandomGenerator> random,
            long now) {
        this.resource = resource;
        this.table = table;
        this.out = out;
        this.random = random;
        this.overdueAfter = options.overdueAfter();
        this.activeOverdueAfter = options.activeOverdueAfter();
        planOverdue(now);
    }

    /** Reports what is at work here. */
    void reportLive() {
        List<BranchId> live = new ArrayList<>();
        for (Branch branch : table.living()) {
            if (branch.phase() != Branch.Phase.ENLISTING) {
                live.add(branch.id());
            }
        }
        report(InquiryKind.INQUIRY_KIND_LIVE, live, null, true);
    }

    /** Reports what a scan found and nobody here works at. */
    void reportScan(Scan scan, LogPosition asked, long now) {
        LogPosition asOf = null;
        for (LogPosition position : scan.asOf()) {
            if (position.getCoordinator().equals(asked.getCoordinator())
                    && position.getPartition() == asked.getPartition()) {
                asOf = position;
            }
        }
        List<BranchId> orphans = new ArrayList<>();
        for (BranchId id : scan.branches()) {
            if (isOrphan(table.get(id), scan, now)) {
                orphans.add(id);
            }
        }
        report(InquiryKind.INQUIRY_KIND_SCAN, orphans, asOf, scan.complete());
    }

    /** What a scan found is asked about, unless it is at work here, or was when the scan passed it. */
    private boolean isOrphan(@Nullable Branch branch, Scan scan, long now) {
        if (branch == null) {
            return true;
        }
        if (branch.phase() != Branch.Phase.ENDED) {
            // Asked about with the scan's position: without one the coordinator may be able to say nothing but
            // SCAN_AGAIN.
            boolean waitedTooLong = branch.phase() == Branch.Phase.VOTED
                    && scan.beganNanos() - branch.sinceNanos() >= overdueAfter.toNanos();
            return waitedTooLong || branch.awaitsRepetition();
        }
        boolean endedBeforeTheScan = branch.sinceNanos() - scan.beganNanos() < 0;
        if (endedBeforeTheScan) {
            branch.resurface(now);
            table.put(branch);
        }
        return endedBeforeTheScan;
    }

    /**
     * Asks about what has waited too long, if it is time to ask.
     *
     * <p>What may have been committed elsewhere, by another instance, is asked about without a position: if outcomes were
     * pruned, only a scan can tell that it is still prepared. What did not vote, or was told to roll back, was never
     * committed, whatever was pruned up to now.
     *
     * @param known the coordinator's position as known now; null for none
     */
    void askOverdue(long now, @Nullable LogPosition known) {
        if (now - askOverdueNanos < 0) {
            return;
        }
        planOverdue(now);
        List<BranchId> inDoubt = new ArrayList<>();
        List<BranchId> neverCommitted = new ArrayList<>();
        for (Branch branch : table.living()) {
            if (isOverdue(branch, now - branch.sinceNanos())) {
                (branch.surelyNotCommitted() ? neverCommitted : inDoubt).add(branch.id());
            }
        }
        if (!inDoubt.isEmpty()) {
            report(InquiryKind.INQUIRY_KIND_OVERDUE, inDoubt, null, true);
        }
        if (!neverCommitted.isEmpty()) {
            report(InquiryKind.INQUIRY_KIND_OVERDUE, neverCommitted, known, true);
        }
    }

    private boolean isOverdue(Branch branch, long inPhaseNanos) {
        return switch (branch.phase()) {
            case VOTED -> inPhaseNanos >= overdueAfter.toNanos();
            case ENDING -> branch.awaitsRepetition() && inPhaseNanos >= overdueAfter.toNanos();
            case ACTIVE -> inPhaseNanos >= activeOverdueAfter.toNanos();
            case ENLISTING, PREPARING, ENDED -> false;
        };
    }

    private void planOverdue(long now) {
        askOverdueNanos = now + Backoff.jittered(overdueAfter.dividedBy(2), random.get());
    }

    /** @param ends whether the last page ends the report: not when the scan was cut off */
    private void report(InquiryKind kind, List<BranchId> branches, @Nullable LogPosition asOf, boolean ends) {
        long reportId = ++lastReportId;
        Iterator<BranchId> rest = branches.iterator();
        do {
            Inquire.Builder page =
                    Inquire.newBuilder().setResource(resource).setKind(kind).setReportId(reportId);
            if (asOf != null) {
                page.setAsOf(asOf);
            }
            while (rest.hasNext() && page.getBranchesCount() < Limits.INQUIRE_BRANCHES_MAX) {
                page.addBranches(Wire.branch(rest.next()));
            }
            page.setLast(ends && !rest.hasNext());
            out.accept(ParticipantMessage.newBuilder().setInquire(page).build());
        } while (rest.hasNext());
    }
}

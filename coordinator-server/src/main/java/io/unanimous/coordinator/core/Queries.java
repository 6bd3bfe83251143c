package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What operators are shown. Reads, and changes nothing. */
final class Queries {

    private final Kernel kernel;
    private final Presumption presumption;
    private final Inquiries inquiries;
    private final Grace grace;
    private final Delivery delivery;

    Queries(Kernel kernel, Presumption presumption, Inquiries inquiries, Grace grace, Delivery delivery) {
        this.kernel = kernel;
        this.presumption = presumption;
        this.inquiries = inquiries;
        this.grace = grace;
        this.delivery = delivery;
    }

    // ---- a list -------------------------------------------------------------------------------------------------

    /** A page, newest id first; after a bounded number of misses the page ends early, so that the turn stays short. */
    void list(Input.ListAsked input) {
        TransactionId before = input.before();
        Iterator<Transaction> open = newestFirst(kernel.state.open, before);
        Iterator<Transaction> kept = newestFirst(kernel.state.kept, before);
        Transaction nextOpen = next(open);
        Transaction nextKept = next(kept);
        List<TransactionSummary> page = new ArrayList<>();
        TransactionId last = null;
        int examined = 0;
        while ((nextOpen != null || nextKept != null)
                && page.size() < input.pageSize()
                && examined < kernel.limits.listExaminedMax()) {
            Transaction transaction;
            if (nextKept == null || (nextOpen != null && nextOpen.id.compareTo(nextKept.id) > 0)) {
                transaction = Objects.requireNonNull(nextOpen);
                nextOpen = next(open);
            } else {
                transaction = nextKept;
                nextKept = next(kept);
            }
            examined++;
            last = transaction.id;
            if (matches(transaction, input.filter())) {
                page.add(transaction.summary());
            }
        }
        boolean more = nextOpen != null || nextKept != null;
        kernel.replyAll(input.replyTo(), new Answer.Listed(page, more ? last : null));
    }

    private static Iterator<Transaction> newestFirst(
            TreeMap<TransactionId, Transaction> transactions, @Nullable TransactionId before) {
        return (before == null ? transactions : transactions.headMap(before, false))
                .descendingMap()
                .values()
                .iterator();
    }

    private static @Nullable Transaction next(Iterator<Transaction> transactions) {
        return transactions.hasNext() ? transactions.next() : null;
    }

    private boolean matches(Transaction transaction, TransactionFilter filter) {
        return (filter.states().isEmpty() || filter.states().contains(transaction.state))
                && (filter.minAgeMs() == 0 || kernel.wallMs() - transaction.changedMs >= filter.minAgeMs())
                && (!filter.inDoubt() || transaction.inDoubtBranches() > 0)
                && (!filter.heuristic() || transaction.heuristicOpen())
                && (filter.idTail().isEmpty() || transaction.id.toString().endsWith(filter.idTail()))
                && (filter.resource().isEmpty()
                        || transaction.branches.stream()
                                .anyMatch(branch -> branch.name.resource().equals(filter.resource())));
    }

    // ---- one transaction ----------------------------------------------------------------------------------------

    void describe(Input.DescriptionAsked input) {
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction != null) {
            kernel.reply(transaction, input.replyTo(), new Answer.Described(detail(transaction)));
            return;
        }
        Presumption.Told told = presumption.ofClient(input.transaction());
        if (told.refusal() != null) {
            kernel.refuse(input.replyTo(), told.refusal());
            return;
        }
        TransactionState state =
                told.outcome() == Outcome.ROLLED_BACK ? TransactionState.ROLLED_BACK : TransactionState.UNKNOWN;
        String advice = told.outcome() == Outcome.ROLLED_BACK
                ? "Nothing to do. It was undecided when its epoch ended, so it is presumed rolled back."
                : "Its id allows shortcuts that leave no record, so its outcome cannot be told here; look at its"
                        + " resources.";
        kernel.replyAll(
                input.replyTo(),
                new Answer.Described(new TransactionDetail(
                        new TransactionSummary(input.transaction(), state, HeuristicMark.NONE, 0, 0, 0, 0, "", ""),
                        List.of(),
                        List.of(),
                        0,
                        "",
                        advice,
                        true,
                        0)));
    }

    void outcome(Input.OutcomeAsked input) {
        Transaction transaction = kernel.state.find(input.transaction());
        if (transaction != null) {
            kernel.reply(
                    transaction,
                    input.replyTo(),
                    new Answer.OutcomeTold(
                            transaction.outcome(),
                            transaction.state,
                            transaction.pending(),
                            transaction.mark,
                            transaction.outcome() == Outcome.COMMITTED ? "" : transaction.reason));
            return;
        }
        Presumption.Told told = presumption.ofClient(input.transaction());
        kernel.replyAll(
                input.replyTo(),
                told.refusal() != null
                        ? new Answer.Refused(told.refusal())
                        : new Answer.OutcomeTold(told.outcome(), null, 0, HeuristicMark.NONE, ""));
    }

    private TransactionDetail detail(Transaction transaction) {
        List<BranchDetail> branches = new ArrayList<>();
        for (Branch branch : transaction.branches) {
            branches.add(detail(transaction, branch));
        }
        boolean deadlineMatters =
                transaction.state == TransactionState.ACTIVE || transaction.state == TransactionState.PREPARING;
        return new TransactionDetail(
                transaction.summary(),
                branches,
                timeline(transaction),
                deadlineMatters ? Math.max(0, transaction.deadlineMs - kernel.nowMs()) : 0,
                transaction.reason,
                Advice.of(transaction, kernel.participants),
                false,
                transaction.decidedMs);
    }

    private BranchDetail detail(Transaction transaction, Branch branch) {
        boolean retries = branch.owes(transaction.state) && branch.retryAtMs != Branch.NEVER;
        String finding = "";
        if (branch.heuristic != null) {
            finding = branch.heuristic + ": " + branch.finding
                    + (branch.resolution == null ? "" : " (an operator had said " + branch.resolution + ")");
        } else if (branch.resolution != null) {
            finding = "an operator says " + branch.resolution + ": " + branch.finding;
        }
        return new BranchDetail(
                branch.name,
                branch.state(transaction.state),
                branch.incarnation,
                kernel.participants.enlister(branch.name.resource(), branch.incarnation) != null,
                kernel.participants.instances(branch.name.resource()) > 0,
                branch.inDoubt(transaction.state),
                branch.attempts > 0 ? branch.attempts : branch.prepares,
                retries ? Math.max(1, branch.retryAtMs - kernel.nowMs()) : 0,
                delivery.waits(branch)
                        ? "it waits until " + branch.name.resource() + " has answered some of "
                                + kernel.limits.unansweredMax() + " other orders"
                        : branch.lastError,
                finding,
                transaction.noted,
                branch.vote,
                branch.votedMs,
                branch.vote == Vote.REFUSED ? branch.voteReason : "");
    }

    private static List<TimelineEntry> timeline(Transaction transaction) {
        List<TimelineEntry> entries = new ArrayList<>();
        add(entries, transaction.sinceMs == transaction.decidedMs ? 0 : transaction.sinceMs, "", "began");
        for (Branch branch : transaction.branches) {
            String name = branch.name.toString();
            add(entries, branch.enlistedMs, name, "enlisted");
            add(
                    entries,
                    branch.votedMs,
                    name,
                    "voted " + branch.vote + (branch.voteReason.isEmpty() ? "" : ": " + branch.voteReason));
            if (branch.heuristic != null) {
                add(entries, branch.endedMs, name, "reported " + branch.heuristic);
            } else if (branch.resolution != null) {
                add(entries, branch.endedMs, name, "was resolved by an operator as " + branch.resolution);
            } else {
                add(entries, branch.endedMs, name, "acknowledged");
            }
        }
        add(entries, transaction.preparingMs, "", "commit was requested");
        switch (transaction.outcome()) {
            case COMMITTED -> add(entries, transaction.decidedMs, "", "decided to commit");
            case ROLLED_BACK -> add(entries, transaction.decidedMs, "", "decided to roll back: " + transaction.reason);
            case UNKNOWN -> add(entries, transaction.decidedMs, "", "ended unknown: " + transaction.reason);
            case IN_PROGRESS -> {}
        }
        if (transaction.state.finished()) {
            add(entries, transaction.changedMs, "", "finished " + transaction.state);
        }
        add(entries, transaction.notedMs, "", "an operator noted the heuristic outcome");
        entries.sort(Comparator.comparingLong(TimelineEntry::wallMs));
        return entries;
    }

    private static void add(List<TimelineEntry> entries, long wallMs, String branch, String what) {
        if (wallMs > 0) {
            entries.add(new TimelineEntry(wallMs, branch, what));
        }
    }

    // ---- the whole ----------------------------------------------------------------------------------------------

    void participants(Input.ParticipantsAsked input) {
        List<ParticipantView> connected = new ArrayList<>();
        for (Participants.Connection connection : kernel.participants.all()) {
            connected.add(new ParticipantView(
                    connection.participant(),
                    connection.incarnation(),
                    connection.resources().stream()
                            .map(ResourceRegistration::name)
                            .toList(),
                    connection.wallMs()));
        }
        Map<String, Integer> inDoubt = new TreeMap<>();
        for (Transaction transaction : kernel.state.open.values()) {
            for (Branch branch : transaction.branches) {
                if (branch.inDoubt(transaction.state)) {
                    inDoubt.merge(branch.name.resource(), 1, Integer::sum);
                }
            }
        }
        List<ResourceView> resources = new ArrayList<>();
        for (Map.Entry<String, String> bound : new TreeMap<>(kernel.state.fingerprints).entrySet()) {
            resources.add(new ResourceView(
                    bound.getKey(),
                    bound.getValue(),
                    kernel.participants.instances(bound.getKey()),
                    inDoubt.getOrDefault(bound.getKey(), 0)
                            + inquiries.left(bound.getKey()).size(),
                    inquiries.lastScanMs(bound.getKey())));
        }
        kernel.replyAll(input.replyTo(), new Answer.ParticipantsListed(connected, resources));
    }

    void status(Input.StatusAsked input) {
        Map<TransactionState, Long> counts = new EnumMap<>(TransactionState.class);
        long inDoubt = inquiries.leftCount();
        for (Transaction transaction : kernel.state.open.values()) {
            counts.merge(transaction.state, 1L, Long::sum);
            inDoubt += transaction.inDoubtBranches();
        }
        long heuristics = 0;
        for (Transaction transaction : kernel.state.kept.values()) {
            counts.merge(transaction.state, 1L, Long::sum);
            heuristics += transaction.heuristicOpen() ? 1 : 0;
        }
        var epoch = kernel.state.epochs.lastEntry();
        kernel.replyAll(
                input.replyTo(),
                new Answer.StatusTold(new StatusView(
                        kernel.store,
                        kernel.partition,
                        epoch.getKey(),
                        epoch.getValue().nonce(),
                        Collections.unmodifiableMap(counts),
                        inDoubt,
                        heuristics,
                        kernel.participants.all().size(),
                        kernel.state.hold,
                        kernel.state.kept.size(),
                        kernel.state.horizon,
                        grace.lasts(),
                        kernel.counters.view())));
    }
}

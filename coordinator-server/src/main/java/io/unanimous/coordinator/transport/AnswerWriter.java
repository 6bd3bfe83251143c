package io.unanimous.coordinator.transport;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.BranchDetail;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.HoldView;
import io.unanimous.coordinator.core.ParticipantView;
import io.unanimous.coordinator.core.ResourceView;
import io.unanimous.coordinator.core.TimelineEntry;
import io.unanimous.coordinator.core.TransactionDetail;
import io.unanimous.coordinator.core.TransactionSummary;
import io.unanimous.v1.AcknowledgeHeuristicResponse;
import io.unanimous.v1.BeginResponse;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.GetTransactionResponse;
import io.unanimous.v1.Hold;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.ParticipantDetail;
import io.unanimous.v1.ReleaseHoldResponse;
import io.unanimous.v1.ResolveResponse;
import io.unanimous.v1.ResourceDetail;
import io.unanimous.v1.RetryResponse;
import io.unanimous.v1.RollbackResponse;

/** Turns the core's answers into messages. */
final class AnswerWriter {

    private AnswerWriter() {}

    static BeginResponse begun(Answer.Begun begun) {
        return BeginResponse.newBuilder()
                .setTransactionIdBytes(
                        CoordinatorMessages.ascii(begun.transaction().toString()))
                .setTimeoutMs(begun.timeoutMs())
                .build();
    }

    static CommitResponse commit(Answer.CommitAnswered answer) {
        return CommitResponse.newBuilder()
                .setOutcome(WireEnums.outcome(answer.outcome()))
                .setPendingBranches(answer.pendingBranches())
                .setHeuristic(WireEnums.mark(answer.heuristic()))
                .build();
    }

    static RollbackResponse rollback(Answer.RollbackAnswered answer) {
        return RollbackResponse.newBuilder()
                .setOutcome(WireEnums.outcome(answer.outcome()))
                .setPendingBranches(answer.pendingBranches())
                .build();
    }

    static GetTransactionResponse outcome(Answer.OutcomeTold told) {
        GetTransactionResponse.Builder response = GetTransactionResponse.newBuilder()
                .setOutcome(WireEnums.outcome(told.outcome()))
                .setPendingBranches(told.pendingBranches())
                .setHeuristic(WireEnums.mark(told.heuristic()))
                .setReason(told.reason());
        if (told.state() != null) {
            response.setState(WireEnums.state(told.state()));
        }
        return response.build();
    }

    static ListTransactionsResponse listed(Answer.Listed listed) {
        ListTransactionsResponse.Builder response = ListTransactionsResponse.newBuilder();
        listed.transactions().forEach(transaction -> response.addTransactions(summary(transaction)));
        if (listed.next() != null) {
            response.setNextPageToken(listed.next().toString());
        }
        return response.build();
    }

    static io.unanimous.v1.TransactionSummary summary(TransactionSummary summary) {
        return io.unanimous.v1.TransactionSummary.newBuilder()
                .setTransactionIdBytes(
                        CoordinatorMessages.ascii(summary.transaction().toString()))
                .setState(WireEnums.state(summary.state()))
                .setHeuristic(WireEnums.mark(summary.heuristic()))
                .setBranches(summary.branches())
                .setInDoubtBranches(summary.inDoubtBranches())
                .setSinceUnixMs(summary.sinceMs())
                .setChangedUnixMs(summary.changedMs())
                .setBlockedBy(summary.blockedBy())
                .setInitiator(summary.initiator())
                .build();
    }

    static DescribeTransactionResponse described(Answer.Described described) {
        TransactionDetail detail = described.transaction();
        DescribeTransactionResponse.Builder response = DescribeTransactionResponse.newBuilder()
                .setSummary(summary(detail.summary()))
                .setDeadlineInMs(detail.deadlineInMs())
                .setReason(detail.reason())
                .setAllowsOnePhase(detail.summary().transaction().allowsOnePhase())
                .setAllowsUnloggedReadOnly(detail.summary().transaction().allowsUnloggedReadOnly())
                .setAdvice(detail.advice())
                .setPresumed(detail.presumed())
                .setDecidedUnixMs(detail.decidedMs());
        for (BranchDetail branch : detail.branches()) {
            response.addBranches(branch(branch));
        }
        for (TimelineEntry entry : detail.timeline()) {
            response.addTimeline(io.unanimous.v1.TimelineEntry.newBuilder()
                    .setUnixMs(entry.wallMs())
                    .setBranch(entry.branch())
                    .setWhat(entry.what()));
        }
        return response.build();
    }

    private static io.unanimous.v1.BranchDetail branch(BranchDetail branch) {
        io.unanimous.v1.BranchDetail.Builder message = io.unanimous.v1.BranchDetail.newBuilder()
                .setBranch(branch.branch().toString())
                .setResource(branch.branch().resource())
                .setState(WireEnums.branchState(branch.state()))
                .setIncarnation(branch.incarnation())
                .setEnlisterConnected(branch.enlisterConnected())
                .setResourceConnected(branch.resourceConnected())
                .setInDoubt(branch.inDoubt())
                .setAttempts(branch.attempts())
                .setNextRetryInMs(branch.nextRetryInMs())
                .setLastError(branch.lastError())
                .setFinding(branch.finding())
                .setAcknowledged(branch.acknowledged())
                .setVotedUnixMs(branch.votedMs())
                .setRefusalReason(branch.refusalReason());
        if (branch.vote() != null) {
            message.setVote(WireEnums.vote(branch.vote()));
        }
        return message.build();
    }

    static ResolveResponse resolved(Answer.OverrideDone done) {
        ResolveResponse.Builder response =
                ResolveResponse.newBuilder().setBefore(summary(done.before())).setEffect(done.effect());
        if (done.after() != null) {
            response.setAfter(summary(done.after()));
        }
        return response.build();
    }

    static AcknowledgeHeuristicResponse heuristicAcknowledged(Answer.OverrideDone done) {
        return AcknowledgeHeuristicResponse.newBuilder()
                .setBefore(summary(done.before()))
                .setEffect(done.effect())
                .build();
    }

    static RetryResponse retried(Answer.Retried retried) {
        return RetryResponse.newBuilder()
                .setSent(retried.sent())
                .setUnreachable(retried.unreachable())
                .build();
    }

    static ReleaseHoldResponse holdReleased(Answer.HoldReleased released) {
        return ReleaseHoldResponse.newBuilder()
                .setReleased(hold(released.hold()))
                .build();
    }

    static Hold hold(HoldView hold) {
        Hold.Builder message =
                Hold.newBuilder().setEvidenceId(hold.evidenceId()).setSinceUnixMs(hold.sinceMs());
        for (HoldFinding finding : hold.findings()) {
            message.addEvidence(finding.text());
        }
        return message.build();
    }

    static ListParticipantsResponse participants(Answer.ParticipantsListed listed) {
        ListParticipantsResponse.Builder response = ListParticipantsResponse.newBuilder();
        for (ParticipantView participant : listed.participants()) {
            response.addParticipants(ParticipantDetail.newBuilder()
                    .setParticipant(participant.participant())
                    .setIncarnation(participant.incarnation())
                    .addAllResources(participant.resources())
                    .setConnectedUnixMs(participant.connectedMs()));
        }
        for (ResourceView resource : listed.resources()) {
            response.addResources(ResourceDetail.newBuilder()
                    .setResource(resource.resource())
                    .setFingerprint(resource.fingerprint())
                    .setParticipants(resource.participants())
                    .setInDoubtBranches(resource.inDoubtBranches())
                    .setLastScanUnixMs(resource.lastScanMs()));
        }
        return response.build();
    }
}

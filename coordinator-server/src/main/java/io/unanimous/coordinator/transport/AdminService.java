package io.unanimous.coordinator.transport;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.StatusView;
import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.AcknowledgeHeuristicResponse;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.DescribeTransactionResponse;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.ListParticipantsRequest;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.ReleaseHoldResponse;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.ResolveResponse;
import io.unanimous.v1.RetryRequest;
import io.unanimous.v1.RetryResponse;
import io.unanimous.v1.StateCount;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;

/** Operators' calls. */
final class AdminService extends AdminServiceGrpc.AdminServiceImplBase {

    private final RequestReader reader;
    private final Intake intake;
    private final UnaryCalls calls;
    private final Watchers watchers;
    private final DaemonFacts facts;

    AdminService(RequestReader reader, Intake intake, UnaryCalls calls, Watchers watchers, DaemonFacts facts) {
        this.reader = reader;
        this.intake = intake;
        this.calls = calls;
        this.watchers = watchers;
        this.facts = facts;
    }

    @Override
    public void listTransactions(ListTransactionsRequest request, StreamObserver<ListTransactionsResponse> response) {
        calls.ask(response, Answer.Listed.class, AnswerWriter::listed, call -> reader.list(request, call));
    }

    @Override
    public void describeTransaction(
            DescribeTransactionRequest request, StreamObserver<DescribeTransactionResponse> response) {
        calls.ask(
                response,
                Answer.Described.class,
                AnswerWriter::described,
                call -> new Input.DescriptionAsked(call, reader.transaction(request.getTransactionId())));
    }

    @Override
    public void resolve(ResolveRequest request, StreamObserver<ResolveResponse> response) {
        calls.ask(response, Answer.OverrideDone.class, AnswerWriter::resolved, call -> reader.resolve(request, call));
    }

    @Override
    public void retry(RetryRequest request, StreamObserver<RetryResponse> response) {
        calls.ask(
                response,
                Answer.Retried.class,
                AnswerWriter::retried,
                call -> new Input.RetryRequested(call, reader.transaction(request.getTransactionId())));
    }

    @Override
    public void acknowledgeHeuristic(
            AcknowledgeHeuristicRequest request, StreamObserver<AcknowledgeHeuristicResponse> response) {
        calls.ask(
                response,
                Answer.OverrideDone.class,
                AnswerWriter::heuristicAcknowledged,
                call -> new Input.HeuristicNoted(
                        call, reader.transaction(request.getTransactionId()), reader.order(request.getOverride())));
    }

    @Override
    public void listParticipants(ListParticipantsRequest request, StreamObserver<ListParticipantsResponse> response) {
        calls.ask(response, Answer.ParticipantsListed.class, AnswerWriter::participants, Input.ParticipantsAsked::new);
    }

    @Override
    public void watchTransactions(
            WatchTransactionsRequest request, StreamObserver<WatchTransactionsResponse> response) {
        ServerCallStreamObserver<WatchTransactionsResponse> call =
                (ServerCallStreamObserver<WatchTransactionsResponse>) response;
        Refusal refusal = intake.isOpen() ? null : intake.notReady();
        if (refusal == null && !request.getResource().isEmpty()) {
            try {
                reader.requireResource(request.getResource());
            } catch (RefusedException e) {
                refusal = e.refusal();
            }
        }
        if (refusal == null) {
            watchers.watch(call, request.getResource());
        } else {
            call.onError(StatusMapper.exception(refusal));
        }
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> response) {
        calls.ask(response, Answer.StatusTold.class, this::status, Input.StatusAsked::new);
    }

    private GetStatusResponse status(Answer.StatusTold told) {
        StatusView view = told.status();
        GetStatusResponse.Builder status = GetStatusResponse.newBuilder()
                .setVersion(facts.version())
                .setPosition(CoordinatorMessages.position(intake.position()))
                .setStartedUnixMs(facts.startedMs())
                .setInDoubtBranches(view.inDoubtBranches())
                .setUnacknowledgedHeuristics(view.unacknowledgedHeuristics())
                .setParticipants(view.participants())
                .setRetainedOutcomes(view.retainedOutcomes())
                .putAllCounters(view.counters())
                .putAllCounters(facts.counters().read())
                .setDataDir(facts.dataDir())
                .setInGrace(view.inGrace());
        view.counts()
                .forEach((state, count) -> status.addCounts(
                        StateCount.newBuilder().setState(WireEnums.state(state)).setCount(count)));
        if (view.hold() != null) {
            status.setHold(AnswerWriter.hold(view.hold()));
        }
        if (view.horizon() != null) {
            status.setHorizon(view.horizon().toString());
        }
        return status.build();
    }

    @Override
    public void releaseHold(ReleaseHoldRequest request, StreamObserver<ReleaseHoldResponse> response) {
        calls.ask(
                response,
                Answer.HoldReleased.class,
                AnswerWriter::holdReleased,
                call -> reader.releaseHold(request, call));
    }
}

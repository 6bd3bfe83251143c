package io.unanimous.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.AcknowledgeHeuristicResponse;
import io.unanimous.v1.AdminServiceGrpc.AdminServiceImplBase;
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
import io.unanimous.v1.TransactionSummary;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An AdminService that answers from a script and remembers what it was asked. Lists page as a real one: by position, with
 * the filter on the id's tail; other filters are left to the request's checks.
 */
final class FakeCoordinator extends AdminServiceImplBase implements Dialler, AutoCloseable {
    final List<Message> asked = new ArrayList<>();
    final List<TransactionSummary> transactions = new ArrayList<>();
    final Deque<Consumer<StreamObserver<WatchTransactionsResponse>>> watches = new ArrayDeque<>();
    final Deque<StatusRuntimeException> refusals = new ArrayDeque<>();

    DescribeTransactionResponse description = DescribeTransactionResponse.getDefaultInstance();
    ResolveResponse resolved = ResolveResponse.getDefaultInstance();
    AcknowledgeHeuristicResponse forgotten = AcknowledgeHeuristicResponse.getDefaultInstance();
    RetryResponse retried = RetryResponse.getDefaultInstance();
    ListParticipantsResponse participants = ListParticipantsResponse.getDefaultInstance();
    GetStatusResponse status = GetStatusResponse.getDefaultInstance();

    /** What every list answers, if set. */
    @Nullable
    ListTransactionsResponse page;

    /** At most this many on a page, whatever was asked for. */
    int pageSizeMax = Integer.MAX_VALUE;

    /** Before each page that has something comes one that has nothing. */
    boolean emptyPagesBetween;

    private final String name = InProcessServerBuilder.generateName();
    private final Server server;

    FakeCoordinator() {
        try {
            server = InProcessServerBuilder.forName(name)
                    .directExecutor()
                    .addService(this)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next call, whichever it is, ends so. */
    void refuse(Status.Code code, String reason, String message) {
        com.google.rpc.Status.Builder status =
                com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(message);
        if (!reason.isEmpty()) {
            status.addDetails(Any.pack(ErrorInfo.newBuilder()
                    .setDomain("unanimous")
                    .setReason(reason)
                    .build()));
        }
        refusals.add(StatusProto.toStatusRuntimeException(status.build()));
    }

    <M extends Message> List<M> asked(Class<M> type) {
        return asked.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public Line dial(Endpoint endpoint) {
        ManagedChannel channel =
                InProcessChannelBuilder.forName(name).directExecutor().build();
        return new Line() {
            @Override
            public ManagedChannel channel() {
                return channel;
            }

            @Override
            public void close() {
                channel.shutdownNow();
            }
        };
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    @Override
    public void listTransactions(ListTransactionsRequest request, StreamObserver<ListTransactionsResponse> observer) {
        if (page != null) {
            answer(request, observer, page);
            return;
        }
        List<TransactionSummary> matching = transactions.stream()
                .filter(transaction -> transaction.getTransactionId().endsWith(request.getIdTail()))
                .toList();
        String token = request.getPageToken();
        if (emptyPagesBetween && !token.endsWith("!")) {
            answer(
                    request,
                    observer,
                    ListTransactionsResponse.newBuilder()
                            .setNextPageToken((token.isEmpty() ? "0" : token) + "!")
                            .build());
            return;
        }
        String digits = token.replace("!", "");
        int from = digits.isEmpty() ? 0 : Integer.parseInt(digits);
        int size = Math.min(pageSizeMax, request.getPageSize() == 0 ? 100 : request.getPageSize());
        int to = Math.min(matching.size(), from + size);
        ListTransactionsResponse.Builder found =
                ListTransactionsResponse.newBuilder().addAllTransactions(matching.subList(from, to));
        if (to < matching.size()) {
            found.setNextPageToken(Integer.toString(to));
        }
        answer(request, observer, found.build());
    }

    @Override
    public void describeTransaction(
            DescribeTransactionRequest request, StreamObserver<DescribeTransactionResponse> observer) {
        answer(request, observer, description);
    }

    @Override
    public void resolve(ResolveRequest request, StreamObserver<ResolveResponse> observer) {
        ResolveResponse response = request.getOverride().getDryRun()
                ? resolved.toBuilder().clearAfter().build()
                : resolved;
        answer(request, observer, response);
    }

    @Override
    public void retry(RetryRequest request, StreamObserver<RetryResponse> observer) {
        answer(request, observer, retried);
    }

    @Override
    public void acknowledgeHeuristic(
            AcknowledgeHeuristicRequest request, StreamObserver<AcknowledgeHeuristicResponse> observer) {
        answer(request, observer, forgotten);
    }

    @Override
    public void listParticipants(ListParticipantsRequest request, StreamObserver<ListParticipantsResponse> observer) {
        answer(request, observer, participants);
    }

    @Override
    public void watchTransactions(
            WatchTransactionsRequest request, StreamObserver<WatchTransactionsResponse> observer) {
        asked.add(request);
        watches.remove().accept(observer);
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
        answer(request, observer, status);
    }

    @Override
    public void releaseHold(ReleaseHoldRequest request, StreamObserver<ReleaseHoldResponse> observer) {
        answer(
                request,
                observer,
                ReleaseHoldResponse.newBuilder().setReleased(status.getHold()).build());
    }

    private <M> void answer(Message request, StreamObserver<M> observer, M response) {
        asked.add(request);
        StatusRuntimeException refusal = refusals.poll();
        if (refusal != null) {
            observer.onError(refusal);
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }
}

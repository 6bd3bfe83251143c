package io.unanimous.coordinator.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.Heartbeat;
import io.unanimous.v1.Hello;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.ListParticipantsRequest;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.Override;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.ResolveBranch;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.Resource;
import io.unanimous.v1.RetryRequest;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.TransactionOptions;
import io.unanimous.v1.VoteCast;
import io.unanimous.v1.WatchTransactionsRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of the wire contract, made from a fuzzer's choices: near enough to what a peer says to get past the first
 * check, and often enough wrong to be refused by a later one.
 */
final class FuzzMessages {
    private static final int MESSAGES_MAX = 4;
    private static final List<String> RESOURCES = List.of("a", "b", "c", "Upper", "");
    private static final List<String> BRANCHES = List.of("a/1", "b/1", "a/2", "c/1", "a", "Upper/1", "");
    private static final List<String> INCARNATIONS = List.of("incarnation-1", "incarnation-2", "short", "UPPER-CASE");
    private static final List<String> FINGERPRINTS = List.of("", "one", "two");
    private static final List<String> REASONS = List.of("fuzzed", "", "line one\nline two", "x".repeat(513));
    private static final List<Long> TIMEOUTS_MS = List.of(0L, 100L, 60_000L, 99L, 86_400_001L, -1L);
    private static final List<Long> ANSWERS_WITHIN_MS = List.of(0L, 1L, 1_000L, 86_400_001L, -1L);
    private static final List<Long> NUMBERS = List.of(1L, 2L, 3L, 0L, 1_000L, -1L);
    private static final List<Integer> COUNTS = List.of(0, 1, 1_000, 1_001, -1);
    private static final String FOREIGN_STORE = "11111111-2222-4333-8444-555555555555";

    private final FuzzBytes choices;
    private final long epoch;
    private final List<String> transactions = new ArrayList<>();
    private final List<String> evidence = new ArrayList<>(List.of("", "none"));

    FuzzMessages(FuzzBytes choices, long epoch) {
        this.choices = choices;
        this.epoch = epoch;
        transactions.add("");
        transactions.add("no id at all");
    }

    /** A transaction that was begun: messages will name it. */
    void learn(String transaction) {
        transactions.add(transaction);
        // The same but for its last digits: never minted, or another's.
        transactions.add(transaction.substring(0, transaction.length() - 3) + "z-0");
        transactions.add("0" + transaction.substring(1));
    }

    /** The evidence of a hold: a release will name it. */
    void learnEvidence(String id) {
        evidence.add(id);
    }

    ConnectRequest participantFrame() {
        ConnectRequest.Builder frame = ConnectRequest.newBuilder();
        for (int left = choices.below(MESSAGES_MAX + 1); left > 0; left--) {
            frame.addMessages(participantMessage());
        }
        return frame.build();
    }

    SessionRequest sessionFrame() {
        SessionRequest.Builder frame = SessionRequest.newBuilder();
        for (int left = choices.below(MESSAGES_MAX + 1); left > 0; left--) {
            frame.addCommands(sessionCommand());
        }
        return frame.build();
    }

    /** A request of a unary call. */
    MessageLite request(String method) {
        return switch (method) {
            case "Begin" -> begin();
            case "Commit" -> commit();
            case "Rollback" -> rollback();
            case "GetTransaction" -> getTransaction();
            case "ListTransactions" ->
                ListTransactionsRequest.newBuilder()
                        .addStatesValue(choices.below(10))
                        .setMinAgeMs(choices.of(NUMBERS))
                        .setResource(choices.of(RESOURCES))
                        .setInDoubt(choices.flag())
                        .setHeuristic(choices.flag())
                        .setIdTail(choices.of(transactions))
                        .setPageSize(choices.of(COUNTS))
                        .setPageToken(choices.of(transactions))
                        .build();
            case "DescribeTransaction" ->
                DescribeTransactionRequest.newBuilder()
                        .setTransactionId(choices.of(transactions))
                        .build();
            case "Resolve" -> resolve();
            case "Retry" ->
                RetryRequest.newBuilder()
                        .setTransactionId(choices.of(transactions))
                        .build();
            case "AcknowledgeHeuristic" ->
                AcknowledgeHeuristicRequest.newBuilder()
                        .setTransactionId(choices.of(transactions))
                        .setOverride(override())
                        .build();
            case "ListParticipants" -> ListParticipantsRequest.getDefaultInstance();
            case "WatchTransactions" ->
                WatchTransactionsRequest.newBuilder()
                        .setResource(choices.of(RESOURCES))
                        .build();
            case "GetStatus" -> GetStatusRequest.getDefaultInstance();
            case "ReleaseHold" ->
                ReleaseHoldRequest.newBuilder()
                        .setOverride(override())
                        .setEvidenceId(choices.of(evidence))
                        .build();
            default -> throw new IllegalArgumentException("no request is known for " + method + ": add it here");
        };
    }

    private ParticipantMessage.Builder participantMessage() {
        ParticipantMessage.Builder message = ParticipantMessage.newBuilder();
        switch (choices.below(7)) {
            case 0 -> message.setHello(hello());
            case 1 -> message.setEnlist(enlist());
            case 2 -> message.setVote(vote());
            case 3 -> message.setAck(ack());
            case 4 -> message.setInquire(inquire());
            case 5 -> message.setHeartbeat(Heartbeat.newBuilder().setPosition(position()));
            default -> {
                // Empty.
            }
        }
        return message;
    }

    private Hello hello() {
        Hello.Builder hello = Hello.newBuilder()
                .setProtocolVersion(choices.below(8) == 7 ? 2 : 1)
                .setParticipant("fuzzed")
                .setIncarnation(choices.of(INCARNATIONS));
        for (int left = 1 + choices.below(2); left > 0; left--) {
            hello.addResources(
                    Resource.newBuilder().setName(choices.of(RESOURCES)).setFingerprint(choices.of(FINGERPRINTS)));
        }
        if (choices.flag()) {
            hello.addSeen(position());
        }
        return hello.build();
    }

    private LogPosition position() {
        return LogPosition.newBuilder()
                .setCoordinator(choices.below(4) == 3 ? FOREIGN_STORE : Rig.STORE.toString())
                .setPartition(choices.below(8) == 7 ? 1 : 0)
                .setEpoch(epoch + choices.below(3) - 1)
                .setEpochNonce(choices.below(8) == 7 ? 8 : Rig.NONCE)
                .setLogNumber(choices.of(NUMBERS))
                .build();
    }

    private BranchId branch() {
        return BranchId.newBuilder()
                .setTransactionId(choices.of(transactions))
                .setBranch(choices.of(BRANCHES))
                .build();
    }

    private long someEpoch() {
        int choice = choices.below(8);
        return choice < 6 ? epoch : choice == 6 ? epoch - 1 : 0;
    }

    private Enlist enlist() {
        return Enlist.newBuilder()
                .setBranch(branch())
                .setPayload(ByteString.copyFrom(new byte[choices.below(8) == 7 ? 4_097 : choices.next()]))
                .setEarlyVoteValue(choices.below(5))
                .build();
    }

    private VoteCast vote() {
        return VoteCast.newBuilder()
                .setBranch(branch())
                .setEpoch(someEpoch())
                .setAttempt(choices.of(COUNTS))
                .setVoteValue(choices.below(5))
                .setReason(choices.of(REASONS))
                .build();
    }

    private Ack ack() {
        return Ack.newBuilder()
                .setBranch(branch())
                .setEpoch(someEpoch())
                .setAttempt(choices.of(COUNTS))
                .setCommandValue(choices.below(6))
                .setResultValue(choices.below(10))
                .setDetail(choices.of(REASONS))
                .build();
    }

    private Inquire inquire() {
        Inquire.Builder inquire = Inquire.newBuilder()
                .setResource(choices.of(RESOURCES))
                .setKindValue(choices.below(5))
                .setReportId(choices.of(NUMBERS))
                .setLast(choices.flag());
        if (choices.flag()) {
            inquire.setAsOf(position());
        }
        for (int left = choices.below(MESSAGES_MAX); left > 0; left--) {
            inquire.addBranches(branch());
        }
        return inquire.build();
    }

    private SessionCommand.Builder sessionCommand() {
        SessionCommand.Builder command = SessionCommand.newBuilder().setRequestId(choices.next());
        switch (choices.below(5)) {
            case 0 -> command.setBegin(begin());
            case 1 -> command.setCommit(commit());
            case 2 -> command.setRollback(rollback());
            case 3 -> command.setGetTransaction(getTransaction());
            default -> {
                // Empty.
            }
        }
        return command;
    }

    private BeginRequest begin() {
        return BeginRequest.newBuilder()
                .setTimeoutMs(choices.of(TIMEOUTS_MS))
                .setInitiator(choices.below(8) == 7 ? "x".repeat(65) : "fuzzed")
                .setOptions(TransactionOptions.newBuilder()
                        .setAllowOnePhase(choices.flag())
                        .setAllowUnloggedReadOnly(choices.flag()))
                .build();
    }

    private CommitRequest commit() {
        return CommitRequest.newBuilder()
                .setTransactionId(choices.of(transactions))
                .setAnswerAtValue(choices.below(4))
                .setAnswerWithinMs(choices.of(ANSWERS_WITHIN_MS))
                .build();
    }

    private RollbackRequest rollback() {
        return RollbackRequest.newBuilder()
                .setTransactionId(choices.of(transactions))
                .setReason(choices.of(REASONS))
                .setAnswerAtValue(choices.below(4))
                .setAnswerWithinMs(choices.of(ANSWERS_WITHIN_MS))
                .build();
    }

    private GetTransactionRequest getTransaction() {
        return GetTransactionRequest.newBuilder()
                .setTransactionId(choices.of(transactions))
                .build();
    }

    private Override override() {
        return Override.newBuilder()
                .setReason(choices.of(REASONS))
                .setOperator(choices.below(8) == 7 ? "x".repeat(65) : "fuzzer")
                .setExpectStateValue(choices.below(10))
                .setDryRun(choices.flag())
                .build();
    }

    private ResolveRequest resolve() {
        ResolveRequest.Builder request = ResolveRequest.newBuilder()
                .setTransactionId(choices.of(transactions))
                .setOverride(override());
        switch (choices.below(3)) {
            case 0 -> request.setRollback(choices.flag());
            case 1 ->
                request.setBranch(ResolveBranch.newBuilder()
                        .setBranch(choices.of(BRANCHES))
                        .setResolutionValue(choices.below(5)));
            default -> {
                // Says nothing of what.
            }
        }
        return request.build();
    }
}

package io.unanimous.it;

import static io.unanimous.it.CoordinatorClient.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.unanimous.it.CoordinatorClient.Refused;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.AcknowledgeHeuristicRequest;
import io.unanimous.v1.AnswerAt;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.BranchId;
import io.unanimous.v1.Command;
import io.unanimous.v1.Commit;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.ConnectRequest;
import io.unanimous.v1.DescribeTransactionRequest;
import io.unanimous.v1.Enlisted;
import io.unanimous.v1.GetTransactionRequest;
import io.unanimous.v1.Hello;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.Override;
import io.unanimous.v1.ParticipantMessage;
import io.unanimous.v1.Prepare;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.Resource;
import io.unanimous.v1.RetryRequest;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.SessionCommand;
import io.unanimous.v1.SessionRequest;
import io.unanimous.v1.SessionResponse;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What does not keep to the wire contract is refused with the status and the reason that the contract names, and changes
 * nothing: seen from outside, at the packaged daemon.
 */
final class BadInputIT {

    private static final long YEAR_MS = 365L * 24 * 60 * 60 * 1_000;
    private static final long DAY_MS = 24L * 60 * 60 * 1_000;

    private static DaemonProcess daemon;
    private static CoordinatorClient client;
    private static int incarnations;

    private long committedBefore;

    @BeforeAll
    static void startDaemon() {
        daemon = DaemonProcess.start(DaemonProcess.freshDirectory("bad-input"));
        client = daemon.client();
    }

    @AfterAll
    static void stopDaemon() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @BeforeEach
    void remember() {
        committedBefore = client.counter("committed");
    }

    /** Whatever a test did wrong: nothing was committed by it, and the next transaction is served. */
    @AfterEach
    void daemonServesOn() {
        assertThat(daemon.process().isAlive()).isTrue();
        assertThat(client.health()).isEqualTo(ServingStatus.SERVING);
        assertThat(client.counter("committed"))
                .as("transactions that were meant to commit")
                .isEqualTo(committedBefore);
        String id = client.begin();
        client.transactions()
                .rollback(RollbackRequest.newBuilder().setTransactionId(id).build());
        assertThat(client.outcome(id).getOutcome()).isEqualTo(Outcome.OUTCOME_ROLLED_BACK);
    }

    private static String incarnation() {
        return "incarnation-" + ++incarnations;
    }

    private static WireParticipant participant(String resource) {
        return WireParticipant.connected(client, resource, incarnation());
    }

    private static void assertRefused(Refused refused, Code code, String reason) {
        assertThat(refused.code()).as(refused.message()).isEqualTo(code);
        assertThat(refused.reason()).as(refused.message()).isEqualTo(reason);
        assertThat(refused.message()).isNotBlank();
    }

    private static void assertRefused(Enlisted answer, Code code, String reason) {
        assertThat(answer.getRefusal().getReason()).isEqualTo(reason);
        assertThat(answer.getRefusal().getCode()).isEqualTo(code.value());
        assertThat(answer.getRefusal().getMessage()).isNotBlank();
    }

    private static void assertAccepted(Enlisted answer) {
        assertThat(answer.hasRefusal()).as(answer.getRefusal().getMessage()).isFalse();
    }

    // ---- ids ----------------------------------------------------------------------------------------------------

    /** Every call that takes an id. */
    private static List<Consumer<String>> callsById() {
        Override order = Override.newBuilder().setReason("a test").build();
        return List.of(
                id -> client.outcome(id),
                id -> client.commit(id),
                id -> client.transactions()
                        .rollback(RollbackRequest.newBuilder()
                                .setTransactionId(id)
                                .build()),
                id -> client.admin()
                        .describeTransaction(DescribeTransactionRequest.newBuilder()
                                .setTransactionId(id)
                                .build()),
                id -> client.admin()
                        .retry(RetryRequest.newBuilder().setTransactionId(id).build()),
                id -> client.admin()
                        .resolve(ResolveRequest.newBuilder()
                                .setTransactionId(id)
                                .setRollback(true)
                                .setOverride(order)
                                .build()),
                id -> client.admin()
                        .acknowledgeHeuristic(AcknowledgeHeuristicRequest.newBuilder()
                                .setTransactionId(id)
                                .setOverride(order)
                                .build()));
    }

    private static void assertEveryCallRefuses(String id, Code code, String reason) {
        for (Consumer<String> call : callsById()) {
            assertRefused(refusalOf(() -> call.accept(id)), code, reason);
        }
        try (WireParticipant participant = participant("by-id")) {
            BranchId branch = participant.branch(id);
            assertRefused(participant.enlisted(branch), code, reason);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rubbish",
                "00000000000000000000000000-00-0000000000-000000-0000000000-0 ",
                "00000000000000000000000000-00-0000000000-000000-0000000000-U",
                "80000000000000000000000000-00-0000000000-000000-0000000000-0",
                "\u0000\u202e\ud83d\ude00"
            })
    void malformedIdsAreInvalid(String id) {
        assertEveryCallRefuses(id, Code.INVALID_ARGUMENT, "MALFORMED_ID");
    }

    @Test
    void longRubbishForAnIdIsInvalid() {
        assertEveryCallRefuses("x".repeat(10_000), Code.INVALID_ARGUMENT, "MALFORMED_ID");
    }

    @Test
    void idsOfAnotherCoordinatorAreNotFound() {
        String id = client.begin();
        char other = id.charAt(12) == '7' ? '8' : '7';
        assertEveryCallRefuses(id.substring(0, 12) + other + id.substring(13), Code.NOT_FOUND, "FOREIGN_ID");
    }

    @Test
    void idsThatWereNeverMintedAreInvalid() {
        String id = client.begin();
        assertEveryCallRefuses(
                id.substring(0, 48) + "zzzzzzzzzz" + id.substring(58), Code.INVALID_ARGUMENT, "NEVER_MINTED");
    }

    @Test
    void idsOfAnEpochThatNeverRanAreNotFound() {
        String id = client.begin();
        assertEveryCallRefuses(id.substring(0, 30) + "000000000z" + id.substring(40), Code.NOT_FOUND, "NOT_FOUND");
    }

    // ---- durations and sizes ------------------------------------------------------------------------------------

    @Test
    void timeoutsKeepToTheirLimits() {
        assertThat(beginWithin(0).getTimeoutMs()).as("the default").isEqualTo(60_000);
        assertThat(beginWithin(100).getTimeoutMs()).isEqualTo(100);
        assertThat(beginWithin(101).getTimeoutMs()).isEqualTo(101);
        assertThat(beginWithin(DAY_MS - 1).getTimeoutMs()).isEqualTo(DAY_MS - 1);
        assertThat(beginWithin(DAY_MS).getTimeoutMs()).isEqualTo(DAY_MS);
        for (long timeoutMs : new long[] {1, 99, DAY_MS + 1, YEAR_MS, Long.MAX_VALUE, -1}) {
            assertRefused(refusalOf(() -> beginWithin(timeoutMs)), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        }
    }

    private static io.unanimous.v1.BeginResponse beginWithin(long timeoutMs) {
        return client.transactions()
                .begin(BeginRequest.newBuilder().setTimeoutMs(timeoutMs).build());
    }

    @Test
    void waitsForAnAnswerKeepToTheirLimit() {
        String id = client.begin();
        for (long withinMs : new long[] {DAY_MS + 1, YEAR_MS, -1}) {
            assertRefused(
                    refusalOf(() -> client.transactions()
                            .commit(CommitRequest.newBuilder()
                                    .setTransactionId(id)
                                    .setAnswerWithinMs(withinMs)
                                    .build())),
                    Code.INVALID_ARGUMENT,
                    "LIMIT_EXCEEDED");
        }
        assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_ACTIVE);
        client.transactions()
                .rollback(RollbackRequest.newBuilder()
                        .setTransactionId(id)
                        .setAnswerWithinMs(DAY_MS)
                        .setAnswerAt(AnswerAt.ANSWER_AT_DECISION)
                        .build());
    }

    @Test
    void textsKeepToTheirLimits() {
        client.begin(BeginRequest.newBuilder().setInitiator("i".repeat(63)).build());
        String id = client.begin(
                BeginRequest.newBuilder().setInitiator("i".repeat(64)).build());
        assertRefused(
                refusalOf(() -> client.begin(
                        BeginRequest.newBuilder().setInitiator("i".repeat(65)).build())),
                Code.INVALID_ARGUMENT,
                "LIMIT_EXCEEDED");
        assertRefused(refusalOf(() -> rollBackBecause(id, "r".repeat(513))), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        assertRefused(
                refusalOf(() -> rollBackBecause(id, "\u20ac".repeat(171))), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_ACTIVE);
        rollBackBecause(id, "r".repeat(512));
        assertThat(client.outcome(id).getReason()).isEqualTo("r".repeat(512));
        rollBackBecause(client.begin(), "r".repeat(511));
    }

    private static void rollBackBecause(String id, String reason) {
        client.transactions()
                .rollback(RollbackRequest.newBuilder()
                        .setTransactionId(id)
                        .setReason(reason)
                        .setAnswerAt(AnswerAt.ANSWER_AT_DECISION)
                        .build());
    }

    // ---- enlisting ----------------------------------------------------------------------------------------------

    @Test
    void aFinishedTransactionTakesNoBranch() {
        String id = client.begin();
        rollBackBecause(id, "the test wants it finished");
        try (WireParticipant participant = participant("late")) {
            assertRefused(
                    participant.enlisted(participant.branch(id)), Code.FAILED_PRECONDITION, "TRANSACTION_NOT_ACTIVE");
        }
    }

    @Test
    void aTransactionThatPreparesTakesNoNewBranch() throws Exception {
        String id = client.begin();
        try (WireParticipant first = participant("early");
                WireParticipant second = participant("late")) {
            BranchId branch = first.branch(id);
            assertAccepted(first.enlisted(branch));
            CompletableFuture<Refused> commit = CompletableFuture.supplyAsync(() -> refusalOf(() -> client.commit(id)));
            Prepare prepare = first.expectPrepare(branch);
            assertRefused(second.enlisted(second.branch(id)), Code.FAILED_PRECONDITION, "TRANSACTION_NOT_ACTIVE");
            first.send(WireParticipant.vote(prepare, Vote.VOTE_REFUSED));
            first.send(WireParticipant.done(first.expectRollback(branch)));
            assertRefused(commit.get(20, TimeUnit.SECONDS), Code.ABORTED, "ROLLED_BACK");
        }
    }

    @Test
    void aBranchEnlistedTwiceIsOneBranchAndBelongsToItsIncarnation() {
        String id = client.begin();
        try (WireParticipant owner = participant("twice");
                WireParticipant other = participant("twice")) {
            BranchId branch = owner.branch(id);
            assertAccepted(owner.enlisted(branch));
            assertAccepted(owner.enlisted(branch));
            assertRefused(other.enlisted(branch), Code.FAILED_PRECONDITION, "ALREADY_ENLISTED");
            assertThat(client.describe(id).getBranchesCount()).isEqualTo(1);
        }
        rollBackBecause(id, "");
    }

    @Test
    void branchNamesAndResourcesAreChecked() {
        String id = client.begin();
        try (WireParticipant participant = participant("named")) {
            for (String name :
                    List.of("", "named", "named/", "named/B1", "named/12345678901234567", "na med/b", "/b")) {
                assertRefused(
                        participant.enlisted(WireParticipant.branch(id, name)), Code.INVALID_ARGUMENT, "MALFORMED_ID");
            }
            assertRefused(
                    participant.enlisted(WireParticipant.branch(id, "another/b1")),
                    Code.INVALID_ARGUMENT,
                    "NOT_YOUR_RESOURCE");
            assertAccepted(participant.enlisted(WireParticipant.branch(id, "named/1234567890123456")));
            assertThat(client.describe(id).getBranchesCount()).isEqualTo(1);
        }
        rollBackBecause(id, "");
    }

    @Test
    void payloadsKeepToTheirLimit() {
        String id = client.begin();
        try (WireParticipant participant = participant("payload")) {
            for (int bytes : new int[] {4_095, 4_096}) {
                BranchId branch = WireParticipant.branch(id, "payload/b" + bytes);
                participant.send(WireParticipant.enlist(branch, bytes, Vote.VOTE_UNSPECIFIED));
                assertAccepted(participant.expectEnlisted(branch));
            }
            BranchId branch = WireParticipant.branch(id, "payload/b4097");
            participant.send(WireParticipant.enlist(branch, 4_097, Vote.VOTE_UNSPECIFIED));
            assertRefused(participant.expectEnlisted(branch), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
            assertThat(client.describe(id).getBranchesCount()).isEqualTo(2);
        }
        rollBackBecause(id, "");
    }

    @Test
    void aTransactionTakesSixtyFourBranches() {
        String id = client.begin();
        try (WireParticipant participant = participant("many")) {
            for (int i = 1; i <= 64; i++) {
                assertAccepted(participant.enlisted(WireParticipant.branch(id, "many/b" + i)));
            }
            assertRefused(
                    participant.enlisted(WireParticipant.branch(id, "many/b65")),
                    Code.INVALID_ARGUMENT,
                    "LIMIT_EXCEEDED");
            assertThat(client.describe(id).getBranchesCount()).isEqualTo(64);
        }
        rollBackBecause(id, "");
    }

    // ---- the order of a participant's messages ------------------------------------------------------------------

    @Test
    void onlyProtocolVersionOneIsSpoken() {
        for (int version : new int[] {0, 2, -1}) {
            try (WireParticipant participant = WireParticipant.silent(client, "versions", incarnation())) {
                ParticipantMessage hello = participant.hello();
                participant.send(hello.toBuilder()
                        .setHello(hello.getHello().toBuilder().setProtocolVersion(version))
                        .build());
                assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "PROTOCOL_VERSION");
            }
        }
    }

    @Test
    void helloComesFirstAndOnce() {
        String id = client.begin();
        try (WireParticipant participant = WireParticipant.silent(client, "order", incarnation())) {
            participant.send(WireParticipant.enlist(participant.branch(id)));
            assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "OUT_OF_ORDER");
        }
        try (WireParticipant participant = participant("order")) {
            participant.send(participant.hello());
            assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "OUT_OF_ORDER");
        }
        assertThat(client.describe(id).getBranchesCount()).isZero();
        rollBackBecause(id, "");
    }

    @Test
    void aHelloThatNamesNothingUsableEndsTheStream() {
        Hello good =
                WireParticipant.silent(client, "hello", incarnation()).hello().getHello();
        Resource resource = good.getResources(0);
        assertHelloRefused(good.toBuilder().setIncarnation("seven-7"), "MALFORMED_MESSAGE");
        assertHelloRefused(good.toBuilder().setIncarnation("i".repeat(37)), "MALFORMED_MESSAGE");
        assertHelloRefused(good.toBuilder().setIncarnation("UPPER-CASE"), "MALFORMED_MESSAGE");
        assertHelloRefused(good.toBuilder().setParticipant("p".repeat(129)), "LIMIT_EXCEEDED");
        assertHelloRefused(good.toBuilder().clearResources(), "LIMIT_EXCEEDED");
        assertHelloRefused(good.toBuilder().clearResources().addAllResources(resources(65)), "LIMIT_EXCEEDED");
        assertHelloRefused(
                good.toBuilder().setResources(0, resource.toBuilder().setName("r".repeat(33))), "MALFORMED_ID");
        assertHelloRefused(good.toBuilder().setResources(0, resource.toBuilder().setName("R")), "MALFORMED_ID");
        assertHelloRefused(
                good.toBuilder().setResources(0, resource.toBuilder().setFingerprint("f".repeat(257))),
                "LIMIT_EXCEEDED");
        assertHelloRefused(good.toBuilder().addAllSeen(seen(65)), "LIMIT_EXCEEDED");
        assertHelloRefused(good.toBuilder().addSeen(LogPosition.newBuilder().setCoordinator("nobody")), "MALFORMED_ID");
        try (WireParticipant participant = WireParticipant.silent(client, "hello", incarnation())) {
            participant.send(ParticipantMessage.newBuilder()
                    .setHello(good.toBuilder()
                            .setIncarnation("i".repeat(36))
                            .setParticipant("p".repeat(128))
                            .clearResources()
                            .addAllResources(resources(64))
                            .addAllSeen(seen(64)))
                    .build());
            participant.expectWelcome();
        }
    }

    private static List<Resource> resources(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Resource.newBuilder()
                        .setName("r" + i + "x".repeat(32 - ("r" + i).length()))
                        .setFingerprint("f".repeat(256))
                        .build())
                .toList();
    }

    /** Positions of coordinators that this one does not know. */
    private static List<LogPosition> seen(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> LogPosition.newBuilder()
                        .setCoordinator("00000000-0000-4000-8000-%012d".formatted(i))
                        .setEpoch(1)
                        .setLogNumber(1)
                        .build())
                .toList();
    }

    private static void assertHelloRefused(Hello.Builder hello, String reason) {
        try (WireParticipant participant = WireParticipant.silent(client, "hello", incarnation())) {
            participant.send(ParticipantMessage.newBuilder().setHello(hello).build());
            assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, reason);
        }
    }

    @Test
    void aResourceKeepsItsFingerprint() {
        try (WireParticipant first = WireParticipant.silent(client, "finger", incarnation())) {
            first.send(withFingerprint(first.hello(), "database one"));
            first.expectWelcome();
        }
        try (WireParticipant other = WireParticipant.silent(client, "finger", incarnation())) {
            other.send(withFingerprint(other.hello(), "database two"));
            assertRefused(other.expectEnd(), Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
        }
    }

    private static ParticipantMessage withFingerprint(ParticipantMessage hello, String fingerprint) {
        Resource resource = hello.getHello().getResources(0);
        return hello.toBuilder()
                .setHello(hello.getHello().toBuilder()
                        .setResources(0, resource.toBuilder().setFingerprint(fingerprint)))
                .build();
    }

    @Test
    void theSameIncarnationSupersedesItsOlderStream() {
        String incarnation = incarnation();
        try (WireParticipant older = WireParticipant.connected(client, "again", incarnation);
                WireParticipant newer = WireParticipant.connected(client, "again", incarnation)) {
            assertRefused(older.expectEnd(), Code.ABORTED, "SUPERSEDED");
            assertThat(newer.isEnded()).isFalse();
        }
    }

    // ---- votes and acknowledgements -----------------------------------------------------------------------------

    @Test
    void aVoteForAnothersBranchEndsTheStreamAndIsNotCounted() throws Exception {
        String id = client.begin();
        try (WireParticipant owner = participant("votes");
                WireParticipant other = participant("votes")) {
            BranchId branch = owner.branch(id);
            assertAccepted(owner.enlisted(branch));
            CompletableFuture<Refused> commit = CompletableFuture.supplyAsync(() -> refusalOf(() -> client.commit(id)));
            Prepare prepare = owner.expectPrepare(branch);
            other.send(WireParticipant.vote(prepare, Vote.VOTE_PREPARED));
            assertRefused(other.expectEnd(), Code.INVALID_ARGUMENT, "NOT_YOUR_BRANCH");
            assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_PREPARING);
            owner.send(WireParticipant.vote(prepare, Vote.VOTE_REFUSED));
            owner.send(WireParticipant.done(owner.expectRollback(branch)));
            assertRefused(commit.get(20, TimeUnit.SECONDS), Code.ABORTED, "ROLLED_BACK");
        }
    }

    @Test
    void aVoteForAResourceOfOthersEndsTheStream() {
        String id = client.begin();
        try (WireParticipant owner = participant("owned");
                WireParticipant stranger = participant("strange")) {
            BranchId branch = owner.branch(id);
            assertAccepted(owner.enlisted(branch));
            stranger.send(vote(branch, client.status().getPosition().getEpoch()));
            assertRefused(stranger.expectEnd(), Code.INVALID_ARGUMENT, "NOT_YOUR_RESOURCE");
        }
        rollBackBecause(id, "");
    }

    @Test
    void aVoteThatNobodyAskedForEndsTheStream() {
        String id = client.begin();
        try (WireParticipant participant = participant("unasked")) {
            BranchId branch = participant.branch(id);
            assertAccepted(participant.enlisted(branch));
            participant.send(vote(branch, client.status().getPosition().getEpoch()));
            assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "OUT_OF_ORDER");
        }
        assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_ACTIVE);
        rollBackBecause(id, "");
    }

    private static ParticipantMessage vote(BranchId branch, long epoch) {
        return ParticipantMessage.newBuilder()
                .setVote(VoteCast.newBuilder()
                        .setBranch(branch)
                        .setEpoch(epoch)
                        .setAttempt(1)
                        .setVote(Vote.VOTE_PREPARED))
                .build();
    }

    @Test
    void aVoteOfALowerEpochIsStale() throws Exception {
        String id = client.begin();
        try (WireParticipant participant = participant("stale")) {
            BranchId branch = participant.branch(id);
            assertAccepted(participant.enlisted(branch));
            CompletableFuture<Refused> commit = CompletableFuture.supplyAsync(() -> refusalOf(() -> client.commit(id)));
            Prepare prepare = participant.expectPrepare(branch);
            long stale = client.counter("stale_messages");
            participant.send(vote(branch, prepare.getEpoch() - 1));
            // What comes after it on the same stream was taken in after it.
            participant.enlisted(participant.branch("rubbish"));
            assertThat(client.counter("stale_messages")).isEqualTo(stale + 1);
            assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_PREPARING);
            participant.send(WireParticipant.vote(prepare, Vote.VOTE_REFUSED));
            participant.send(WireParticipant.done(participant.expectRollback(branch)));
            assertRefused(commit.get(20, TimeUnit.SECONDS), Code.ABORTED, "ROLLED_BACK");
        }
    }

    @Test
    void anAcknowledgementOfALowerEpochOrOfNothingIsStale() {
        String id = client.begin();
        try (WireParticipant participant = participant("acks")) {
            BranchId branch = participant.branch(id);
            assertAccepted(participant.enlisted(branch));
            long epoch = client.status().getPosition().getEpoch();
            participant.send(
                    WireParticipant.ack(branch, epoch - 1, 1, Command.COMMAND_COMMIT, AckResult.ACK_RESULT_DONE));
            participant.send(WireParticipant.ack(branch, epoch, 1, Command.COMMAND_COMMIT, AckResult.ACK_RESULT_DONE));
            participant.enlisted(participant.branch("rubbish"));
            assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_ACTIVE);
        }
        rollBackBecause(id, "");
    }

    @Test
    void messagesWithoutMeaningEndTheStream() {
        String id = client.begin();
        BranchId branch = WireParticipant.branch(id, "void/b1");
        long epoch = client.status().getPosition().getEpoch();
        List<ParticipantMessage> meaningless = List.of(
                ParticipantMessage.getDefaultInstance(),
                ParticipantMessage.newBuilder()
                        .setVote(VoteCast.newBuilder()
                                .setBranch(branch)
                                .setEpoch(epoch)
                                .setAttempt(1))
                        .build(),
                WireParticipant.ack(branch, epoch, 1, Command.COMMAND_UNSPECIFIED, AckResult.ACK_RESULT_DONE),
                WireParticipant.ack(branch, epoch, 1, Command.COMMAND_COMMIT, AckResult.ACK_RESULT_UNSPECIFIED));
        for (ParticipantMessage message : meaningless) {
            try (WireParticipant participant = participant("void")) {
                participant.send(message);
                assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "MALFORMED_MESSAGE");
            }
        }
        rollBackBecause(id, "");
    }

    // ---- frames -------------------------------------------------------------------------------------------------

    @Test
    void framesOfParticipantsKeepToTheirLimits() {
        ParticipantMessage heartbeat = ParticipantMessage.newBuilder()
                .setHeartbeat(io.unanimous.v1.Heartbeat.getDefaultInstance())
                .build();
        try (WireParticipant participant = participant("frames")) {
            participant.sendFrame(frame(heartbeat, 1_023));
            participant.sendFrame(frame(heartbeat, 1_024));
            participant.enlisted(participant.branch("rubbish"));
            participant.sendFrame(frame(heartbeat, 1_025));
            assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        }
        try (WireParticipant participant = participant("frames")) {
            participant.sendFrame(ConnectRequest.getDefaultInstance());
            assertRefused(participant.expectEnd(), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        }
    }

    private static ConnectRequest frame(ParticipantMessage message, int count) {
        return ConnectRequest.newBuilder()
                .addAllMessages(java.util.Collections.nCopies(count, message))
                .build();
    }

    @Test
    void sessionsKeepToTheLimitsOfFrames() throws Exception {
        SessionCommand command = SessionCommand.newBuilder()
                .setGetTransaction(GetTransactionRequest.newBuilder().setTransactionId("rubbish"))
                .build();
        assertThat(session(commands(command, 1_024), 1_024)).isNull();
        assertRefused(session(commands(command, 1_025), 1), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        assertRefused(session(SessionRequest.getDefaultInstance(), 1), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        assertRefused(
                session(
                        SessionRequest.newBuilder()
                                .addCommands(begin("i".repeat(256 << 10)))
                                .build(),
                        1),
                Code.INVALID_ARGUMENT,
                "LIMIT_EXCEEDED");
    }

    @Test
    void aFrameMayHaveExactlyItsMostBytes() throws Exception {
        int overhead = frameOf(1_000).getSerializedSize() - 1_000;
        int fits = (256 << 10) - overhead;
        // Lengths are written in more bytes for longer texts: find the text that makes the frame exactly as long.
        while (frameOf(fits).getSerializedSize() > 256 << 10) {
            fits--;
        }
        assertThat(frameOf(fits).getSerializedSize()).isEqualTo(256 << 10);
        assertThat(session(frameOf(fits), 1))
                .as("the command is refused, the frame is not")
                .isNull();
        assertRefused(session(frameOf(fits + 1), 1), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
    }

    private static SessionRequest frameOf(int initiatorBytes) {
        return SessionRequest.newBuilder()
                .addCommands(begin("i".repeat(initiatorBytes)))
                .build();
    }

    private static SessionCommand begin(String initiator) {
        return SessionCommand.newBuilder()
                .setRequestId(1)
                .setBegin(BeginRequest.newBuilder().setInitiator(initiator))
                .build();
    }

    @Test
    void aRequestIdUsedTwiceEndsTheSession() throws Exception {
        String id = client.begin();
        try (WireParticipant participant = participant("busy")) {
            assertAccepted(participant.enlisted(participant.branch(id)));
            SessionCommand commit = SessionCommand.newBuilder()
                    .setRequestId(7)
                    .setCommit(CommitRequest.newBuilder().setTransactionId(id))
                    .build();
            SessionCommand ask = SessionCommand.newBuilder()
                    .setRequestId(7)
                    .setGetTransaction(GetTransactionRequest.newBuilder().setTransactionId(id))
                    .build();
            Refused refused = session(
                    SessionRequest.newBuilder()
                            .addCommands(commit)
                            .addCommands(ask)
                            .build(),
                    2);
            assertRefused(refused, Code.INVALID_ARGUMENT, "OUT_OF_ORDER");
            participant.send(
                    WireParticipant.vote(participant.expectPrepare(participant.branch(id)), Vote.VOTE_REFUSED));
            participant.send(WireParticipant.done(participant.expectRollback(participant.branch(id))));
        }
    }

    private static SessionRequest commands(SessionCommand command, int count) {
        SessionRequest.Builder frame = SessionRequest.newBuilder();
        for (int i = 1; i <= count; i++) {
            frame.addCommands(command.toBuilder().setRequestId(i));
        }
        return frame.build();
    }

    /** Sends one frame in a session of its own, and returns how it was refused; null when all replies came. */
    private static Refused session(SessionRequest frame, int replies) throws Exception {
        CompletableFuture<Refused> end = new CompletableFuture<>();
        StreamObserver<SessionRequest> requests = client.asyncTransactions().session(new StreamObserver<>() {
            private int received;

            @java.lang.Override
            public void onNext(SessionResponse response) {
                received += response.getRepliesCount();
                if (received >= replies) {
                    end.complete(null);
                }
            }

            @java.lang.Override
            public void onError(Throwable t) {
                end.complete(Refused.of(t));
            }

            @java.lang.Override
            public void onCompleted() {
                end.completeExceptionally(new AssertionError("the session completed after " + received));
            }
        });
        requests.onNext(frame);
        Refused refused = end.get(20, TimeUnit.SECONDS);
        if (refused == null) {
            requests.onCompleted();
        }
        return refused;
    }

    // ---- operators ----------------------------------------------------------------------------------------------

    @Test
    void overridesNeedAReasonAndLeaveLiveTransactionsAlone() {
        String id = client.begin();
        ResolveRequest rollback = ResolveRequest.newBuilder()
                .setTransactionId(id)
                .setRollback(true)
                .build();
        Override order = Override.newBuilder().setReason("a test").build();
        assertRefused(refusalOf(() -> client.admin().resolve(rollback)), Code.INVALID_ARGUMENT, "REASON_MISSING");
        assertRefused(
                refusalOf(() -> client.admin()
                        .resolve(rollback.toBuilder().setOverride(order).build())),
                Code.FAILED_PRECONDITION,
                "LIVE_TRANSACTION");
        assertRefused(
                refusalOf(() -> client.admin()
                        .resolve(rollback.toBuilder()
                                .setOverride(order.toBuilder().setReason("r".repeat(513)))
                                .build())),
                Code.INVALID_ARGUMENT,
                "LIMIT_EXCEEDED");
        assertRefused(
                refusalOf(() -> client.admin()
                        .resolve(rollback.toBuilder()
                                .setOverride(order.toBuilder().setOperator("o".repeat(65)))
                                .build())),
                Code.INVALID_ARGUMENT,
                "LIMIT_EXCEEDED");
        assertRefused(
                refusalOf(() -> client.admin()
                        .resolve(rollback.toBuilder()
                                .setOverride(
                                        order.toBuilder().setExpectState(TransactionState.TRANSACTION_STATE_COMMITTED))
                                .build())),
                Code.FAILED_PRECONDITION,
                "STATE_MISMATCH");
        assertRefused(
                refusalOf(() -> client.admin()
                        .acknowledgeHeuristic(AcknowledgeHeuristicRequest.newBuilder()
                                .setTransactionId(id)
                                .setOverride(order)
                                .build())),
                Code.FAILED_PRECONDITION,
                "LIVE_TRANSACTION");
        assertRefused(
                refusalOf(() -> client.admin()
                        .releaseHold(ReleaseHoldRequest.newBuilder()
                                .setEvidenceId("none")
                                .setOverride(order)
                                .build())),
                Code.FAILED_PRECONDITION,
                "NOT_IN_HOLD");
        assertThat(client.outcome(id).getState()).isEqualTo(TransactionState.TRANSACTION_STATE_ACTIVE);
        rollBackBecause(id, "");
        assertRefused(
                refusalOf(() -> client.admin()
                        .resolve(rollback.toBuilder().setOverride(order).build())),
                Code.FAILED_PRECONDITION,
                "NOTHING_TO_RESOLVE");
    }

    @Test
    void listsAreAskedForWithinTheirLimits() {
        for (ListTransactionsRequest request : List.of(
                ListTransactionsRequest.newBuilder().setPageSize(1_001).build(),
                ListTransactionsRequest.newBuilder().setPageSize(-1).build())) {
            assertRefused(
                    refusalOf(() -> client.admin().listTransactions(request)), Code.INVALID_ARGUMENT, "LIMIT_EXCEEDED");
        }
        assertRefused(
                refusalOf(() -> client.admin()
                        .listTransactions(ListTransactionsRequest.newBuilder()
                                .setIdTail("no tail!")
                                .build())),
                Code.INVALID_ARGUMENT,
                "MALFORMED_ID");
        assertRefused(
                refusalOf(() -> client.admin()
                        .listTransactions(ListTransactionsRequest.newBuilder()
                                .setPageToken("page 2")
                                .build())),
                Code.INVALID_ARGUMENT,
                "MALFORMED_MESSAGE");
        client.admin()
                .listTransactions(
                        ListTransactionsRequest.newBuilder().setPageSize(1_000).build());
    }

    // ---- what is no protocol at all -----------------------------------------------------------------------------

    @Test
    void rubbishOnThePortHarmsNobody() throws Exception {
        Random random = new Random(7_400);
        byte[] http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 40; round++) {
            byte[] rubbish = new byte[random.nextInt(4_096) + 1];
            random.nextBytes(rubbish);
            try (Socket socket = new Socket("127.0.0.1", Programs.port(daemon.address()))) {
                socket.setSoTimeout(10_000);
                if (round % 3 == 1) {
                    socket.getOutputStream().write(http2);
                } else if (round % 3 == 2) {
                    socket.getOutputStream()
                            .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                socket.getOutputStream().write(rubbish);
                socket.shutdownOutput();
                readToEnd(socket.getInputStream());
            } catch (IOException closedOnUs) {
                continue;
            }
        }
    }

    private static void readToEnd(InputStream in) throws IOException {
        byte[] buffer = new byte[1_024];
        while (in.read(buffer) >= 0) {
            continue;
        }
    }

    @Test
    void bytesThatAreNoMessageEndTheCallOnly() {
        ManagedChannel channel = Grpc.newChannelBuilder(daemon.address(), InsecureChannelCredentials.create())
                .build();
        try {
            byte[] truncated = {0x0a, 0x7f, 0x01};
            for (String method : List.of(
                    "unanimous.v1.TransactionService/Begin",
                    "unanimous.v1.TransactionService/Commit",
                    "unanimous.v1.AdminService/Resolve")) {
                Refused refused = refusalOf(() -> ClientCalls.blockingUnaryCall(
                        channel, raw(method), CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), truncated));
                assertThat(refused.code()).isIn(Code.INTERNAL, Code.INVALID_ARGUMENT, Code.CANCELLED, Code.UNKNOWN);
            }
            assertThat(refusalOf(() -> ClientCalls.blockingUnaryCall(
                                    channel,
                                    raw("unanimous.v1.TransactionService/NoSuchMethod"),
                                    CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                                    truncated))
                            .code())
                    .isEqualTo(Code.UNIMPLEMENTED);
        } finally {
            channel.shutdownNow();
        }
    }

    private static MethodDescriptor<byte[], byte[]> raw(String fullName) {
        MethodDescriptor.Marshaller<byte[]> bytes = new MethodDescriptor.Marshaller<>() {
            @java.lang.Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @java.lang.Override
            public byte[] parse(InputStream stream) {
                try {
                    return stream.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        return MethodDescriptor.<byte[], byte[]>newBuilder(bytes, bytes)
                .setFullMethodName(fullName)
                .setType(MethodDescriptor.MethodType.UNARY)
                .build();
    }

    // ---- and what is right is done right ------------------------------------------------------------------------

    @Test
    void rightAmongWrongIsServed() throws Exception {
        String id = client.begin();
        try (WireParticipant participant = participant("right")) {
            BranchId good = participant.branch(id);
            BranchId bad = participant.branch("rubbish");
            participant.send(WireParticipant.enlist(bad), WireParticipant.enlist(good));
            assertRefused(participant.expectEnlisted(bad), Code.INVALID_ARGUMENT, "MALFORMED_ID");
            assertAccepted(participant.expectEnlisted(good));
            CompletableFuture<Outcome> commit =
                    CompletableFuture.supplyAsync(() -> client.commit(id).getOutcome());
            participant.send(WireParticipant.vote(participant.expectPrepare(good), Vote.VOTE_PREPARED));
            Commit ordered = participant.expectCommit(good);
            participant.send(WireParticipant.done(ordered), WireParticipant.done(ordered));
            assertThat(commit.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.OUTCOME_COMMITTED);
            assertThat(client.commit(id).getOutcome()).as("repeated").isEqualTo(Outcome.OUTCOME_COMMITTED);
            assertRefused(
                    refusalOf(() -> rollBackBecause(id, "too late")), Code.FAILED_PRECONDITION, "ALREADY_COMMITTED");
            assertThat(client.outcome(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        }
        committedBefore++;
    }
}

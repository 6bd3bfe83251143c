package io.unanimous.coordinator.transport;

import static io.unanimous.coordinator.transport.Rig.branchId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.unanimous.coordinator.core.AnswerAt;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.InquiryKind;
import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.RefusalReason;
import io.unanimous.coordinator.core.ReplyTo;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.v1.Ack;
import io.unanimous.v1.AckResult;
import io.unanimous.v1.BeginRequest;
import io.unanimous.v1.Command;
import io.unanimous.v1.CommitRequest;
import io.unanimous.v1.Enlist;
import io.unanimous.v1.Hello;
import io.unanimous.v1.Inquire;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.Override;
import io.unanimous.v1.ReleaseHoldRequest;
import io.unanimous.v1.ResolveBranch;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.Resource;
import io.unanimous.v1.RollbackRequest;
import io.unanimous.v1.TransactionOptions;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.Vote;
import io.unanimous.v1.VoteCast;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit of the wire at its bounds and outside, and every field without meaning. */
final class RequestReaderTest {

    private static final ReplyTo CALLER = new ReplyTo() {};
    private static final String ID =
            TransactionId.of(new UUID(1, 2), 0, 3, 4, 5, 0).toString();
    private static final long YEAR_MS = 365L * 24 * 3_600_000;

    private final RequestReader reader = new RequestReader(Limits.defaults(), EdgeLimits.defaults());

    private static void refused(RefusalReason reason, ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal().reason())
                                .as(refused.getMessage())
                                .isEqualTo(reason));
    }

    private static String bytes(int count) {
        return "x".repeat(count);
    }

    @Nested
    final class OfInitiators {

        private Input.BeginRequested begin(long timeoutMs) throws RefusedException {
            return (Input.BeginRequested) reader.begin(
                    BeginRequest.newBuilder().setTimeoutMs(timeoutMs).build(), CALLER);
        }

        @Test
        void aTimeoutKeepsToItsRange() throws RefusedException {
            assertThat(begin(0).timeoutMs()).isEqualTo(60_000);
            assertThat(begin(100).timeoutMs()).isEqualTo(100);
            assertThat(begin(86_400_000).timeoutMs()).isEqualTo(86_400_000);
            refused(RefusalReason.LIMIT_EXCEEDED, () -> begin(99));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> begin(86_400_001));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> begin(YEAR_MS));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> begin(-1));
        }

        @Test
        void anInitiatorHasAtMost64Bytes() throws RefusedException {
            reader.begin(BeginRequest.newBuilder().setInitiator(bytes(63)).build(), CALLER);
            reader.begin(BeginRequest.newBuilder().setInitiator(bytes(64)).build(), CALLER);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.begin(
                            BeginRequest.newBuilder().setInitiator(bytes(65)).build(), CALLER));
            // Bytes are counted, not characters: each of these takes two.
            reader.begin(
                    BeginRequest.newBuilder().setInitiator("\u00e4".repeat(32)).build(), CALLER);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.begin(
                            BeginRequest.newBuilder()
                                    .setInitiator("\u00e4".repeat(33))
                                    .build(),
                            CALLER));
        }

        @Test
        void shortcutsStandInTheFlags() throws RefusedException {
            Input.BeginRequested begin = (Input.BeginRequested) reader.begin(
                    BeginRequest.newBuilder()
                            .setOptions(TransactionOptions.newBuilder()
                                    .setAllowOnePhase(true)
                                    .setAllowUnloggedReadOnly(true))
                            .build(),
                    CALLER);
            assertThat(begin.flags())
                    .isEqualTo(TransactionId.ALLOWS_ONE_PHASE | TransactionId.ALLOWS_UNLOGGED_READ_ONLY);
        }

        private Input.CommitRequested commit(long withinMs, long callerWaitsMs) throws RefusedException {
            return (Input.CommitRequested) reader.commit(
                    CommitRequest.newBuilder()
                            .setTransactionId(ID)
                            .setAnswerWithinMs(withinMs)
                            .build(),
                    CALLER,
                    callerWaitsMs);
        }

        @Test
        void anAnswerComesWithinItsTimeAndBeforeTheCallersDeadline() throws RefusedException {
            assertThat(commit(0, Long.MAX_VALUE).answerWithinMs()).isEqualTo(30_000);
            assertThat(commit(1, Long.MAX_VALUE).answerWithinMs()).isEqualTo(1);
            assertThat(commit(86_400_000, Long.MAX_VALUE).answerWithinMs()).isEqualTo(86_400_000);
            assertThat(commit(0, 700).answerWithinMs()).isEqualTo(700);
            assertThat(commit(0, -5).answerWithinMs()).isEqualTo(1);
            assertThat(commit(0, 700).answerAt()).isEqualTo(AnswerAt.ALL_ACKNOWLEDGED);
            refused(RefusalReason.LIMIT_EXCEEDED, () -> commit(86_400_001, Long.MAX_VALUE));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> commit(-1, Long.MAX_VALUE));
        }

        @Test
        void anAnswerTimeWithoutMeaningIsRefused() {
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.commit(
                            CommitRequest.newBuilder()
                                    .setTransactionId(ID)
                                    .setAnswerAtValue(99)
                                    .build(),
                            CALLER,
                            Long.MAX_VALUE));
        }

        @Test
        void aReasonHasAtMost512Bytes() throws RefusedException {
            RollbackRequest.Builder request = RollbackRequest.newBuilder().setTransactionId(ID);
            reader.rollback(request.setReason(bytes(511)).build(), CALLER, 1);
            reader.rollback(request.setReason(bytes(512)).build(), CALLER, 1);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.rollback(request.setReason(bytes(513)).build(), CALLER, 1));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "x",
                    "not an id at all",
                    "\u0000\u0001\u0002",
                    "000000000000000000000000000000000000000000000000000000000000"
                })
        void whatIsNoIdIsRefused(String text) {
            refused(RefusalReason.MALFORMED_ID, () -> reader.transaction(text));
        }

        @Test
        void anIdOfOneCharacterMoreOrLessOrOfAnotherAlphabetIsRefused() throws RefusedException {
            assertThat(reader.transaction(ID)).hasToString(ID);
            refused(RefusalReason.MALFORMED_ID, () -> reader.transaction(ID + "0"));
            refused(RefusalReason.MALFORMED_ID, () -> reader.transaction(ID.substring(1)));
            refused(RefusalReason.MALFORMED_ID, () -> reader.transaction(ID.replace("0", "U")));
        }
    }

    @Nested
    final class OfParticipants {

        private void hello(Hello.Builder hello) throws RefusedException {
            reader.hello(hello.build(), 1);
        }

        private Hello.Builder resources(int count) {
            Hello.Builder hello = Rig.hello("r").clearResources();
            for (int i = 0; i < count; i++) {
                hello.addResources(Resource.newBuilder().setName("r" + i));
            }
            return hello;
        }

        @Test
        void onlyVersionOneIsSpoken() throws RefusedException {
            hello(Rig.hello("ledger"));
            refused(
                    RefusalReason.PROTOCOL_VERSION,
                    () -> hello(Rig.hello("ledger").setProtocolVersion(0)));
            refused(
                    RefusalReason.PROTOCOL_VERSION,
                    () -> hello(Rig.hello("ledger").setProtocolVersion(2)));
            refused(
                    RefusalReason.PROTOCOL_VERSION,
                    () -> hello(Rig.hello("ledger").setProtocolVersion(-1)));
        }

        @Test
        void aParticipantHasOneTo64Resources() throws RefusedException {
            hello(resources(1));
            hello(resources(64));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> hello(resources(0)));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> hello(resources(65)));
        }

        @Test
        void aResourceIsNamedOnceAndWithinItsAlphabet() throws RefusedException {
            hello(Rig.hello("a-z.0_9").setIncarnation("incarnation"));
            hello(Rig.hello(bytes(32)).setIncarnation("incarnation"));
            refused(RefusalReason.MALFORMED_ID, () -> hello(Rig.hello(bytes(33)).setIncarnation("incarnation")));
            refused(RefusalReason.MALFORMED_ID, () -> hello(Rig.hello("").setIncarnation("incarnation")));
            refused(RefusalReason.MALFORMED_ID, () -> hello(Rig.hello("A").setIncarnation("incarnation")));
            refused(RefusalReason.MALFORMED_ID, () -> hello(Rig.hello("a/b").setIncarnation("incarnation")));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> hello(
                            Rig.hello("r").addResources(Resource.newBuilder().setName("r"))));
        }

        @Test
        void anIncarnationHas8To36BytesOfItsAlphabet() throws RefusedException {
            hello(Rig.hello("r").setIncarnation(bytes(8)));
            hello(Rig.hello("r").setIncarnation(bytes(36)));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> hello(Rig.hello("r").setIncarnation(bytes(7))));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> hello(Rig.hello("r").setIncarnation(bytes(37))));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> hello(Rig.hello("r").setIncarnation("ABCDEFGHI")));
        }

        @Test
        void namesAndFingerprintsHaveTheirBounds() throws RefusedException {
            hello(Rig.hello("r").setParticipant(bytes(128)));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> hello(Rig.hello("r").setParticipant(bytes(129))));
            hello(Rig.hello("r")
                    .setResources(0, Resource.newBuilder().setName("r").setFingerprint(bytes(256))));
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> hello(Rig.hello("r")
                            .setResources(0, Resource.newBuilder().setName("r").setFingerprint(bytes(257)))));
        }

        private LogPosition.Builder seen() {
            return LogPosition.newBuilder()
                    .setCoordinator(new UUID(1, 2).toString())
                    .setEpoch(1);
        }

        @Test
        void positionsSeenHaveTheirBounds() throws RefusedException {
            Hello.Builder hello = Rig.hello("r");
            for (int i = 0; i < 64; i++) {
                hello.addSeen(seen().setPartition(i));
            }
            hello(hello);
            refused(RefusalReason.LIMIT_EXCEEDED, () -> hello(hello.clone().addSeen(seen())));
            refused(RefusalReason.MALFORMED_ID, () -> hello(Rig.hello("r").addSeen(seen().setCoordinator("nobody"))));
            refused(
                    RefusalReason.MALFORMED_ID,
                    () -> hello(Rig.hello("r").addSeen(seen().setCoordinator("1-2-3-4-5"))));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> hello(Rig.hello("r").addSeen(seen().setPartition(1_024))));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> hello(Rig.hello("r").addSeen(seen().setEpochNonce(1 << 30))));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> hello(Rig.hello("r").addSeen(seen().setLogNumber(-1))));
        }

        private Input.BranchEnlisted enlist(String branch, int payload, Vote vote) throws RefusedException {
            return reader.enlist(
                    Enlist.newBuilder()
                            .setBranch(branchId(ID, branch))
                            .setPayload(ByteString.copyFrom(new byte[payload]))
                            .setEarlyVote(vote)
                            .build(),
                    1);
        }

        @Test
        void aPayloadHasAtMost4096Bytes() throws RefusedException {
            assertThat(enlist("r/a", 4_095, Vote.VOTE_UNSPECIFIED).payload().size())
                    .isEqualTo(4_095);
            assertThat(enlist("r/a", 4_096, Vote.VOTE_PREPARED).payload().size())
                    .isEqualTo(4_096);
            refused(RefusalReason.LIMIT_EXCEEDED, () -> enlist("r/a", 4_097, Vote.VOTE_UNSPECIFIED));
        }

        @Test
        void anEarlyVoteIsOptionalAndHasAMeaning() throws RefusedException {
            assertThat(enlist("r/a", 0, Vote.VOTE_UNSPECIFIED).earlyVote()).isNull();
            assertThat(enlist("r/a", 0, Vote.VOTE_READ_ONLY).earlyVote())
                    .isEqualTo(io.unanimous.coordinator.core.Vote.READ_ONLY);
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.enlist(
                            Enlist.newBuilder()
                                    .setBranch(branchId(ID, "r/a"))
                                    .setEarlyVoteValue(77)
                                    .build(),
                            1));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "r", "r/", "/a", "r/a/b", "r/A", "R/a", "r/abcdefghijklmnopq", "r/a\n"})
        void whatIsNoBranchIsRefused(String branch) {
            refused(RefusalReason.MALFORMED_ID, () -> enlist(branch, 0, Vote.VOTE_UNSPECIFIED));
        }

        private VoteCast.Builder voteCast() {
            return VoteCast.newBuilder()
                    .setBranch(branchId(ID, "r/a"))
                    .setEpoch(1)
                    .setAttempt(1)
                    .setVote(Vote.VOTE_PREPARED);
        }

        @Test
        void aVoteIsWhole() throws RefusedException {
            reader.vote(voteCast().setReason(bytes(512)).build(), 1);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.vote(voteCast().setReason(bytes(513)).build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.vote(voteCast().setVote(Vote.VOTE_UNSPECIFIED).build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.vote(voteCast().setVoteValue(9).build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.vote(voteCast().setEpoch(0).build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.vote(voteCast().setAttempt(-1).build(), 1));
            refused(
                    RefusalReason.MALFORMED_ID,
                    () -> reader.vote(voteCast().clearBranch().build(), 1));
        }

        private Ack.Builder ack() {
            return Ack.newBuilder()
                    .setBranch(branchId(ID, "r/a"))
                    .setEpoch(1)
                    .setAttempt(1)
                    .setCommand(Command.COMMAND_COMMIT)
                    .setResult(AckResult.ACK_RESULT_DONE);
        }

        @Test
        void anAcknowledgementIsWhole() throws RefusedException {
            reader.ack(ack().setDetail(bytes(512)).build(), 1);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.ack(ack().setDetail(bytes(513)).build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.ack(ack().clearCommand().build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.ack(ack().setResultValue(42).build(), 1));
        }

        private Inquire.Builder inquire(int branches) {
            Inquire.Builder inquire = Inquire.newBuilder()
                    .setResource("r")
                    .setKind(io.unanimous.v1.InquiryKind.INQUIRY_KIND_SCAN)
                    .setReportId(1);
            for (int i = 0; i < branches; i++) {
                inquire.addBranches(branchId(ID, "r/a" + i));
            }
            return inquire;
        }

        @Test
        void anInquiryHasAtMost1024BranchesOfItsResource() throws RefusedException {
            assertThat(((Input.BranchesInquired) reader.inquire(inquire(0).build(), 1)).kind())
                    .isEqualTo(InquiryKind.SCAN);
            reader.inquire(inquire(1_024).build(), 1);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.inquire(inquire(1_025).build(), 1));
            refused(
                    RefusalReason.NOT_YOUR_RESOURCE,
                    () -> reader.inquire(
                            inquire(0).addBranches(branchId(ID, "other/a")).build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.inquire(inquire(0).clearKind().build(), 1));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> reader.inquire(inquire(0).clearReportId().build(), 1));
        }

        @Test
        void aFrameHasOneTo1024CommandsAndAtMost256KiB() throws RefusedException {
            reader.requireFrame(1, 1);
            reader.requireFrame(1_024, 256 << 10);
            refused(RefusalReason.LIMIT_EXCEEDED, () -> reader.requireFrame(0, 0));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> reader.requireFrame(1_025, 1));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> reader.requireFrame(1, (256 << 10) + 1));
        }
    }

    @Nested
    final class OfOperators {

        private void list(ListTransactionsRequest.Builder list) throws RefusedException {
            reader.list(list.build(), CALLER);
        }

        private ListTransactionsRequest.Builder listing() {
            return ListTransactionsRequest.newBuilder();
        }

        @Test
        void aPageHasOneTo1000Transactions() throws RefusedException {
            assertThat(((Input.ListAsked) reader.list(listing().build(), CALLER)).pageSize())
                    .isEqualTo(100);
            list(listing().setPageSize(1));
            list(listing().setPageSize(1_000));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> list(listing().setPageSize(1_001)));
            refused(RefusalReason.LIMIT_EXCEEDED, () -> list(listing().setPageSize(-1)));
        }

        @Test
        void aFilterHasAMeaning() throws RefusedException {
            list(listing().setPageToken(ID).setIdTail(ID).setResource("r"));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> list(listing().setPageToken("x")));
            refused(RefusalReason.MALFORMED_ID, () -> list(listing().setIdTail("%")));
            refused(RefusalReason.MALFORMED_ID, () -> list(listing().setIdTail(ID + "0")));
            refused(RefusalReason.MALFORMED_ID, () -> list(listing().setResource("R")));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> list(listing().setMinAgeMs(-1)));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> list(listing().addStatesValue(99)));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> list(listing().addStates(TransactionState.TRANSACTION_STATE_UNSPECIFIED)));
        }

        private ResolveRequest.Builder resolve() {
            return ResolveRequest.newBuilder()
                    .setTransactionId(ID)
                    .setRollback(true)
                    .setOverride(Override.newBuilder().setReason("why"));
        }

        private void resolve(ResolveRequest.Builder request) throws RefusedException {
            reader.resolve(request.build(), CALLER);
        }

        @Test
        void anOverrideNeedsAReasonWithinItsBounds() throws RefusedException {
            resolve(resolve());
            resolve(resolve().setOverride(Override.newBuilder().setReason(bytes(512))));
            refused(RefusalReason.REASON_MISSING, () -> resolve(resolve().clearOverride()));
            refused(
                    RefusalReason.REASON_MISSING,
                    () -> resolve(resolve().setOverride(Override.newBuilder().setReason(" "))));
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> resolve(resolve().setOverride(Override.newBuilder().setReason(bytes(513)))));
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> resolve(resolve()
                            .setOverride(Override.newBuilder().setReason("why").setOperator(bytes(65)))));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> resolve(resolve()
                            .setOverride(Override.newBuilder().setReason("why").setExpectStateValue(99))));
        }

        @Test
        void aResolutionSaysWhat() throws RefusedException {
            resolve(resolve()
                    .setBranch(ResolveBranch.newBuilder()
                            .setBranch("r/a")
                            .setResolution(io.unanimous.v1.Resolution.RESOLUTION_GONE)));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> resolve(resolve().clearWhat()));
            refused(RefusalReason.MALFORMED_MESSAGE, () -> resolve(resolve().setRollback(false)));
            refused(
                    RefusalReason.MALFORMED_MESSAGE,
                    () -> resolve(resolve().setBranch(ResolveBranch.newBuilder().setBranch("r/a"))));
            refused(
                    RefusalReason.MALFORMED_ID,
                    () -> resolve(resolve()
                            .setBranch(ResolveBranch.newBuilder()
                                    .setResolution(io.unanimous.v1.Resolution.RESOLUTION_GONE))));
        }

        @Test
        void evidenceHasItsBound() throws RefusedException {
            ReleaseHoldRequest.Builder request = ReleaseHoldRequest.newBuilder()
                    .setOverride(Override.newBuilder().setReason("why"));
            reader.releaseHold(request.setEvidenceId(bytes(128)).build(), CALLER);
            refused(
                    RefusalReason.LIMIT_EXCEEDED,
                    () -> reader.releaseHold(request.setEvidenceId(bytes(129)).build(), CALLER));
        }
    }
}

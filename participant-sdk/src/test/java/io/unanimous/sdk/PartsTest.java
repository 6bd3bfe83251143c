package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.unanimous.v1.ParticipantMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The small parts, each by itself, at their limits. */
final class PartsTest {

    @Nested
    final class FramesOf {

        private final FrameQueue<ParticipantMessage> queue = new FrameQueue<>();

        @Test
        void atMost1024MessagesGoIntoAFrame() {
            for (int i = 0; i < 1_025; i++) {
                queue.add(message(0));
            }
            assertThat(queue.nextFrame()).hasSize(1_024);
            assertThat(queue.nextFrame()).hasSize(1);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.nextFrame()).isEmpty();
        }

        @Test
        void atMost256KiBGoIntoAFrame() {
            for (int i = 0; i < 100; i++) {
                queue.add(message(4_096));
            }
            while (!queue.isEmpty()) {
                List<ParticipantMessage> frame = queue.nextFrame();
                int bytes = io.unanimous.v1.ConnectRequest.newBuilder()
                        .addAllMessages(frame)
                        .build()
                        .getSerializedSize();
                assertThat(bytes).isLessThanOrEqualTo(256 * 1024);
                assertThat(frame.size()).isBetween(38, 63);
            }
        }

        @Test
        void aMessageLargerThanAFrameGoesAlone() {
            queue.add(message(10));
            queue.add(message(300 * 1024));
            queue.add(message(10));
            assertThat(queue.nextFrame()).hasSize(1);
            assertThat(queue.nextFrame()).hasSize(1);
            assertThat(queue.nextFrame()).hasSize(1);
        }

        @Test
        void itOverflowsAboveItsLimitsAndNotAtThem() {
            for (int i = 0; i < Limits.OUTBOX_MESSAGES_MAX; i++) {
                queue.add(message(0));
            }
            assertThat(queue.overflows()).isFalse();
            queue.add(message(0));
            assertThat(queue.overflows()).isTrue();
            queue.retain(message -> false);
            assertThat(queue.overflows()).isFalse();
            for (int i = 0; i < 33; i++) {
                queue.add(message(1024 * 1024));
            }
            assertThat(queue.overflows()).isTrue();
        }

        private ParticipantMessage message(int payload) {
            return Wire.enlist(Ids.branch(1, "seats", "a"), ByteString.copyFrom(new byte[payload]), false);
        }
    }

    @Nested
    final class Waits {

        @Test
        void doubleUpToTheirCapAndStartAnewAfterSuccess() {
            Random random = new Random(1);
            Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), () -> random);
            for (int run = 0; run < 2; run++) {
                for (int failures = 0; failures < 100; failures++) {
                    long bound = failures > 20 ? 30_000 : Math.min(30_000, 100L << failures);
                    assertThat(backoff.nextNanos()).isBetween(0L, bound * 1_000_000);
                }
                backoff.reset();
            }
        }

        @Test
        void areSpreadOverTheWholeBound() {
            Random random = new Random(1);
            Backoff backoff = new Backoff(Duration.ofSeconds(10), Duration.ofSeconds(10), () -> random);
            List<Long> waits = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                waits.add(backoff.nextNanos() / 1_000_000_000);
            }
            assertThat(waits).contains(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        }
    }

    @Nested
    final class NamesOf {

        @Test
        void transactionsHaveSixtyCharactersInSixFields() {
            assertThat(Names.isTransactionId(Ids.transaction(1))).isTrue();
            assertThat(Names.partitionOf("1111111112222233334444abcd-12-0000000005-abcdef-0000000001-0"))
                    .isEqualTo(34);
            for (String wrong : List.of(
                    "",
                    "x",
                    Ids.transaction(1) + "0",
                    Ids.transaction(1).substring(1),
                    Ids.transaction(1).toUpperCase(java.util.Locale.ROOT),
                    Ids.transaction(1).replace('-', '0'),
                    Ids.transaction(1).replace("abcdef", "abcdeu"),
                    Ids.transaction(1).replace("abcdef", "abcde\n"))) {
                assertThat(Names.isTransactionId(wrong)).as(wrong).isFalse();
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> Names.requireTransactionId(wrong))
                        .withMessageNotContaining("\n");
            }
        }

        @Test
        void anIdHasTheCharactersOfBase32AndNoOthers() {
            for (char c = 0; c < 256; c++) {
                boolean inBase32 = "0123456789abcdefghjkmnpqrstvwxyz".indexOf(c) >= 0;
                String id = Ids.transaction(1).replace("abcdef", "abcde" + c);
                assertThat(Names.isTransactionId(id)).as("%d", (int) c).isEqualTo(inBase32);
            }
        }

        @Test
        void resourcesHaveOneTo32Characters() {
            assertThat(Names.isResource("a")).isTrue();
            assertThat(Names.isResource("ledger-db_1.eu")).isTrue();
            assertThat(Names.isResource("a".repeat(32))).isTrue();
            assertThat(Names.isResource("a".repeat(33))).isFalse();
            assertThat(Names.isResource("")).isFalse();
            assertThat(Names.isResource("Ledger")).isFalse();
            assertThat(Names.isResource("ledger/db")).isFalse();
            assertThat(Names.isResource("lédger")).isFalse();
        }

        @Test
        void branchesNameTheirResourceAndASuffixOfOneTo16Characters() {
            BranchId branch = new BranchId(Ids.transaction(1), "ledger-db/abc1");
            assertThat(branch.resource()).isEqualTo("ledger-db");
            assertThat(branch.suffix()).isEqualTo("abc1");
            assertThat(branch).isEqualTo(BranchId.of(Ids.transaction(1), "ledger-db", "abc1"));
            for (String wrong :
                    List.of("ledger", "ledger/", "/abc", "ledger/ABC", "ledger/a/b", "a/" + "b".repeat(17))) {
                assertThatIllegalArgumentException().isThrownBy(() -> new BranchId(Ids.transaction(1), wrong));
            }
            assertThat(new BranchId(Ids.transaction(1), "a/" + "b".repeat(16)).suffix())
                    .hasSize(16);
        }
    }

    @Nested
    final class TextsOf {

        @Test
        void areCutAtACharacterWithinTheirBytes() {
            assertThat(Texts.cut("abc", 3)).isEqualTo("abc");
            assertThat(Texts.cut("abcd", 3)).isEqualTo("abc");
            assertThat(Texts.cut("aü", 2)).isEqualTo("a");
            assertThat(Texts.cut("a\uD83D\uDE00b", 4)).isEqualTo("a");
            assertThat(Texts.cut("a\uD83D\uDE00b", 5)).isEqualTo("a\uD83D\uDE00");
            assertThat(Texts.cut("日本", 5)).isEqualTo("日");
        }

        @Test
        void ofAStatusStandOnOneLine() {
            Status status = Status.UNAVAILABLE.withDescription("io exception").withCause(new IOException("refused"));
            assertThat(Texts.of(status)).isEqualTo("UNAVAILABLE: io exception (IOException: refused)");
            assertThat(Texts.of(Status.CANCELLED)).isEqualTo("CANCELLED");
        }

        @Test
        void ofAnExceptionAreNeverEmpty() {
            assertThat(Texts.of(new IllegalStateException("why"))).isEqualTo("IllegalStateException: why");
            assertThat(Texts.of(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
        }
    }

    @Nested
    final class Lane {

        private final Queue<Runnable> workers = new ArrayDeque<>();
        private final LimitedLane lane = new LimitedLane(workers::add, 2);
        private final List<Integer> ran = new ArrayList<>();

        @Test
        void startsNoMoreThanItsLimitAndTheRestInOrder() {
            for (int i = 1; i <= 4; i++) {
                int task = i;
                lane.execute(() -> ran.add(task));
            }
            assertThat(workers).hasSize(2);
            workers.remove().run();
            assertThat(workers).hasSize(2);
            while (!workers.isEmpty()) {
                workers.remove().run();
            }
            assertThat(ran).containsExactly(1, 2, 3, 4);
        }

        @Test
        void aTaskThatThrowsGivesItsPlaceBack() {
            lane.execute(() -> {
                throw new IllegalStateException();
            });
            lane.execute(() -> ran.add(1));
            lane.execute(() -> ran.add(2));
            Runnable faulty = workers.remove();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(faulty::run))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(workers).hasSize(2);
        }
    }

    @Nested
    final class Loop {

        private final Queue<Runnable> threads = new ArrayDeque<>();
        private final List<String> ran = new ArrayList<>();
        private final Executor executor = threads::add;
        private final SerialLoop loop = new SerialLoop(executor, () -> ran.add("end of turn"));

        @Test
        void runsWhatIsQueuedInOneTurn() {
            loop.execute(() -> ran.add("1"));
            loop.execute(() -> ran.add("2"));
            assertThat(threads).hasSize(1);
            threads.remove().run();
            assertThat(ran).containsExactly("1", "2", "end of turn");
            assertThat(threads).isEmpty();
        }

        @Test
        void aTaskQueuedByATaskRunsAfterIt() {
            loop.execute(() -> {
                loop.execute(() -> ran.add("2"));
                ran.add("1");
            });
            threads.remove().run();
            assertThat(ran).containsExactly("1", "2", "end of turn");
        }

        @Test
        void aFaultInOneTaskDoesNotStrandTheOthers() {
            loop.execute(() -> {
                throw new IllegalStateException("a fault, on purpose");
            });
            loop.execute(() -> ran.add("2"));
            threads.remove().run();
            assertThat(ran).containsExactly("2", "end of turn");
        }

        @Test
        void aTurnIsBounded() {
            for (int i = 0; i <= Limits.TURN_TASKS_MAX; i++) {
                loop.execute(() -> ran.add("x"));
            }
            threads.remove().run();
            assertThat(ran).hasSize(Limits.TURN_TASKS_MAX + 1);
            threads.remove().run();
            assertThat(ran).hasSize(Limits.TURN_TASKS_MAX + 3);
        }
    }

    @Nested
    final class Table {

        @Test
        void forgetsTombstonesAGenerationAtATimeWhenTwoAreFull() {
            BranchTable table = new BranchTable(Duration.ofHours(1), 0);
            int generation = Limits.TOMBSTONES_OF_A_GENERATION_MAX;
            for (int i = 0; i < 2 * generation; i++) {
                table.put(tombstone(i));
            }
            assertThat(table.get(Ids.branch(0, "seats", "a"))).isNotNull();
            assertThat(table.tombstones()).isEqualTo(2 * generation);

            table.put(tombstone(2 * generation));
            assertThat(table.get(Ids.branch(0, "seats", "a"))).isNull();
            assertThat(table.get(Ids.branch(generation - 1, "seats", "a"))).isNull();
            assertThat(table.get(Ids.branch(generation, "seats", "a"))).isNotNull();
            assertThat(table.tombstones()).isEqualTo(generation + 1);
            assertThat(table.isFull()).as("tombstones do not count").isFalse();
        }

        @Test
        void remembersTombstonesForTheirTimeAndAtMostTwiceAsLong() {
            long hour = Duration.ofHours(1).toNanos();
            BranchTable table = new BranchTable(Duration.ofHours(1), 0);
            table.put(tombstone(0));
            table.expire(hour - 1);
            table.expire(hour);
            table.put(tombstone(1));
            table.expire(2 * hour - 1);
            assertThat(table.get(Ids.branch(0, "seats", "a"))).isNotNull();
            table.expire(2 * hour);
            assertThat(table.get(Ids.branch(0, "seats", "a"))).isNull();
            assertThat(table.get(Ids.branch(1, "seats", "a"))).isNotNull();
            table.expire(3 * hour);
            assertThat(table.tombstones()).isZero();
        }

        @Test
        void isFullAtItsLimitOfLivingBranches() {
            BranchTable table = new BranchTable(Duration.ofHours(1), 0);
            for (int i = 0; i < Limits.BRANCHES_MAX; i++) {
                assertThat(table.isFull()).isFalse();
                table.put(Branch.enlisting(Ids.branch(i, "seats", "a"), ByteString.EMPTY, null, 0));
            }
            assertThat(table.isFull()).isTrue();
        }

        @Test
        void livingBranchesAreThoseThatHaveNotEnded() {
            BranchTable table = new BranchTable(Duration.ofHours(1), 0);
            Branch ends = Branch.unknown(Ids.branch(1, "seats", "a"), 0);
            Branch stays = Branch.unknown(Ids.branch(2, "seats", "a"), 0);
            table.put(ends);
            table.put(stays);
            assertThat(table.living()).containsExactly(ends, stays);

            ends.abandon(1);
            table.put(ends);
            assertThat(table.living()).containsExactly(stays);

            ends.resurface(2);
            table.put(ends);
            assertThat(table.living()).containsExactly(stays, ends);
            assertThat(table.tombstones()).isZero();
        }

        /** Equal hashes make a table slow: with the hash of a string, 65,536 ids had 38,176. */
        @Test
        void idsThatFollowOneAnotherHaveDifferentHashes() {
            String digits = "0123456789abcdefghjkmnpqrstvwxyz";
            Set<Integer> hashes = new HashSet<>();
            int ids = 65_536;
            for (int i = 0; i < ids; i++) {
                StringBuilder count = new StringBuilder();
                for (int shift = 45; shift >= 0; shift -= 5) {
                    count.append(digits.charAt((int) ((long) i >>> shift & 31)));
                }
                String id = Ids.transaction(1).replace("0000000001", count);
                hashes.add(BranchId.of(id, "seats", "a").hashCode());
            }
            assertThat(hashes).hasSizeGreaterThan(ids - ids / 100);
        }

        private Branch tombstone(int i) {
            Branch branch = Branch.unknown(Ids.branch(i, "seats", "a"), i);
            branch.abandon(i);
            return branch;
        }
    }

    @Nested
    final class Options {

        @Test
        void ofATransactionAreCheckedAtBelowAndAboveTheirBounds() {
            TransactionOptions defaults = TransactionOptions.defaults();
            assertThat(defaults.withTimeout(Duration.ofMillis(100)).timeout()).hasMillis(100);
            assertThat(defaults.withTimeout(Duration.ofHours(24)).timeout()).hasHours(24);
            assertThat(defaults.withAnswerWithin(Duration.ofMillis(1)).answerWithin())
                    .hasMillis(1);
            for (Duration wrong : List.of(
                    Duration.ZERO, Duration.ofMillis(99), Duration.ofHours(24).plusMillis(1), Duration.ofDays(365))) {
                assertThatIllegalArgumentException().isThrownBy(() -> defaults.withTimeout(wrong));
            }
            assertThatIllegalArgumentException().isThrownBy(() -> defaults.withAnswerWithin(Duration.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> defaults.withAnswerWithin(Duration.ofDays(2)));
        }

        @Test
        void ofAClientAreCheckedAtBelowAndAboveTheirBounds() {
            ClientOptions.Builder options = ClientOptions.builder("localhost:7400");
            assertThat(options.workers(3, 1).build().firstPhaseWorkers()).isEqualTo(1);
            assertThat(options.workers(1_024, 1_022).build().firstPhaseWorkers())
                    .isEqualTo(1);
            assertThatIllegalArgumentException().isThrownBy(() -> options.workers(2, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> options.workers(1_025, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> options.workers(8, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> options.workers(8, 7));
            assertThat(options.name("n".repeat(128)).build().name()).hasSize(128);
            assertThatIllegalArgumentException().isThrownBy(() -> options.name("n".repeat(129)));
            assertThatIllegalArgumentException().isThrownBy(() -> options.requestTimeout(Duration.ZERO));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> options.reconnect(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        }
    }
}

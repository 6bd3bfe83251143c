package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimersTest {

    private final Timers timers = new Timers();

    private static Transaction transaction(int sequence, long wakeMs) {
        Transaction transaction = new Transaction(TransactionId.of(World.STORE, 0, 1, 1, sequence, 0), "");
        transaction.wakeMs = wakeMs;
        return transaction;
    }

    @Test
    void nobodyIsWokenEarlyAndNobodyLaterThanABucket() {
        for (long wakeMs : new long[] {0, 1, 15, 16, 17, 1_000}) {
            Timers fresh = new Timers();
            Transaction transaction = transaction(1, wakeMs);
            fresh.schedule(transaction);
            assertThat(fresh.nextMs()).isBetween(wakeMs, wakeMs + Timers.BUCKET_MS - 1);
            assertThat(fresh.due(fresh.nextMs() - 1, 10)).isEmpty();
            assertThat(fresh.due(fresh.nextMs(), 10)).containsExactly(transaction);
            assertThat(fresh.nextMs()).isEqualTo(Branch.NEVER);
        }
    }

    @Test
    void earlierTimeMovesTheWakeUpAndALaterOneLeavesIt() {
        Transaction transaction = transaction(1, 1_000);
        timers.schedule(transaction);
        transaction.wakeMs = 5_000;
        timers.schedule(transaction);
        assertThat(timers.nextMs()).isLessThan(1_016);
        transaction.wakeMs = 100;
        timers.schedule(transaction);
        assertThat(timers.nextMs()).isLessThan(116);
        assertThat(timers.due(10_000, 10)).containsExactly(transaction);
        assertThat(timers.due(10_000, 10)).isEmpty();
    }

    @Test
    void neverIsNotATimeAndACancelledOneIsNotWoken() {
        Transaction never = transaction(1, Branch.NEVER);
        timers.schedule(never);
        timers.cancel(never);
        Transaction cancelled = transaction(2, 10);
        timers.schedule(cancelled);
        timers.cancel(cancelled);
        timers.cancel(cancelled);
        assertThat(timers.nextMs()).isEqualTo(Branch.NEVER);
        assertThat(timers.due(Long.MAX_VALUE - 1, 10)).isEmpty();
    }

    @Test
    void noMoreThanAskedForAreTakenAtOnceAndTheRestInOrder() {
        Transaction[] transactions = new Transaction[5];
        for (int i = 0; i < transactions.length; i++) {
            transactions[i] = transaction(i + 1, i < 3 ? 10 : 500);
            timers.schedule(transactions[i]);
        }
        assertThat(timers.due(1_000, 2)).containsExactly(transactions[0], transactions[1]);
        assertThat(timers.due(1_000, 2)).containsExactly(transactions[2], transactions[3]);
        assertThat(timers.due(1_000, 2)).containsExactly(transactions[4]);
    }
}

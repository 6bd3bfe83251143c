package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * When to look after which transaction again: one wake-up each, gathered into buckets so that moving one is cheap.
 *
 * <p>A transaction is never woken early. One whose time has moved later stays where it is, is woken, and put back.
 */
final class Timers {

    /** The width of a bucket, and so how late a wake-up may be. */
    static final long BUCKET_MS = 16;

    private final TreeMap<Long, Set<Transaction>> buckets = new TreeMap<>();

    /** Sees to it that the transaction is woken by its {@code wakeMs}. */
    void schedule(Transaction transaction) {
        if (transaction.wakeMs == Branch.NEVER) {
            return;
        }
        long bucket = Math.floorDiv(transaction.wakeMs + BUCKET_MS - 1, BUCKET_MS);
        if (transaction.timerBucket <= bucket) {
            return;
        }
        cancel(transaction);
        transaction.timerBucket = bucket;
        buckets.computeIfAbsent(bucket, key -> new LinkedHashSet<>()).add(transaction);
    }

    void cancel(Transaction transaction) {
        if (transaction.timerBucket == Branch.NEVER) {
            return;
        }
        Set<Transaction> bucket = buckets.get(transaction.timerBucket);
        if (bucket != null && bucket.remove(transaction) && bucket.isEmpty()) {
            buckets.remove(transaction.timerBucket);
        }
        transaction.timerBucket = Branch.NEVER;
    }

    /** Takes out at most {@code max} transactions whose time has come. */
    List<Transaction> due(long nowMs, int max) {
        List<Transaction> due = new ArrayList<>();
        while (due.size() < max) {
            Map.Entry<Long, Set<Transaction>> first = buckets.firstEntry();
            if (first == null || first.getKey() * BUCKET_MS > nowMs) {
                break;
            }
            var waiting = first.getValue().iterator();
            while (waiting.hasNext() && due.size() < max) {
                Transaction transaction = waiting.next();
                waiting.remove();
                transaction.timerBucket = Branch.NEVER;
                due.add(transaction);
            }
            if (first.getValue().isEmpty()) {
                buckets.remove(first.getKey());
            }
        }
        return due;
    }

    /** Writes who is woken when. */
    void portray(Portrait portrait) {
        buckets.forEach((bucket, transactions) -> {
            portrait.line("wakes").moment(bucket * BUCKET_MS);
            transactions.forEach(transaction -> portrait.fact(transaction.id));
        });
    }

    /** When the next bucket is due; NEVER when none is. */
    long nextMs() {
        return buckets.isEmpty() ? Branch.NEVER : buckets.firstKey() * BUCKET_MS;
    }
}

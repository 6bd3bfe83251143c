package io.unanimous.sim;

import java.util.PriorityQueue;

/**
 * Virtual time, and what is to happen when: the only thing that makes anything happen. What falls on the same nanosecond
 * happens in the order in which it was planned.
 */
public final class Schedule {

    /** One microsecond of virtual time. */
    public static final long MICROS = 1_000;
    /** One millisecond of virtual time. */
    public static final long MILLIS = 1_000_000;
    /** One second of virtual time. */
    public static final long SECONDS = 1_000_000_000;

    private final PriorityQueue<Planned> planned = new PriorityQueue<>();
    private long nowNanos = SECONDS;
    private long sequence;

    private record Planned(long atNanos, long sequence, Life life, Runnable task) implements Comparable<Planned> {
        @Override
        public int compareTo(Planned other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** The time now. */
    public long nowNanos() {
        return nowNanos;
    }

    /** The time now, in whole milliseconds. */
    public long nowMs() {
        return nowNanos / MILLIS;
    }

    /** Plans a task of a process, in so many nanoseconds; it is dropped if that process has ended by then. */
    public void in(long delayNanos, Life life, Runnable task) {
        if (delayNanos < 0) {
            throw new IllegalArgumentException("nothing can be planned for the past: " + delayNanos);
        }
        planned.add(new Planned(nowNanos + delayNanos, sequence++, life, task));
    }

    /** Lets time pass in which nothing happens. */
    public void passTo(long nanos) {
        nowNanos = Math.max(nowNanos, nanos);
    }

    /** Lets the next thing happen; false when nothing is planned any more, or not before {@code untilNanos}. */
    public boolean step(long untilNanos) {
        Planned next = planned.peek();
        if (next == null || next.atNanos() > untilNanos) {
            return false;
        }
        planned.remove();
        nowNanos = Math.max(nowNanos, next.atNanos());
        Life life = next.life();
        if (life.isOver()) {
            return true;
        }
        if (life.stoppedUntilNanos() > nowNanos) {
            planned.add(new Planned(life.stoppedUntilNanos(), sequence++, life, next.task()));
            return true;
        }
        next.task().run();
        return true;
    }
}

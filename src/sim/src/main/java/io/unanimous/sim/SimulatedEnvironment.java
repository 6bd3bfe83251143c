package io.unanimous.sim;

import io.unanimous.sdk.Clockwork;
import io.unanimous.sdk.Environment;
import io.unanimous.sdk.EvidenceStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** What one simulated process gives the SDK to run on: threads that are events, and a clock that stands still between them. */
public final class SimulatedEnvironment implements Environment, Clockwork {

    /** How long calls of participants take at the moment. */
    public interface Pace {
        /** How long it takes until a worker makes its next call. */
        long callNanos(Dice dice);
    }

    private static final long LOOP_MAX_NANOS = 60 * Schedule.MICROS;

    private final Schedule schedule;
    private final Life life;
    private final Dice dice;
    private final Pace pace;
    private final EvidenceStore evidence;

    /** The threads of one life of a process. */
    public SimulatedEnvironment(Schedule schedule, Life life, Dice dice, Pace pace, EvidenceStore evidence) {
        this.schedule = schedule;
        this.life = life;
        this.dice = dice;
        this.pace = pace;
        this.evidence = evidence;
    }

    @Override
    public Clockwork clockwork() {
        return this;
    }

    @Override
    public long nanoTime() {
        return schedule.nowNanos();
    }

    @Override
    public Ticking every(Duration period, Runnable task) {
        return new Ticks(period.toNanos(), task);
    }

    private final class Ticks implements Ticking {
        private final long periodNanos;
        private final Runnable task;
        private boolean stopped;

        Ticks(long periodNanos, Runnable task) {
            this.periodNanos = periodNanos;
            this.task = task;
            plan();
        }

        private void plan() {
            schedule.in(periodNanos, life, () -> {
                if (!stopped) {
                    task.run();
                    plan();
                }
            });
        }

        @Override
        public void stop() {
            stopped = true;
        }
    }

    @Override
    public Executor loops() {
        return this::soon;
    }

    @Override
    public Executor callbacks() {
        return this::soon;
    }

    private void soon(Runnable task) {
        schedule.in(dice.between(1, LOOP_MAX_NANOS), life, task);
    }

    @Override
    public Executor workers(String resource, int threads) {
        return new Workers(threads);
    }

    /** So many threads; what they cannot take waits in order. */
    private final class Workers implements Executor {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private int idle;

        Workers(int threads) {
            idle = threads;
        }

        @Override
        public void execute(Runnable task) {
            if (idle > 0) {
                idle--;
                start(task);
            } else {
                waiting.add(task);
            }
        }

        private void start(Runnable task) {
            schedule.in(pace.callNanos(dice), life, () -> {
                try {
                    task.run();
                } finally {
                    Runnable next = waiting.poll();
                    if (next == null) {
                        idle++;
                    } else {
                        start(next);
                    }
                }
            });
        }
    }

    @Override
    public RandomGenerator random() {
        return dice;
    }

    @Override
    public RandomGenerator unique() {
        return dice;
    }

    @Override
    public EvidenceStore evidence(Path file) {
        return evidence;
    }

    @Override
    public void close() {}

    /** A small file that outlives the processes that write it. */
    public static final class EvidenceOnDisk implements EvidenceStore {
        private List<Seen> written = List.of();

        @Override
        public List<Seen> read() {
            return written;
        }

        @Override
        public void write(List<Seen> seen) {
            written = new ArrayList<>(seen);
        }

        @Override
        public void close() {}
    }
}

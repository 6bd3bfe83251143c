package io.unanimous.sdk;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * One thread plays all parts, and time stands still until it is moved: what the test does not let happen does not happen.
 */
final class ManualEnvironment implements Environment, Clockwork {

    private final Deque<Runnable> loops = new ArrayDeque<>();
    private final List<Runnable> work = new ArrayList<>();
    private final List<Runnable> ticking = new ArrayList<>();
    private final Random random = new Random(42);
    private long nanos = 1_000_000_000L;
    private boolean workersIdle;

    /** From now on calls of participants wait until {@link #work} makes them. */
    void holdWorkers() {
        workersIdle = true;
    }

    void releaseWorkers() {
        workersIdle = false;
        settle();
    }

    /** How many calls have been given to workers and not been made. */
    int workWaiting() {
        return work.size();
    }

    /** Makes one of the calls that wait, and settles. */
    void work(int index) {
        work.remove(index).run();
        settle();
    }

    /** Runs everything that can run now. */
    void settle() {
        while (true) {
            if (!loops.isEmpty()) {
                loops.poll().run();
            } else if (!workersIdle && !work.isEmpty()) {
                work.remove(0).run();
            } else {
                return;
            }
        }
    }

    /** Lets time pass, tick by tick. */
    void pass(Duration time) {
        settle();
        long end = nanos + time.toNanos();
        while (nanos < end) {
            nanos = Math.min(end, nanos + Limits.TICK.toNanos());
            List.copyOf(ticking).forEach(Runnable::run);
            settle();
        }
    }

    /** Queues what the next tick does, before whatever is queued later. */
    void tick() {
        List.copyOf(ticking).forEach(Runnable::run);
    }

    /** A pause of the whole process, as of a garbage collection or a stopped machine: time passes and nothing runs. */
    void stall(Duration time) {
        nanos += time.toNanos();
    }

    @Override
    public Clockwork clockwork() {
        return this;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Ticking every(Duration period, Runnable task) {
        ticking.add(task);
        return () -> ticking.remove(task);
    }

    @Override
    public Executor loops() {
        return loops::add;
    }

    @Override
    public Executor callbacks() {
        return loops::add;
    }

    @Override
    public Executor workers(String resource, int threads) {
        return work::add;
    }

    @Override
    public RandomGenerator unique() {
        return random;
    }

    @Override
    public EvidenceStore evidence(Path file) throws IOException {
        return EvidenceFile.open(file);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void close() {
        ticking.clear();
    }
}

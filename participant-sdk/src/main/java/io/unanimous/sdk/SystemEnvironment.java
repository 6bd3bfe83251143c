package io.unanimous.sdk;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The real clock and real threads. All of them are daemons, so that a forgotten client keeps no process alive, and but for
 * the timer they end by themselves when they are idle, so that nothing queued is ever refused.
 */
final class SystemEnvironment implements Environment, Clockwork {

    private static final Duration IDLE_THREAD_LIVES = Duration.ofSeconds(30);

    private final SecureRandom secure = new SecureRandom();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("unanimous-timer"));
    private final Executor loops = pool(Limits.LOOP_THREADS, "unanimous-loop");
    private final Executor callbacks = pool(Limits.CALLBACK_THREADS, "unanimous-callback");

    SystemEnvironment() {
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Clockwork clockwork() {
        return this;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Ticking every(Duration period, Runnable task) {
        ScheduledFuture<?> ticking =
                timer.scheduleAtFixedRate(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
        return () -> ticking.cancel(false);
    }

    @Override
    public Executor loops() {
        return loops;
    }

    @Override
    public Executor callbacks() {
        return callbacks;
    }

    @Override
    public Executor workers(String resource, int threads) {
        return pool(threads, "unanimous-" + resource);
    }

    @Override
    public RandomGenerator unique() {
        return secure;
    }

    @Override
    public EvidenceStore evidence(Path file) throws IOException {
        return EvidenceFile.open(file);
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** The queue needs no bound of its own: what may be in flight at once is bounded where it is taken in. */
    private static Executor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_THREAD_LIVES.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}

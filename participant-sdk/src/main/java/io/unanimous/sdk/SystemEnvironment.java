package io.unanimous.sdk;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real clock and real threads; all of them are daemons, so that a forgotten client keeps no process alive. */
final class SystemEnvironment implements Environment, Clockwork {

    private static final Logger LOG = LoggerFactory.getLogger(SystemEnvironment.class);

    private static final Duration IDLE_THREAD_LIVES = Duration.ofSeconds(30);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("unanimous-timer"));
    private final ExecutorService loops = Executors.newFixedThreadPool(Limits.LOOP_THREADS, named("unanimous-loop"));
    private final ExecutorService callbacks = pool(Limits.CALLBACK_THREADS, "unanimous-callback");

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
    public Workers workers(String resource, int threads) {
        ExecutorService pool = pool(threads, "unanimous-" + resource);
        return new Workers() {
            @Override
            public void execute(Runnable call) {
                try {
                    pool.execute(call);
                } catch (RejectedExecutionException closed) {
                    LOG.debug("The participant for {} is closed: a call is dropped", resource);
                }
            }

            @Override
            public void close() {
                pool.shutdown();
            }
        };
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        loops.shutdown();
        callbacks.shutdown();
    }

    /** The queue needs no bound of its own: what may be in flight at once is bounded where it is taken in. */
    private static ExecutorService pool(int threads, String name) {
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

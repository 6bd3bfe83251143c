package io.unanimous.bench.harness;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

/** What people read while they wait: who is measured and how long it all still takes, at least every ten seconds. */
final class Progress implements AutoCloseable {

    private static final long SAY_EVERY_MS = 9_000;

    private final PrintWriter out;
    private final int all;
    private final long beganNs = System.nanoTime();
    private final Timer timer = new Timer("progress", true);

    private String doing = "";
    private int done;
    private long doingSinceNs = beganNs;
    private double eachSeconds;

    /**
     * Begins to say it.
     *
     * @param all measurements that there will be
     * @param estimatedSeconds of each, until the first has shown how long it really takes
     */
    Progress(PrintWriter out, int all, double estimatedSeconds) {
        this.out = out;
        this.all = all;
        eachSeconds = estimatedSeconds;
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        say();
                    }
                },
                SAY_EVERY_MS,
                SAY_EVERY_MS);
    }

    /** The next measurement begins. */
    synchronized void begins(String what) {
        doing = what;
        doingSinceNs = System.nanoTime();
        say();
    }

    /** It has ended, or will not be made. */
    synchronized void ended() {
        done++;
        eachSeconds = Math.max(1, secondsSince(beganNs) / done);
    }

    private synchronized void say() {
        double leftSeconds = (all - done) * eachSeconds - Math.min(eachSeconds, secondsSince(doingSinceNs));
        out.printf(Locale.ROOT, "%s; about %.0f s left%n", doing, leftSeconds);
        out.flush();
    }

    private static double secondsSince(long ns) {
        return (double) (System.nanoTime() - ns) / TimeUnit.SECONDS.toNanos(1);
    }

    @Override
    public void close() {
        timer.cancel();
    }
}

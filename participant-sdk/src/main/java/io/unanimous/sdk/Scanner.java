package io.unanimous.sdk;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the resource is scanned, and scans it, one scan at a time. A scan that fails is no scan: it is tried again
 * after a while, and nothing is reported.
 *
 * <p>A prepare may finish in the resource after its process died and after any scan that looked for it, so scans repeat
 * for ever. Confined to the participant's loop, but for the scan itself, which runs on a worker.
 */
final class Scanner {

    private static final Logger LOG = LoggerFactory.getLogger(Scanner.class);

    /** The first wait after a failed scan; it doubles. */
    private static final Duration RETRY_MIN = Duration.ofMillis(500);

    private final String resource;
    private final Participant participant;
    private final Evidence evidence;
    private final ClientOptions options;
    private final Clockwork clockwork;
    private final Supplier<RandomGenerator> random;
    private final Executor worker;
    private final Executor loop;
    private final Listener listener;
    private final Backoff retry;

    private boolean running;
    private boolean wantedAgain;
    private boolean started;
    private long dueNanos;

    /** Hears how scans end; on the loop. */
    interface Listener {
        /** A scan ended well. */
        void scanned(Scan scan);

        /** A scan failed, and will be tried again. */
        void scanFailed();
    }

    Scanner(
            String resource,
            Participant participant,
            Evidence evidence,
            ClientOptions options,
            Environment environment,
            Executor worker,
            Executor loop,
            Listener listener) {
        this.resource = resource;
        this.participant = participant;
        this.evidence = evidence;
        this.options = options;
        this.clockwork = environment.clockwork();
        this.random = environment::random;
        this.worker = worker;
        this.loop = loop;
        this.listener = listener;
        this.retry = new Backoff(RETRY_MIN, options.scanRetryMax(), random);
    }

    /** Scans now. While a scan runs, another one follows it: what it has passed already may have changed since. */
    void scanNow() {
        if (running) {
            wantedAgain = true;
            return;
        }
        running = true;
        started = true;
        wantedAgain = false;
        // The position is taken before the scan begins: whatever the coordinator prunes later, the report may be too
        // old to conclude anything about.
        Set<BranchId> found = new LinkedHashSet<>();
        Found sink = new Found(found);
        var asOf = evidence.positions();
        long began = clockwork.nanoTime();
        worker.execute(() -> {
            Throwable failure = scan(sink);
            loop.execute(
                    () -> ended(new Scan(Collections.unmodifiableSet(found), !sink.overflowed, asOf, began), failure));
        });
    }

    /** A scan runs. */
    boolean isRunning() {
        return running;
    }

    /** Scans if it is time to. */
    void tick(long now) {
        if (started && !running && now - dueNanos >= 0) {
            scanNow();
        }
    }

    /** The one boundary around the application's scan: whatever it throws means that there was no scan. */
    private @Nullable Throwable scan(Found sink) {
        try {
            participant.scan(sink);
            options.crashPoints().reached(CrashPoint.DURING_SCAN, "");
        } catch (Throwable thrown) {
            return thrown;
        } finally {
            sink.closed = true;
        }
        return null;
    }

    private void ended(Scan scan, @Nullable Throwable failure) {
        running = false;
        long now = clockwork.nanoTime();
        if (failure != null) {
            long wait = retry.nextNanos();
            dueNanos = now + wait;
            LOG.warn("The scan of {} failed and is tried again in {} ms", resource, wait / 1_000_000, failure);
            listener.scanFailed();
        } else {
            retry.reset();
            dueNanos = now + Backoff.jittered(options.rescanEvery(), random.get());
            if (!scan.complete()) {
                LOG.error(
                        "The scan of {} found more than {} prepared branches: they are reported in part",
                        resource,
                        Limits.SCAN_BRANCHES_MAX);
                wantedAgain = false;
                dueNanos = now + RETRY_MIN.toNanos();
            }
            listener.scanned(scan);
        }
        if (wantedAgain) {
            scanNow();
        }
    }

    private final class Found implements ScanSink {

        private final Set<BranchId> branches;
        private boolean overflowed;
        private volatile boolean closed;

        Found(Set<BranchId> branches) {
            this.branches = branches;
        }

        @Override
        public void found(BranchId branch) {
            if (closed) {
                throw new IllegalStateException("The scan has returned already");
            }
            if (!branch.resource().equals(resource)) {
                throw new IllegalArgumentException("A scan of " + resource + " found " + branch);
            }
            if (branches.size() < Limits.SCAN_BRANCHES_MAX) {
                branches.add(branch);
            } else if (!branches.contains(branch)) {
                overflowed = true;
            }
        }
    }
}

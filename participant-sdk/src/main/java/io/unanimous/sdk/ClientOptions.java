package io.unanimous.sdk;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a client connects and how patient it is. Immutable; the defaults suit a service in production.
 *
 * <p>Every duration must be positive.
 */
public final class ClientOptions {

    private final Supplier<ManagedChannel> channels;
    private final String name;
    private final int workers;
    private final int reservedWorkers;
    private final @Nullable Path evidenceFile;
    private final Duration requestTimeout;
    private final Duration enlistTimeout;
    private final Duration askAgainAfter;
    private final Duration silenceMax;
    private final Duration reconnectMin;
    private final Duration reconnectMax;
    private final Duration scanBeforeHelloMax;
    private final Duration rescanEvery;
    private final Duration scanRetryMax;
    private final Duration overdueAfter;
    private final Duration activeOverdueAfter;
    private final Duration tombstonesFor;
    private final Duration closeWithin;
    private final CrashPoints crashPoints;

    private ClientOptions(Builder from) {
        channels = from.channels;
        name = from.name;
        workers = from.workers;
        reservedWorkers = from.reservedWorkers;
        evidenceFile = from.evidenceFile;
        requestTimeout = from.requestTimeout;
        enlistTimeout = from.enlistTimeout;
        askAgainAfter = from.askAgainAfter;
        silenceMax = from.silenceMax;
        reconnectMin = from.reconnectMin;
        reconnectMax = from.reconnectMax;
        scanBeforeHelloMax = from.scanBeforeHelloMax;
        rescanEvery = from.rescanEvery;
        scanRetryMax = from.scanRetryMax;
        overdueAfter = from.overdueAfter;
        activeOverdueAfter = from.activeOverdueAfter;
        tombstonesFor = from.tombstonesFor;
        closeWithin = from.closeWithin;
        crashPoints = from.crashPoints;
    }

    /** The defaults for the coordinator at {@code target}, "host:port" or any target that gRPC resolves; no TLS. */
    public static ClientOptions defaults(String target) {
        return builder(target).build();
    }

    /** Starts from the defaults for the coordinator at {@code target}, "host:port" or any target that gRPC resolves. */
    public static Builder builder(String target) {
        return new Builder(target);
    }

    ManagedChannel openChannel() {
        return channels.get();
    }

    String name() {
        return name;
    }

    int workers() {
        return workers;
    }

    /** One worker is kept for scans, some for the second phase; the rest is what prepares can take at most. */
    int firstPhaseWorkers() {
        return workers - reservedWorkers - 1;
    }

    @Nullable
    Path evidenceFile() {
        return evidenceFile;
    }

    Duration requestTimeout() {
        return requestTimeout;
    }

    Duration enlistTimeout() {
        return enlistTimeout;
    }

    Duration askAgainAfter() {
        return askAgainAfter;
    }

    Duration silenceMax() {
        return silenceMax;
    }

    Duration reconnectMin() {
        return reconnectMin;
    }

    Duration reconnectMax() {
        return reconnectMax;
    }

    Duration scanBeforeHelloMax() {
        return scanBeforeHelloMax;
    }

    Duration rescanEvery() {
        return rescanEvery;
    }

    Duration scanRetryMax() {
        return scanRetryMax;
    }

    Duration overdueAfter() {
        return overdueAfter;
    }

    Duration activeOverdueAfter() {
        return activeOverdueAfter;
    }

    Duration tombstonesFor() {
        return tombstonesFor;
    }

    Duration closeWithin() {
        return closeWithin;
    }

    CrashPoints crashPoints() {
        return crashPoints;
    }

    /** Collects options. Not safe for many threads. */
    public static final class Builder {

        private final String target;
        private ChannelCredentials credentials = InsecureChannelCredentials.create();
        private Supplier<ManagedChannel> channels;
        private String name = defaultName();
        private int workers = 16;
        private int reservedWorkers = 4;
        private @Nullable Path evidenceFile;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration enlistTimeout = Duration.ofSeconds(10);
        private Duration askAgainAfter = Duration.ofSeconds(3);
        private Duration silenceMax = Duration.ofSeconds(15);
        private Duration reconnectMin = Duration.ofMillis(100);
        private Duration reconnectMax = Duration.ofSeconds(5);
        private Duration scanBeforeHelloMax = Duration.ofSeconds(3);
        private Duration rescanEvery = Duration.ofSeconds(60);
        private Duration scanRetryMax = Duration.ofSeconds(30);
        private Duration overdueAfter = Duration.ofSeconds(10);
        private Duration activeOverdueAfter = Duration.ofSeconds(60);
        private Duration tombstonesFor = Duration.ofMinutes(10);
        private Duration closeWithin = Duration.ofSeconds(10);
        private CrashPoints crashPoints = CrashPoints.NONE;

        private Builder(String target) {
            this.target = target;
            this.channels = this::dial;
        }

        /** TLS, or whatever else secures the connection. Default: none, for a coordinator on a trusted network. */
        public Builder credentials(ChannelCredentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /**
         * Opens the channel in place of target and credentials; the client shuts down what it opened. For in-process
         * channels and for settings of gRPC that this class does not name.
         */
        public Builder channel(Supplier<ManagedChannel> channels) {
            this.channels = channels;
            return this;
        }

        /**
         * How operators see this process, at most 128 bytes; as the initiator of transactions it is cut to 64. Default:
         * the host's name and the process id.
         */
        public Builder name(String name) {
            if (Texts.bytes(name) > Limits.PARTICIPANT_NAME_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "The name has more than " + Limits.PARTICIPANT_NAME_BYTES_MAX + " bytes: " + name);
            }
            this.name = name;
            return this;
        }

        /**
         * Threads that call each participant, 3 to 1,024, and how many of them prepares can never occupy, so that a
         * participant that hangs in prepare still commits and rolls back. One further thread is kept for scans.
         * Default: 16, of which 4 are reserved.
         */
        public Builder workers(int workers, int reserved) {
            if (workers < Limits.WORKERS_MIN || workers > Limits.WORKERS_MAX) {
                throw new IllegalArgumentException(
                        "Workers must be " + Limits.WORKERS_MIN + " to " + Limits.WORKERS_MAX + ", not " + workers);
            }
            if (reserved < 1 || reserved > workers - 2) {
                throw new IllegalArgumentException(
                        "Reserved workers must be 1 to " + (workers - 2) + " of " + workers + ", not " + reserved);
            }
            this.workers = workers;
            this.reservedWorkers = reserved;
            return this;
        }

        /**
         * Where to keep, over restarts, how much of the coordinator's log this process has seen. With it a coordinator
         * that was restored from an old copy is found out. One file for one client; written before commits are carried
         * out, which costs a sync that the commits of the moment share. Default: kept in memory only.
         */
        public Builder evidenceFile(Path file) {
            this.evidenceFile = file;
            return this;
        }

        /** How long begin and outcome wait for an answer. Default: 10 s. */
        public Builder requestTimeout(Duration timeout) {
            this.requestTimeout = positive("requestTimeout", timeout);
            return this;
        }

        /** How long an enlistment waits to be confirmed. Default: 10 s. */
        public Builder enlistTimeout(Duration timeout) {
            this.enlistTimeout = positive("enlistTimeout", timeout);
            return this;
        }

        /** What has no answer is asked again after about this long, also while connected. Default: 3 s. */
        public Builder askAgainAfter(Duration time) {
            this.askAgainAfter = positive("askAgainAfter", time);
            return this;
        }

        /**
         * A stream on which nothing comes for this long is dropped and opened anew. Default: 15 s. With more of it, or of
         * {@link #reconnect}, give the coordinator as much more `--grace`: it has to hear whoever comes back so late.
         */
        public Builder silenceMax(Duration time) {
            this.silenceMax = positive("silenceMax", time);
            return this;
        }

        /** The bounds of the wait between two tries to connect; it is random, and its bound doubles. Default: 100 ms, 5 s. */
        public Builder reconnect(Duration min, Duration max) {
            positive("reconnect min", min);
            if (max.compareTo(min) < 0) {
                throw new IllegalArgumentException("reconnect max " + max + " is less than min " + min);
            }
            this.reconnectMin = min;
            this.reconnectMax = max;
            return this;
        }

        /** How long a participant that connects waits for its first scan before it serves without. Default: 3 s. */
        public Builder scanBeforeHelloMax(Duration time) {
            this.scanBeforeHelloMax = positive("scanBeforeHelloMax", time);
            return this;
        }

        /** Resources are scanned again about this often. Default: 60 s. */
        public Builder rescanEvery(Duration time) {
            this.rescanEvery = positive("rescanEvery", time);
            return this;
        }

        /** The longest wait before a failed scan is tried again. Default: 30 s. */
        public Builder scanRetryMax(Duration time) {
            this.scanRetryMax = positive("scanRetryMax", time);
            return this;
        }

        /** A branch that is prepared this long without an outcome is asked about, again and again. Default: 10 s. */
        public Builder overdueAfter(Duration time) {
            this.overdueAfter = positive("overdueAfter", time);
            return this;
        }

        /** A branch that is in work this long without being prepared is asked about. Default: 60 s. */
        public Builder activeOverdueAfter(Duration time) {
            this.activeOverdueAfter = positive("activeOverdueAfter", time);
            return this;
        }

        /**
         * How long an ended branch is remembered, so that what comes late for it is refused; it is forgotten in twice that
         * time. If more than 100,000 end in it, only so many are sure to be remembered. Default: 10 min.
         */
        public Builder tombstonesFor(Duration time) {
            this.tombstonesFor = positive("tombstonesFor", time);
            return this;
        }

        /** How long closing waits for calls that are running. Default: 10 s. */
        public Builder closeWithin(Duration time) {
            this.closeWithin = positive("closeWithin", time);
            return this;
        }

        /** For tests: is told whenever a crash point is reached. Default: {@link CrashPoints#NONE}. */
        public Builder crashPoints(CrashPoints crashPoints) {
            this.crashPoints = crashPoints;
            return this;
        }

        /** The options. */
        public ClientOptions build() {
            return new ClientOptions(this);
        }

        /** All callbacks of the SDK only queue a task, so they may run on the transport's own threads. */
        private ManagedChannel dial() {
            return Grpc.newChannelBuilder(target, credentials).directExecutor().build();
        }

        private static Duration positive(String option, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(option + " must be positive, not " + value);
            }
            return value;
        }

        private static String defaultName() {
            String host;
            try {
                host = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException nameless) {
                host = "localhost";
            }
            return Texts.cut(host, 64) + ":" + ProcessHandle.current().pid();
        }
    }
}

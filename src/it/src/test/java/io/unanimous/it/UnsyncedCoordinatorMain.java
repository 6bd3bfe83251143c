package io.unanimous.it;

import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.LogCounters;
import io.unanimous.coordinator.log.RocksDecisionLog;
import io.unanimous.coordinator.log.StoreIdentity;
import io.unanimous.coordinator.log.StoreOptions;
import io.unanimous.coordinator.server.CoordinatorServer;
import io.unanimous.coordinator.server.Seams;
import io.unanimous.coordinator.server.ServerConfig;
import io.unanimous.coordinator.server.StartFailedException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The daemon with its syncs left out: it acknowledges what is in the page cache alone. What proves that a power cut of the
 * rung takes what was not synced.
 *
 * <p>Arguments: data directory and port.
 */
final class UnsyncedCoordinatorMain {

    private UnsyncedCoordinatorMain() {}

    public static void main(String[] args) throws StartFailedException, InterruptedException {
        ServerConfig defaults = ServerConfig.local(Path.of(args[0]));
        ServerConfig config = new ServerConfig(
                new StoreOptions(Path.of(args[0]), 0, 0, 0),
                defaults.host(),
                Integer.parseInt(args[1]),
                defaults.limits(),
                defaults.loopLimits(),
                defaults.edgeLimits());
        Seams seams = Seams.production().withLogs(options -> new UnsyncedLog(RocksDecisionLog.open(options)));
        CoordinatorServer server = CoordinatorServer.start(config, seams);
        System.out.println("the control is ready: it syncs nothing");
        server.awaitTermination();
    }

    /** A log that believes whoever takes its records, as if a write were a sync. */
    private record UnsyncedLog(DecisionLog log) implements DecisionLog {

        @Override
        public void append(List<LogRecord> records, boolean sync) {
            log.append(records, false);
        }

        @Override
        public StoreIdentity identity() {
            return log.identity();
        }

        @Override
        public void replay(Consumer<LogRecord> sink) {
            log.replay(sink);
        }

        @Override
        public long lastNumber() {
            return log.lastNumber();
        }

        @Override
        public List<HoldFinding> findings() {
            return log.findings();
        }

        @Override
        public void adopt() {
            log.adopt();
        }

        @Override
        public void prune(long[] numbers) {
            log.prune(numbers);
        }

        @Override
        public boolean lowSpace() {
            return log.lowSpace();
        }

        @Override
        public LogCounters counters() {
            return log.counters();
        }

        @Override
        public long diskBytes() {
            return log.diskBytes();
        }

        @Override
        public void close() {
            log.close();
        }
    }
}

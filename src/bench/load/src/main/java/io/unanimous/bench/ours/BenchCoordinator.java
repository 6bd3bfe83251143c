package io.unanimous.bench.ours;

import io.unanimous.coordinator.log.RocksDecisionLog;
import io.unanimous.coordinator.server.CoordinatorServer;
import io.unanimous.coordinator.server.Seams;
import io.unanimous.coordinator.server.ServerConfig;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The coordinator, wired as the daemon is, around an {@link AlteredLog}. The daemon itself has no such switch.
 *
 * <p>Arguments: the data directory, and "never" or the milliseconds added to each sync.
 */
final class BenchCoordinator {

    static final String NEVER = "never";

    private BenchCoordinator() {}

    public static void main(String[] arguments) throws Exception {
        Path dataDir = Path.of(arguments[0]);
        boolean never = arguments[1].equals(NEVER);
        long delayNs = never ? 0 : TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[1]));
        Seams seams = Seams.production()
                .withLogs(store -> never
                        ? AlteredLog.unsynced(RocksDecisionLog.open(store))
                        : AlteredLog.delayed(RocksDecisionLog.open(store), delayNs));
        CoordinatorServer server = CoordinatorServer.start(ServerConfig.local(dataDir), seams);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close"));
        System.out.println("serving on 127.0.0.1:" + server.port());
        server.awaitTermination();
    }
}

package io.unanimous.it;

import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Now;
import io.unanimous.coordinator.log.StoreOptions;
import io.unanimous.coordinator.runtime.Clock;
import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.coordinator.server.CoordinatorServer;
import io.unanimous.coordinator.server.Seams;
import io.unanimous.coordinator.server.ServerConfig;
import io.unanimous.coordinator.server.StartFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The daemon, wired as {@code CoordinatorMain} does, but for crash points and the wall clock. Points are named on the
 * command line or, as {@code arm POINT}, on standard input; {@code clock MS} there sets how far the wall clock is
 * ahead of the machine's, or behind it if negative. The clock that durations come from is left alone, as machines do.
 *
 * <p>Arguments: data directory, port or address, how many ms its wall clock is fast, and any number of crash points for
 * the start. Ends when standard input does.
 */
final class CoordinatorProcessMain {

    private static final long RETRY_MIN_MS = 100;
    private static final long RETRY_MAX_MS = 1_000;
    private static final long ROLLBACK_RETRY_MS = 60_000;
    private static final long GONE_AFTER_MS = 1_500;
    private static final long PREPARE_TIMEOUT_MS = 3_000;

    private CoordinatorProcessMain() {}

    public static void main(String[] args) throws IOException, StartFailedException {
        ArmedPoints<CrashPoint> armed = new ArmedPoints<>();
        AtomicLong wallOffsetMs = new AtomicLong(Long.parseLong(args[2]));
        for (int i = 3; i < args.length; i++) {
            armed.arm(CrashPoint.valueOf(args[i]));
        }
        ServerConfig defaults = ServerConfig.local(Path.of(args[0]));
        int colon = args[1].lastIndexOf(':');
        ServerConfig config = new ServerConfig(
                new StoreOptions(Path.of(args[0]), 0, 0, 0),
                colon < 0 ? defaults.host() : args[1].substring(0, colon),
                Integer.parseInt(args[1].substring(colon + 1)),
                // As in production, but a crash table has no half minutes to wait.
                Limits.defaults()
                        .withDelivery(RETRY_MIN_MS, RETRY_MAX_MS, ROLLBACK_RETRY_MS, GONE_AFTER_MS)
                        .withPrepareTimeoutMs(PREPARE_TIMEOUT_MS),
                defaults.loopLimits(),
                defaults.edgeLimits());
        Seams seams = Seams.production();
        Clock real = seams.clock();
        CoordinatorServer.start(config, seams.withCrashPoints(armed::reached).withClock(() -> {
            Now now = real.read();
            return new Now(now.monotonicMs(), now.wallMs() + wallOffsetMs.get());
        }));
        System.out.println("ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            if (line.startsWith("clock ")) {
                wallOffsetMs.set(Long.parseLong(line.substring("clock ".length())));
                System.out.println("clock set");
            } else {
                String point = line.substring("arm ".length());
                armed.arm(CrashPoint.valueOf(point));
                System.out.println("armed " + point);
            }
        }
        // Whoever started this is gone.
        Runtime.getRuntime().halt(0);
    }
}

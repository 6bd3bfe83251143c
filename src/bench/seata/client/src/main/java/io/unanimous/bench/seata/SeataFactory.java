package io.unanimous.bench.seata;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Seata's server with its file store, on the class path of the module seata/server. Options: "flush" is sync or async,
 * "batch" true gathers the client's requests.
 */
public final class SeataFactory implements ContenderFactory {

    private static final long START_MAX_NS = TimeUnit.SECONDS.toNanos(90);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    @Override
    public Contender start(Setting setting) throws Exception {
        Path target = Path.of(System.getProperty("unanimous.bench", "src/bench"), "seata", "server", "target");
        Path data = Files.createDirectories(
                setting.withoutSyncDelay("Seata").directory().resolve("seata"));
        int port = freePort();
        ServerProcess server = ServerProcess.java(
                "seata-server",
                setting.directory(),
                target.resolve("classes")
                        + File.pathSeparator
                        + Files.readString(target.resolve("classpath")).strip(),
                List.of(
                        "-Dserver.port=" + freePort(),
                        "-Dstore.mode=file",
                        "-Dstore.file.dir=" + data,
                        "-Dstore.file.flushDiskMode=" + setting.option("flush", "sync"),
                        "-Dserver.enableParallelHandleBranch=true",
                        "-Dlogging.config=classpath:logback-warn.xml",
                        "-Dlog.home=" + data),
                "io.seata.server.ServerApplication",
                List.of("-h", "127.0.0.1", "-p", String.valueOf(port)));
        try {
            awaitListening(server, port);
            System.setProperty("service.default.grouplist", "127.0.0.1:" + port);
            String batch = setting.option("batch", "false");
            System.setProperty("transport.enableTmClientBatchSendRequest", batch);
            System.setProperty("transport.enableRmClientBatchSendRequest", batch);
            return new SeataContender(server, setting);
        } catch (Throwable failed) {
            server.close();
            throw failed;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void awaitListening(ServerProcess server, int port) throws IOException {
        long untilNs = System.nanoTime() + START_MAX_NS;
        while (!listens(port)) {
            if (!server.isAlive()) {
                throw new IllegalStateException("Seata's server has ended: " + server.lastWords());
            }
            if (System.nanoTime() - untilNs > 0) {
                throw new IllegalStateException("Seata's server does not listen: " + server.lastWords());
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private static boolean listens(int port) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}

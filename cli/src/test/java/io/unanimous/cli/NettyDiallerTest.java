package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.unanimous.v1.ListTransactionsRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets, on the loopback. */
@Timeout(30)
class NettyDiallerTest {
    private final TestShell shell = new TestShell(new NettyDialler());

    @Test
    void coordinatorIsReached() throws Exception {
        try (FakeCoordinator coordinator = new FakeCoordinator()) {
            Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(coordinator)
                    .build()
                    .start();
            try {
                assertThat(shell.run("list --endpoint 127.0.0.1:" + server.getPort()))
                        .isEqualTo(ExitCode.OK);
                assertThat(coordinator.asked(ListTransactionsRequest.class)).hasSize(1);
            } finally {
                server.shutdownNow().awaitTermination();
            }
        }
    }

    @Test
    void deadPortIsToldAtOnce() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        // The timeout is long, so that a refusal that were waited out would run into the test's own.
        assertThat(shell.run("list --timeout 10m --endpoint 127.0.0.1:" + port)).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(shell.err())
                .isEqualTo("tx-admin: no coordinator answers at 127.0.0.1:" + port + " (connection refused). Is"
                        + " tx-coordinator running there? Name another place with --endpoint HOST:PORT or"
                        + " UNANIMOUS_ENDPOINT.\n");
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void unknownHostIsTold() {
        assertThat(shell.run("list --endpoint no-such-host.invalid")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(shell.err().lines()).hasSize(1);
        assertThat(shell.err()).contains("no-such-host.invalid:7400");
    }

    @Test
    void silentPeerIsLeftAfterTheTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(shell.run("list --timeout 300ms --endpoint 127.0.0.1:" + silent.getLocalPort()))
                    .isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(shell.err())
                    .contains("no answer from 127.0.0.1:")
                    .contains("within 300ms")
                    .contains("--timeout");
        }
    }

    @Test
    void peerThatSpeaksSomethingElseIsAnErrorInOneLine() throws Exception {
        try (ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerAsAWebServer(web), "web");
            answering.setDaemon(true);
            answering.start();
            assertThat(shell.run("list --endpoint 127.0.0.1:" + web.getLocalPort()))
                    .isIn(ExitCode.FAILURE, ExitCode.UNAVAILABLE);
            assertThat(shell.err().lines()).hasSize(1);
            assertThat(shell.err()).startsWith("tx-admin: ").contains("127.0.0.1:" + web.getLocalPort());
        }
    }

    private static void answerAsAWebServer(ServerSocket web) {
        while (true) {
            try (Socket socket = web.accept();
                    OutputStream out = socket.getOutputStream()) {
                out.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                return;
            }
        }
    }
}

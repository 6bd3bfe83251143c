package io.unanimous.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.unanimous.v1.AdminServiceGrpc;
import io.unanimous.v1.GetStatusRequest;
import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.ResolveRequest;
import io.unanimous.v1.ResolveResponse;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import io.unanimous.v1.WatchTransactionsRequest;
import io.unanimous.v1.WatchTransactionsResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged {@code tx-admin} as a process among others: pipes, signals, locales, links. Against a scripted coordinator, since
 * it is not about transactions.
 */
@Timeout(60)
class TxAdminLauncherIT {
    private static final Path HOME = Path.of(System.getProperty("unanimous.home"));
    private static final String TX_ADMIN = HOME.resolve("bin/tx-admin").toString();
    private static final int TRANSACTIONS = 500;

    private static Server server;
    private static String endpoint;

    @TempDir
    Path directory;

    @BeforeAll
    static void serve() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new ScriptedAdminService())
                .build()
                .start();
        endpoint = "127.0.0.1:" + server.getPort();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    @Test
    void dataIsOnStandardOutputInUtf8WhateverTheLocale() throws Exception {
        Run run = run(TX_ADMIN, "list", "--limit", "1");
        assertThat(run.exitCode).isZero();
        assertThat(run.out.lines()).hasSize(2);
        assertThat(run.out).contains("Überweisung 東京").doesNotContain("\u001b");
        assertThat(run.err).contains("--page-token");
    }

    @Test
    void deadPortIsToldInOneLineAtOnce() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Run run = run(TX_ADMIN, "list", "--endpoint", "127.0.0.1:" + port, "--timeout", "10m");
        assertThat(run.exitCode).isEqualTo(3);
        assertThat(run.out).isEmpty();
        assertThat(run.err.lines())
                .singleElement()
                .satisfies(
                        line -> assertThat(line).startsWith("tx-admin: no coordinator answers at 127.0.0.1:" + port));
    }

    @Test
    void overrideWithoutATerminalIsRefused() throws Exception {
        Run run = run(TX_ADMIN, "resolve", ScriptedAdminService.id(1), "--rollback", "--reason", "x");
        assertThat(run.exitCode).isEqualTo(2);
        assertThat(run.err).contains("nothing was changed").contains("--yes");
    }

    @Test
    void readerThatGoesAwayEndsTheList() throws Exception {
        // The output is larger than any pipe's buffer, so that writing must fail.
        Run run = run(
                "sh",
                "-c",
                "{ \"$0\" list --all --page-size 100 -o json; echo \"exit code $?\" >&2; } | head -n 3",
                TX_ADMIN);
        assertThat(run.out.lines()).hasSize(3);
        assertThat(run.err).isEqualTo("exit code 141\n");
    }

    @Test
    void interruptEndsAWatchAtOnceAndKeepsWhatWasShown() throws Exception {
        // In a build that runs in the background SIGINT is ignored, and its children inherit that.
        Process watch = start(directory.resolve("watch.err"), "env", "--default-signal=INT", TX_ADMIN, "watch");
        try (BufferedReader out = watch.inputReader(UTF_8)) {
            assertThat(out.readLine()).startsWith("TIME ");
            assertThat(out.readLine()).contains(ScriptedAdminService.id(1));
            assertThat(new ProcessBuilder("kill", "-INT", Long.toString(watch.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(watch.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(out.readLine()).isNull();
        } finally {
            watch.destroyForcibly();
        }
        assertThat(watch.exitValue()).isEqualTo(130);
        assertThat(Files.readString(directory.resolve("watch.err")).lines())
                .singleElement()
                .satisfies(line -> assertThat(line).contains("Ctrl-C ends"));
    }

    @Test
    void startsByALinkAndFromAnywhere() throws Exception {
        Path link = Files.createSymbolicLink(
                directory.resolve("ta"), Path.of(TX_ADMIN).toAbsolutePath());
        Run run = run(link.toString(), "version");
        assertThat(run.exitCode).as(run.err).isZero();
        assertThat(run.out).startsWith("tx-admin ").doesNotContain("development");
    }

    @Test
    void wrongJavaHomeIsTold() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(TX_ADMIN, "version");
        builder.environment().put("JAVA_HOME", directory.toString());
        Process process =
                builder.redirectError(directory.resolve("err").toFile()).start();
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(Files.readString(directory.resolve("err"))).contains("JAVA_HOME is " + directory);
    }

    @Test
    void completionScriptIsOneThatBashReads() throws Exception {
        Run run = run(
                "bash",
                "-c",
                "source \"$0\" && complete -p tx-admin",
                HOME.resolve("completion/tx-admin").toString());
        assertThat(run.exitCode).as(run.err).isZero();
        assertThat(run.out).contains("_complete_tx-admin");
    }

    @Test
    void distributionHoldsOneNativeLibraryOfRocksDb() throws Exception {
        List<Path> jars;
        try (Stream<Path> files = Files.list(HOME.resolve("lib"))) {
            jars = files.filter(file -> file.getFileName().toString().startsWith("rocksdbjni-"))
                    .toList();
        }
        assertThat(jars).hasSize(1);
        try (JarFile jar = new JarFile(jars.get(0).toFile())) {
            assertThat(jar.stream().map(ZipEntry::getName).filter(name -> name.startsWith("librocksdbjni")))
                    .hasSize(1);
        }
    }

    private record Run(int exitCode, String out, String err) {}

    private Run run(String... command) throws IOException, InterruptedException {
        Path err = directory.resolve("err");
        Process process = start(err, command);
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Run(process.waitFor(), out, Files.readString(err));
    }

    private static Process start(Path err, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(Arrays.asList(command)));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("UNANIMOUS_ENDPOINT", endpoint);
        builder.environment().put("LC_ALL", "C");
        return builder.redirectInput(
                        ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(err.toFile())
                .start();
    }

    /** Pages through as many transactions, all alike; a watch shows one change and stays open. */
    private static final class ScriptedAdminService extends AdminServiceGrpc.AdminServiceImplBase {
        static String id(int number) {
            return String.format("3k9x0c5m2q8r7t6v1w4y0z3a5b-00-0000000007-9f3k2d-%010d-0", number);
        }

        private static TransactionSummary transaction(int number) {
            return TransactionSummary.newBuilder()
                    .setTransactionId(id(number))
                    .setState(TransactionState.TRANSACTION_STATE_COMMITTING)
                    .setSinceUnixMs(1)
                    .setChangedUnixMs(1)
                    .setInitiator("Überweisung 東京")
                    .build();
        }

        @Override
        public void listTransactions(
                ListTransactionsRequest request, StreamObserver<ListTransactionsResponse> observer) {
            int from = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
            int to = Math.min(TRANSACTIONS, from + Math.min(100, request.getPageSize()));
            ListTransactionsResponse.Builder page = ListTransactionsResponse.newBuilder();
            for (int i = from; i < to; i++) {
                page.addTransactions(transaction(i));
            }
            page.setNextPageToken(to < TRANSACTIONS ? Integer.toString(to) : "");
            observer.onNext(page.build());
            observer.onCompleted();
        }

        @Override
        public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
            observer.onNext(GetStatusResponse.getDefaultInstance());
            observer.onCompleted();
        }

        @Override
        public void watchTransactions(
                WatchTransactionsRequest request, StreamObserver<WatchTransactionsResponse> observer) {
            observer.onNext(WatchTransactionsResponse.newBuilder()
                    .setTransaction(transaction(1))
                    .setUnixMs(1)
                    .build());
        }

        @Override
        public void resolve(ResolveRequest request, StreamObserver<ResolveResponse> observer) {
            assertThat(request.getOverride().getDryRun()).isTrue();
            observer.onNext(
                    ResolveResponse.newBuilder().setBefore(transaction(1)).build());
            observer.onCompleted();
        }
    }
}

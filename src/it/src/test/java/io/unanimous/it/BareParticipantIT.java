package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.unanimous.v1.BranchState;
import io.unanimous.v1.CommitResponse;
import io.unanimous.v1.Outcome;
import io.unanimous.v1.TransactionState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The participant in JavaScript, which has no code of ours, against the packaged daemon. */
final class BareParticipantIT {

    private static final Duration INSTALL_MAX = Duration.ofMinutes(3);
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Path HOME = Programs.launcher("tx-admin")
            .resolve("../../../../../../src/examples/bare-participant")
            .normalize();

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private DaemonProcess daemon;
    private Notes a;
    private Notes b;

    @BeforeAll
    static void installItsTwoLibraries() {
        if (!Files.isDirectory(HOME.resolve("node_modules"))) {
            npm("ci");
        }
    }

    @BeforeEach
    void start() {
        daemon = DaemonProcess.start(DaemonProcess.freshDirectory("bare-participant"));
        a = new Notes("notes-a");
        b = new Notes("notes-b");
    }

    @AfterEach
    void stop() {
        a.process.close();
        b.process.close();
        daemon.close();
    }

    @Test
    void itsOwnTestsPass() {
        npm("test");
    }

    @Test
    void aTransactionOverTwoOfThemIsSeenWhenItHasCommitted() throws Exception {
        String id = daemon.client().begin();
        assertThat(a.put(id, "greeting", "hello")).isEqualTo(200);
        assertThat(b.put(id, "greeting", "hallo")).isEqualTo(200);
        assertThat(a.get("greeting")).isEmpty();
        CommitResponse answer = daemon.client().commit(id);
        assertThat(answer.getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        assertThat(answer.getPendingBranches()).isZero();
        assertThat(a.get("greeting")).contains("hello");
        assertThat(b.get("greeting")).contains("hallo");
    }

    @Test
    void killedAfterItsVoteItCommitsWhenItIsBack() throws Exception {
        String id = daemon.client().begin();
        a.put(id, "greeting", "hello");
        b.put(id, "greeting", "hallo");
        b.signal("STOP");
        CompletableFuture<CommitResponse> commit =
                CompletableFuture.supplyAsync(() -> daemon.client().commit(id));
        awaitState(id, "notes-a", BranchState.BRANCH_STATE_PREPARED);
        a.process.kill9();
        b.signal("CONT");
        await().atMost(LIMIT)
                .until(() -> daemon.client().describe(id).getSummary().getState()
                        == TransactionState.TRANSACTION_STATE_COMMITTING);
        assertThat(daemon.client().inDoubt().getTransactionsList())
                .anyMatch(transaction -> transaction.getTransactionId().equals(id));

        a.restart();
        assertThat(commit.join().getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(a.get("greeting")).contains("hello"));
        assertThat(b.get("greeting")).contains("hallo");
        assertThat(daemon.client().inDoubt().getTransactionsList()).isEmpty();
    }

    @Test
    void killedBeforeItsVoteTheTransactionRollsBack() throws Exception {
        String id = daemon.client().begin();
        a.put(id, "greeting", "hello");
        b.put(id, "greeting", "hallo");
        a.process.kill9();
        a.restart();
        CoordinatorClient.Refused refused =
                CoordinatorClient.refusalOf(() -> daemon.client().commit(id));
        assertThat(refused.reason()).isEqualTo("ROLLED_BACK");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(b.transactions()).doesNotContain(id));
        assertThat(a.get("greeting")).isEmpty();
        assertThat(b.get("greeting")).isEmpty();
    }

    @Test
    void aCoordinatorThatWasKilledAfterTheDecisionFindsItsParticipantAgain() throws Exception {
        String id = daemon.client().begin();
        a.put(id, "greeting", "hello");
        b.put(id, "greeting", "hallo");
        b.signal("STOP");
        CompletableFuture<Void> commit =
                CompletableFuture.runAsync(() -> daemon.client().commit(id)).exceptionally(lost -> null);
        awaitState(id, "notes-a", BranchState.BRANCH_STATE_PREPARED);
        a.signal("STOP");
        b.signal("CONT");
        await().atMost(LIMIT)
                .until(() -> daemon.client().describe(id).getSummary().getState()
                        == TransactionState.TRANSACTION_STATE_COMMITTING);
        daemon.kill9();
        commit.join();

        daemon.startAgain();
        a.signal("CONT");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(a.get("greeting")).contains("hello"));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(b.get("greeting")).contains("hallo"));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(daemon.client().inDoubt().getTransactionsList())
                        .isEmpty());
        assertThat(daemon.client().outcome(id).getOutcome()).isEqualTo(Outcome.OUTCOME_COMMITTED);
    }

    private void awaitState(String id, String resource, BranchState state) {
        await().atMost(LIMIT)
                .until(() -> daemon.client().describe(id).getBranchesList().stream()
                        .anyMatch(branch -> branch.getResource().equals(resource) && branch.getState() == state));
    }

    private static void npm(String verb) {
        ChildProcess npm = ChildProcess.start("npm-" + verb, List.of("npm", "--prefix", HOME.toString(), verb));
        assertThat(npm.awaitExit(INSTALL_MAX))
                .as(String.join("\n", npm.lines()) + "\n" + npm.errors())
                .isZero();
    }

    /** One participant, on a file that it keeps over restarts. */
    private final class Notes {

        private final String resource;
        private ChildProcess process;
        private String url;

        Notes(String resource) {
            this.resource = resource;
            restart();
        }

        void restart() {
            process = ChildProcess.start(
                    resource,
                    List.of(
                            "node",
                            HOME.resolve("main.js").toString(),
                            "--coordinator",
                            daemon.address(),
                            "--file",
                            directory.resolve(resource).toString(),
                            "--resource",
                            resource));
            String line = process.awaitLine(text -> text.contains("http://"), "where it listens", LIMIT);
            url = line.substring(line.indexOf("http://"));
            await().atMost(LIMIT).until(() -> transactions().contains("\"connected\":true"));
        }

        int put(String transaction, String key, String value) throws IOException, InterruptedException {
            return send(request("/notes/" + key)
                            .header("unanimous-transaction-id", transaction)
                            .PUT(BodyPublishers.ofString(value)))
                    .statusCode();
        }

        /** The answer's body; empty for a note that does not exist. */
        String get(String key) throws IOException, InterruptedException {
            HttpResponse<String> response = send(request("/notes/" + key).GET());
            return response.statusCode() == 404 ? "" : response.body();
        }

        String transactions() throws IOException, InterruptedException {
            return send(request("/transactions").GET()).body();
        }

        void signal(String signal) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid()).start();
            assertThat(kill.waitFor()).isZero();
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create(url + path)).timeout(LIMIT);
        }

        private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }
}

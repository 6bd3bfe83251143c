package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.v1.ListTransactionsRequest;
import io.unanimous.v1.ListTransactionsResponse;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ListCommandTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void tableShowsIdsInFullAndTimesForPeople() {
        threeTransactions();
        assertThat(shell.run("list")).isEqualTo(ExitCode.OK);
        Golden.check("list.txt", shell.out());
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void jsonIsStable() {
        threeTransactions();
        assertThat(shell.run("list --output json")).isEqualTo(ExitCode.OK);
        Golden.check("list.json", shell.out());
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void yamlIsStableAndSaysTheSameAsJson() {
        threeTransactions();
        assertThat(shell.run("list --output yaml")).isEqualTo(ExitCode.OK);
        Golden.check("list.yaml", shell.out());
        TestShell other = new TestShell(coordinator);
        other.run("list --output json");
        Object fromYaml = new Yaml().load(shell.out());
        Object fromJson = new Yaml().load(other.out());
        assertThat(fromYaml).isEqualTo(fromJson);
    }

    @Test
    void optionsMayStandBeforeTheCommandToo() {
        threeTransactions();
        assertThat(shell.run("-o json --timeout 7s list")).isEqualTo(ExitCode.OK);
        Golden.check("list.json", shell.out());
    }

    @Test
    void emptyResultsSaySoOnStandardErrorAlone() {
        assertThat(shell.run("list")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err()).isEqualTo("The coordinator knows no transaction.\n");

        TestShell filtered = new TestShell(coordinator);
        assertThat(filtered.run("list --in-doubt")).isEqualTo(ExitCode.OK);
        assertThat(filtered.err()).isEqualTo("No transaction matches.\n");
    }

    @Test
    void emptyResultsAreDocumentsForPrograms() {
        shell.run("list -o json");
        assertThat(shell.out()).isEqualTo("{\n  \"transactions\": [],\n  \"nextPageToken\": \"\"\n}\n");
        TestShell yaml = new TestShell(coordinator);
        yaml.run("list -o yaml");
        assertThat(yaml.out()).isEqualTo("transactions: []\nnextPageToken: \"\"\n");
    }

    @Test
    void filtersGoToTheCoordinator() {
        shell.run("list --state committing --state ROLLING_BACK,unknown --age 5m --resource ledger-db --in-doubt"
                + " --heuristic --page-token 0");
        assertThat(coordinator.asked(ListTransactionsRequest.class))
                .containsExactly(ListTransactionsRequest.newBuilder()
                        .addStates(TransactionState.TRANSACTION_STATE_COMMITTING)
                        .addStates(TransactionState.TRANSACTION_STATE_ROLLING_BACK)
                        .addStates(TransactionState.TRANSACTION_STATE_UNKNOWN)
                        .setMinAgeMs(300_000)
                        .setResource("ledger-db")
                        .setInDoubt(true)
                        .setHeuristic(true)
                        .setPageToken("0")
                        .setPageSize(100)
                        .build());
    }

    @Test
    void showsAHundredAndTellsHowToGoOn() {
        manyTransactions(250);
        assertThat(shell.run("list")).isEqualTo(ExitCode.OK);
        assertThat(shell.out().lines()).hasSize(1 + 100);
        assertThat(shell.err()).contains("--all").contains("--page-token 100");

        TestShell next = new TestShell(coordinator);
        assertThat(next.run("list --page-token 100 --limit 150")).isEqualTo(ExitCode.OK);
        assertThat(next.out().lines()).hasSize(1 + 150);
        assertThat(next.err()).isEmpty();
    }

    @Test
    void allPagesAreOneListWithOneHeader() {
        manyTransactions(25);
        coordinator.pageSizeMax = 4;
        coordinator.emptyPagesBetween = true;
        assertThat(shell.run("list --all --page-size 10")).isEqualTo(ExitCode.OK);
        List<String> lines = shell.out().lines().toList();
        assertThat(lines).hasSize(1 + 25).doesNotHaveDuplicates();
        assertThat(lines.get(0)).startsWith("TRANSACTION ");

        TestShell json = new TestShell(coordinator);
        assertThat(json.run("list --all -o json")).isEqualTo(ExitCode.OK);
        Map<String, Object> document = new Yaml().load(json.out());
        assertThat((List<?>) document.get("transactions")).hasSize(25);
        assertThat(document).containsEntry("nextPageToken", "");
    }

    @Test
    void limitNeverSkipsWhatItDoesNotShow() {
        manyTransactions(10);
        shell.run("list --limit 7 --page-size 5");
        assertThat(shell.out().lines()).hasSize(1 + 7);
        assertThat(coordinator.asked(ListTransactionsRequest.class))
                .extracting(ListTransactionsRequest::getPageSize)
                .containsExactly(5, 2);
        assertThat(shell.err()).contains("--page-token 7");
    }

    @Test
    void coordinatorThatLeadsInACircleIsLeft() {
        coordinator.page = ListTransactionsResponse.newBuilder()
                .addTransactions(Samples.fresh())
                .setNextPageToken("again")
                .build();
        assertThat(shell.run("list --all")).isEqualTo(ExitCode.FAILURE);
        assertThat(shell.err()).contains("again");
        assertThat(coordinator.asked(ListTransactionsRequest.class)).hasSize(2);
    }

    @Test
    void hostileNamesCannotTouchTheTerminal() {
        coordinator.transactions.add(TransactionSummary.newBuilder(Samples.fresh())
                .setInitiator("\u001b]0;owned\u0007\u001b[2J\nfake row\u202e\u009bK")
                .build());
        shell.run("list");
        assertThat(shell.out().lines()).hasSize(2);
        assertThat(shell.out()).contains("\\u001b]0;owned\\u0007\\u001b[2J\\nfake row\\u202e\\u009bK");
        TestShell json = new TestShell(coordinator);
        json.run("list -o json");
        assertThat(json.out()).doesNotContain("\u001b", "\u009b", "\u202e").contains("\\u001b]0;owned");
        Map<String, List<Map<String, Object>>> document = new Yaml().load(json.out());
        assertThat(document.get("transactions").get(0))
                .containsEntry("initiator", "\u001b]0;owned\u0007\u001b[2J\nfake row\u202e\u009bK");
    }

    @Test
    void readerThatWentAwayEndsALongList() {
        manyTransactions(25);
        coordinator.pageSizeMax = 1;
        PrintStream closed = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
            @Override
            public boolean checkError() {
                return true;
            }
        };
        assertThat(shell.run(closed, "list", "--all")).isEqualTo(ExitCode.BROKEN_PIPE);
        assertThat(coordinator.asked(ListTransactionsRequest.class)).hasSize(1);
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void wrongOptionsAreUsageErrorsAndAskNobody() {
        for (String wrong : List.of(
                "list --state comitting",
                "list --age 5",
                "list --age soon",
                "list --limit 0",
                "list --limit 5 --all",
                "list --page-size 1001",
                "list --resource Ledger",
                "list --output xml",
                "list --timeout 1ms",
                "list --timeout 2h",
                "list --endpoint host:0",
                "list --endpoint host:65536",
                "list surplus")) {
            TestShell each = new TestShell(coordinator);
            assertThat(each.run(wrong)).as(wrong).isEqualTo(ExitCode.USAGE);
            assertThat(each.err()).as(wrong).startsWith("tx-admin: ").doesNotContain("\tat ");
            assertThat(each.out()).as(wrong).isEmpty();
        }
        assertThat(coordinator.asked).isEmpty();
    }

    private void threeTransactions() {
        coordinator.transactions.addAll(List.of(Samples.fresh(), Samples.mixed(), Samples.stuck()));
    }

    private void manyTransactions(int count) {
        for (int i = count; i > 0; i--) {
            coordinator.transactions.add(Samples.numbered(i));
        }
    }
}

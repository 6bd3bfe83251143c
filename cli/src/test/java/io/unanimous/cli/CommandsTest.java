package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.v1.GetStatusResponse;
import io.unanimous.v1.Hold;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.LogPosition;
import io.unanimous.v1.ParticipantDetail;
import io.unanimous.v1.ResourceDetail;
import io.unanimous.v1.RetryResponse;
import io.unanimous.v1.StateCount;
import io.unanimous.v1.TransactionState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The commands that only look, but for lists and single transactions. */
class CommandsTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void statusShowsTheCoordinator() {
        coordinator.status = status().build();
        assertThat(shell.run("status --endpoint [::1]:7411")).isEqualTo(ExitCode.OK);
        Golden.check("status.txt", shell.out());
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void statusIsADocument() {
        coordinator.status = status().build();
        shell.run("status -o json");
        Golden.check("status.json", shell.out());
        TestShell yaml = new TestShell(coordinator);
        yaml.run("status -o yaml");
        Golden.check("status.yaml", yaml.out());
        assertThat(new Yaml().<Object>load(yaml.out())).isEqualTo(new Yaml().load(shell.out()));
    }

    @Test
    void statusInHoldIsStillAnAnswer() {
        coordinator.status = status().setHold(Hold.newBuilder().setEvidenceId("7f3a91"))
                .setInGrace(true)
                .build();
        assertThat(shell.run("status")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).contains("YES, evidence 7f3a91").contains("presumption waits");
        assertThat(shell.err()).contains("In HOLD").contains("tx-admin hold show");
    }

    @Test
    void participantsShowsWhoIsThereAndWhatIsKnown() {
        coordinator.participants = ListParticipantsResponse.newBuilder()
                .addParticipants(ParticipantDetail.newBuilder()
                        .setParticipant("wallet-service@host7")
                        .setIncarnation("i-99aabbcc")
                        .addResources("wallet-db")
                        .addResources("events")
                        .setConnectedUnixMs(Samples.ago(3_700_000)))
                .addResources(resource("ledger-db", 0, 1, 0))
                .addResources(resource("wallet-db", 1, 0, Samples.ago(30_000)))
                .build();
        assertThat(shell.run("participants")).isEqualTo(ExitCode.OK);
        Golden.check("participants.txt", shell.out());
        assertThat(shell.err()).isEmpty();
        TestShell json = new TestShell(coordinator);
        json.run("participants -o json");
        Golden.check("participants.json", json.out());
    }

    @Test
    void nobodyConnectedIsSaid() {
        assertThat(shell.run("participants")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err()).isEqualTo("No participant is connected.\n");
    }

    @Test
    void retryTellsWhatWasSent() {
        coordinator.retried =
                RetryResponse.newBuilder().setSent(1).setUnreachable(1).build();
        assertThat(shell.run("retry " + Samples.STUCK)).isEqualTo(ExitCode.OK);
        Golden.check("retry.txt", shell.out());
        assertThat(shell.err()).contains("Nobody is connected for 1 branch").contains("tx-admin participants");
        TestShell json = new TestShell(coordinator);
        json.run("retry -o json " + Samples.STUCK);
        Golden.check("retry.json", json.out());
    }

    @Test
    void retryOfNothingSaysSo() {
        assertThat(shell.run("retry " + Samples.STUCK)).isEqualTo(ExitCode.OK);
        assertThat(shell.err()).isEqualTo("Nothing was owed.\n");
    }

    @Test
    void versionNeedsNoCoordinator() {
        assertThat(shell.run("version")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).isEqualTo("tx-admin development (Java " + System.getProperty("java.version") + ")\n");
        TestShell option = new TestShell(coordinator);
        assertThat(option.run("--version")).isEqualTo(ExitCode.OK);
        assertThat(option.out()).isEqualTo(shell.out());
        TestShell json = new TestShell(coordinator);
        json.run("version -o json");
        assertThat(json.out()).startsWith("{\n  \"version\": \"development\",\n  \"java\": \"");
        assertThat(coordinator.asked).isEmpty();
    }

    private static GetStatusResponse.Builder status() {
        return GetStatusResponse.newBuilder()
                .setVersion("0.1.0")
                .setPosition(LogPosition.newBuilder()
                        .setCoordinator("6d2f0b66-7f0e-4c57-9d55-0e6f0a1b2c3d")
                        .setEpoch(7)
                        .setEpochNonce(0xfedc_ba98)
                        .setLogNumber(51_234))
                .setStartedUnixMs(Samples.ago(90_000_000))
                .addCounts(StateCount.newBuilder()
                        .setState(TransactionState.TRANSACTION_STATE_ACTIVE)
                        .setCount(12))
                .addCounts(StateCount.newBuilder()
                        .setState(TransactionState.TRANSACTION_STATE_COMMITTING)
                        .setCount(1))
                .setInDoubtBranches(1)
                .setUnacknowledgedHeuristics(2)
                .setParticipants(3)
                .setRetainedOutcomes(4_321)
                .setHorizon(Samples.FRESH)
                .putCounters("forced_writes", 4_321)
                .putCounters("commands_out", 17_284)
                .putCounters("no", 1)
                .putCounters("contradictions", 0)
                .setDataDir("/var/lib/unanimous");
    }

    private static ResourceDetail resource(String name, int participants, int inDoubt, long scanned) {
        return ResourceDetail.newBuilder()
                .setResource(name)
                .setParticipants(participants)
                .setInDoubtBranches(inDoubt)
                .setLastScanUnixMs(scanned)
                .setFingerprint(scanned == 0 ? "" : "7301234567890:wallet")
                .build();
    }
}

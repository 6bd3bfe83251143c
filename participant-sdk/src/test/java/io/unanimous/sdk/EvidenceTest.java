package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.v1.LogPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process remembers of the coordinators' logs, and how it outlives the process. */
final class EvidenceTest {

    @TempDir
    Path directory;

    @Test
    void aPositionIsRaisedWithinItsEpochAndNeverLowered() {
        Evidence evidence = Evidence.inMemory();
        evidence.observe(Ids.position(5, 100), false);
        evidence.observe(Ids.position(5, 120), false);
        evidence.observe(Ids.position(5, 90), false);
        assertThat(evidence.position(Ids.STORE, 0)).isEqualTo(Ids.position(5, 120));
    }

    @Test
    void aHigherEpochOutsideHoldTakesThePlaceEvenWithALowerNumber() {
        Evidence evidence = Evidence.inMemory();
        evidence.observe(Ids.position(5, 100), false);
        evidence.observe(Ids.position(6, 40), false);
        assertThat(evidence.position(Ids.STORE, 0)).isEqualTo(Ids.position(6, 40));
    }

    @Test
    void inHoldTheEvidenceOfTheOlderEpochIsKept() {
        Evidence evidence = Evidence.inMemory();
        evidence.observe(Ids.position(5, 100), false);
        evidence.observe(Ids.position(6, 40), true);
        evidence.observe(Ids.position(6, 400), true);
        assertThat(evidence.position(Ids.STORE, 0)).isEqualTo(Ids.position(5, 100));
        assertThat(evidence.admits(Ids.STORE, 0, 5))
                .as("the higher epoch was seen all the same")
                .isFalse();
        assertThat(evidence.admits(Ids.STORE, 0, 6)).isTrue();

        evidence.observe(Ids.position(6, 401), false);
        assertThat(evidence.position(Ids.STORE, 0)).isEqualTo(Ids.position(6, 401));
    }

    @Test
    void aSecondCopyOfAnEpochIsNotTakenForTheFirst() {
        Evidence evidence = Evidence.inMemory();
        evidence.observe(Ids.position(5, 100), false);
        LogPosition copy = Ids.position(5, 300).toBuilder().setEpochNonce(99).build();
        evidence.observe(copy, true);
        assertThat(evidence.position(Ids.STORE, 0)).isEqualTo(Ids.position(5, 100));
    }

    @Test
    void aLowerEpochIsNotAdmitted() {
        Evidence evidence = Evidence.inMemory();
        assertThat(evidence.admits(Ids.STORE, 0, 1)).isTrue();
        evidence.observe(Ids.position(5, 100), false);
        assertThat(evidence.admits(Ids.STORE, 0, 4)).isFalse();
        assertThat(evidence.admits(Ids.STORE, 0, 5)).isTrue();
        assertThat(evidence.admits(Ids.OTHER_STORE, 0, 1)).isTrue();
        assertThat(evidence.admits(Ids.STORE, 1, 1))
                .as("another partition has epochs of its own")
                .isTrue();
        evidence.observe(Ids.position(4, 900), false);
        assertThat(evidence.position(Ids.STORE, 0)).isEqualTo(Ids.position(5, 100));
    }

    @Test
    void atMost64PositionsAreKeptAndTheLongestUnheardGoesFirst() {
        Evidence evidence = Evidence.inMemory();
        for (int i = 0; i < 64; i++) {
            evidence.observe(of(i), false);
        }
        assertThat(evidence.positions()).hasSize(64);
        evidence.observe(of(0).toBuilder().setLogNumber(2).build(), false);
        evidence.observe(of(64), false);
        assertThat(evidence.positions()).hasSize(64).doesNotContain(of(1));
        assertThat(evidence.position(of(0).getCoordinator(), 0)).isNotNull();
    }

    @Test
    void whatIsSecuredIsReadBack() throws IOException {
        Path path = directory.resolve("evidence");
        EvidenceFile file = EvidenceFile.open(path);
        Evidence evidence = Evidence.in(file);
        evidence.observe(Ids.position(5, 100), false);
        evidence.observe(Ids.position(7, 10), true);
        evidence.secure();
        evidence.close();

        Evidence readBack = Evidence.in(EvidenceFile.open(path));
        assertThat(readBack.positions()).containsExactly(Ids.position(5, 100));
        assertThat(readBack.admits(Ids.STORE, 0, 6)).isFalse();
        assertThat(Files.readString(path)).startsWith("unanimous-evidence 1\n" + Ids.STORE + " 0 5 35 100 7\ncrc32c ");
        readBack.close();
    }

    @Test
    void nothingNewIsNotWrittenAgain() throws IOException {
        Path path = directory.resolve("evidence");
        Evidence evidence = Evidence.in(EvidenceFile.open(path));
        evidence.observe(Ids.position(5, 100), false);
        evidence.secure();
        Files.delete(path);
        evidence.secure();
        assertThat(path).doesNotExist();
        evidence.observe(Ids.position(5, 101), false);
        evidence.secure();
        assertThat(path).exists();
        evidence.close();
    }

    @Test
    void aTornOrCorruptFileIsRefusedWithAClearError() throws IOException {
        Path path = directory.resolve("evidence");
        Evidence evidence = Evidence.in(EvidenceFile.open(path));
        evidence.observe(Ids.position(5, 100), false);
        evidence.secure();
        evidence.close();
        byte[] whole = Files.readAllBytes(path);

        for (int length = 0; length < whole.length; length++) {
            Files.write(path, java.util.Arrays.copyOf(whole, length));
            assertRefused(path);
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            Files.write(path, flipped);
            assertRefused(path);
        }
        Files.write(path, "rubbish".getBytes(StandardCharsets.UTF_8));
        assertRefused(path);
        Files.write(path, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertRefused(path);
    }

    private static void assertRefused(Path path) throws IOException {
        EvidenceFile file = EvidenceFile.open(path);
        assertThatIOException().isThrownBy(() -> Evidence.in(file)).withMessageContaining("cannot be trusted");
        file.close();
    }

    @Test
    void twoClientsCannotShareAFile() throws IOException {
        Path path = directory.resolve("evidence");
        EvidenceFile first = EvidenceFile.open(path);
        assertThatIOException()
                .isThrownBy(() -> EvidenceFile.open(path))
                .withMessageContaining("Another client uses the evidence file");
        first.close();
        EvidenceFile.open(path).close();
    }

    @Test
    void evidenceIsOnDiskBeforeACommitIsCarriedOut() {
        Path path = directory.resolve("evidence");
        try (ParticipantBench bench = ParticipantBench.welcomed(options -> options.evidenceFile(path))) {
            BranchId branch = bench.prepared(1);
            bench.resource.onCommit = () -> {
                assertThat(Files.readString(path)).contains(" 5 35 102 ");
                return Ending.done();
            };
            bench.commit(branch, 1);
            assertThat(bench.lastAck().getDetail()).isEmpty();
            assertThat(bench.resource.calls).containsExactly("prepare 1", "commit 1");
        }
    }

    @Test
    void aCommitWhoseEvidenceCannotBeWrittenIsNotCarriedOut() throws IOException {
        Path sub = Files.createDirectory(directory.resolve("gone"));
        try (ParticipantBench bench =
                ParticipantBench.welcomed(options -> options.evidenceFile(sub.resolve("evidence")))) {
            BranchId branch = bench.prepared(1);
            Files.delete(sub.resolve("evidence.lock"));
            Files.delete(sub);
            bench.commit(branch, 1);
            assertThat(bench.resource.calls).containsExactly("prepare 1");
            assertThat(bench.lastAck().getResult()).isEqualTo(io.unanimous.v1.AckResult.ACK_RESULT_RETRY);
            assertThat(bench.lastAck().getDetail()).contains("evidence");
        }
    }

    @Test
    void aClientWithADamagedFileDoesNotStart() throws IOException {
        Path path = directory.resolve("evidence");
        Files.writeString(path, "unanimous-evidence 2\n");
        assertThatThrownBy(() -> new UnanimousClient(
                        ClientOptions.builder("unused").evidenceFile(path).build(), new ManualEnvironment()))
                .hasMessageContaining("cannot be trusted");
    }

    private static LogPosition of(int i) {
        return LogPosition.newBuilder()
                .setCoordinator(new UUID(i, i).toString())
                .setEpoch(1)
                .setLogNumber(1)
                .build();
    }

    @Test
    void positionsAreListedLongestUnheardFirst() {
        Evidence evidence = Evidence.inMemory();
        evidence.observe(of(1), false);
        evidence.observe(of(2), false);
        assertThat(evidence.positions()).isEqualTo(List.of(of(1), of(2)));
    }
}

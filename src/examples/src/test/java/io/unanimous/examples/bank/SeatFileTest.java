package io.unanimous.examples.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unanimous.examples.bank.SeatFile.Reservation;
import io.unanimous.examples.bank.SeatFile.Standing;
import io.unanimous.sdk.BranchId;
import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SeatFileTest {

    private static final int SEATS = 3;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("seats");
    }

    static BranchId branch(int sequence) {
        String id = "3f3g5w28v2ay4apnct1p65yf8g-00-0000000001-000000-%010d-0".formatted(sequence);
        return new BranchId(id, "seats/abc12345");
    }

    @Test
    void everyBranchHoldsASeatOfItsOwnUntilNoneIsFree() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            assertThat(seats.hold(branch(1), 10)).contains(new Reservation(1, 10));
            assertThat(seats.hold(branch(2), 20)).contains(new Reservation(2, 20));
            assertThat(seats.hold(branch(3), 30)).contains(new Reservation(3, 30));
            assertThat(seats.hold(branch(4), 40)).isEmpty();
            assertThat(seats.hold(branch(1), 10)).contains(new Reservation(1, 10));
            seats.free(branch(2));
            assertThat(seats.hold(branch(4), 40)).contains(new Reservation(2, 40));
        }
    }

    @Test
    void everythingIsThereAfterARestartAndAfterASecondOne() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            seats.hold(branch(1), 10);
            seats.hold(branch(2), 20);
            seats.hold(branch(3), 30);
            seats.take(branch(1));
            seats.free(branch(2));
        }
        for (int life = 0; life < 2; life++) {
            try (SeatFile seats = new SeatFile(file, SEATS)) {
                assertThat(seats.taken()).containsExactly(new Reservation(1, 10));
                assertThat(seats.holders()).containsExactly(branch(3));
                assertThat(seats.standing(branch(1))).isEqualTo(Standing.TAKEN);
                assertThat(seats.standing(branch(2))).isEqualTo(Standing.FREED);
                assertThat(seats.standing(branch(3))).isEqualTo(Standing.HELD);
                assertThat(seats.standing(branch(4))).isEqualTo(Standing.UNKNOWN);
            }
        }
    }

    @Test
    void takingAndFreeingAgainChangesNothing() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            seats.hold(branch(1), 10);
            assertThat(seats.take(branch(1))).isEqualTo(Standing.HELD);
            assertThat(seats.take(branch(1))).isEqualTo(Standing.TAKEN);
            assertThat(seats.free(branch(1))).isEqualTo(Standing.TAKEN);
            assertThat(seats.taken()).containsExactly(new Reservation(1, 10));
        }
    }

    @Test
    void aRequestThatComesAfterItsOwnRollbackGetsNoSeat() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            assertThat(seats.free(branch(1))).isEqualTo(Standing.UNKNOWN);
        }
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            assertThat(seats.hold(branch(1), 10)).isEmpty();
            assertThat(seats.take(branch(1))).isEqualTo(Standing.FREED);
        }
    }

    @Test
    void aLastLineThatIsCutAnywhereIsAsIfItHadNeverBeenWritten() throws IOException {
        long before;
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            seats.hold(branch(1), 10);
            before = Files.size(file);
            seats.take(branch(1));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int size = (int) before; size < whole.length; size++) {
            Files.write(file, Arrays.copyOf(whole, size));
            try (SeatFile seats = new SeatFile(file, SEATS)) {
                assertThat(seats.standing(branch(1))).as("cut at %d", size).isEqualTo(Standing.HELD);
            }
        }
    }

    @Test
    void damageBeforeTheLastLineIsRefusedAndTheFileIsLeftAsItIs() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            seats.hold(branch(1), 10);
            seats.take(branch(1));
        }
        byte[] damaged = Files.readAllBytes(file);
        damaged[20] ^= 1;
        Files.write(file, damaged);
        assertThatThrownBy(() -> new SeatFile(file, SEATS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("seats:1 is damaged");
        assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
    }

    @Test
    void aFileThatIsOpenIsNotOpenedTwice() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            seats.hold(branch(1), 10);
            // Another process gets an IOException; within one the JDK itself objects.
            assertThatThrownBy(() -> new SeatFile(file, SEATS)).isInstanceOf(OverlappingFileLockException.class);
            assertThat(seats.holders()).containsExactly(branch(1));
        }
    }

    @Test
    void theFreedBranchesThatAreRememberedAreBounded() throws IOException {
        try (SeatFile seats = new SeatFile(file, SEATS)) {
            for (int i = 0; i <= SeatFile.FREED_MAX; i++) {
                seats.free(branch(i));
            }
            assertThat(seats.standing(branch(0))).isEqualTo(Standing.UNKNOWN);
            assertThat(seats.standing(branch(1))).isEqualTo(Standing.FREED);
            assertThat(seats.standing(branch(SeatFile.FREED_MAX))).isEqualTo(Standing.FREED);
        }
    }

    @Test
    void aDirectoryThatIsMissingIsAnError() {
        Path missing = directory.resolve("missing").resolve("seats");
        assertThatThrownBy(() -> new SeatFile(missing, SEATS)).isInstanceOf(IOException.class);
    }
}

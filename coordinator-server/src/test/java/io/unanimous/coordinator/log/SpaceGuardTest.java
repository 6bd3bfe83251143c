package io.unanimous.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpaceGuardTest {
    private static final long RESERVE = 3 << 20;
    private static final long LOW = 1_000_000;
    private static final long PLENTY = 2 * (LOW + RESERVE);

    @TempDir
    Path scratch;

    private Path reserve;
    private long usable = PLENTY;
    private SpaceGuard guard;

    @BeforeEach
    void makeTheGuard() {
        reserve = scratch.resolve(StoreFiles.RESERVE);
        // What the reserve takes is not free, and becomes free with it.
        guard = new SpaceGuard(reserve, RESERVE, LOW, () -> usable);
    }

    private void look(long bytes) throws IOException {
        usable = bytes;
        guard.check();
        guard.replenish();
    }

    @Test
    void aReserveIsSetAsideWhenThereIsPlenty() throws IOException {
        look(PLENTY - 1);
        assertThat(reserve).doesNotExist();

        look(PLENTY);
        assertThat(Files.size(reserve)).isEqualTo(RESERVE);
        assertThat(guard.low()).isFalse();
    }

    @Test
    void aReserveCutShortIsMadeAnew() throws IOException {
        Files.write(reserve, new byte[17]);

        look(PLENTY);

        assertThat(Files.size(reserve)).isEqualTo(RESERVE);
    }

    @Test
    void newWorkIsRefusedBelowTheThresholdAndTheReserveKept() throws IOException {
        look(PLENTY);
        look(LOW);
        assertThat(guard.low()).isFalse();

        look(LOW - 1);
        assertThat(guard.low()).isTrue();
        assertThat(reserve).exists();

        look(LOW);
        assertThat(guard.low()).isFalse();
    }

    @Test
    void theReserveIsGivenUpWhenEvenDecisionsRunShort() throws IOException {
        look(PLENTY);
        look(LOW / 4);
        assertThat(reserve).exists();

        look(LOW / 4 - 1);
        assertThat(reserve).doesNotExist();
        assertThat(guard.low()).isTrue();

        look(PLENTY);
        assertThat(reserve).exists();
        assertThat(guard.low()).isFalse();
    }

    @Test
    void withoutAReserveNoneIsMade() throws IOException {
        SpaceGuard without = new SpaceGuard(reserve, 0, 0, () -> PLENTY);
        without.check();
        without.replenish();

        assertThat(reserve).doesNotExist();
        assertThat(without.low()).isFalse();
    }
}

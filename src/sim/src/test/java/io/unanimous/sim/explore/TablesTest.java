package io.unanimous.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The tables that an exploration is kept in, beyond the sizes at which they grow. */
class TablesTest {

    private static final int MANY = 100_000;

    private static byte[] bytes(int number) {
        return new byte[] {(byte) number, (byte) (number >>> 8), (byte) (number >>> 16)};
    }

    @Test
    void aStateIsNewOnce() {
        StateSet states = new StateSet();
        for (int i = 0; i < MANY; i++) {
            assertThat(states.add(bytes(i))).isTrue();
        }
        for (int i = 0; i < MANY; i++) {
            assertThat(states.add(bytes(i))).isFalse();
        }
        assertThat(states.size()).isEqualTo(MANY);
    }

    @Test
    void aPairKeepsItsNumber() {
        PairMap pairs = new PairMap();
        assertThat(pairs.get(0, 0)).isEqualTo(PairMap.NONE);
        for (int i = 0; i < MANY; i++) {
            pairs.put(i, -i, i);
        }
        for (int i = 0; i < MANY; i++) {
            assertThat(pairs.get(i, -i)).isEqualTo(i);
        }
        assertThat(pairs.get(1, 1)).isEqualTo(PairMap.NONE);
        assertThat(pairs.size()).isEqualTo(MANY);
    }

    @Test
    void happeningsAreCountedApartAndTogether() {
        int counts = 0;
        for (Happening happening : Happening.values()) {
            for (int i = 1; i <= Happening.RATION_MAX; i++) {
                counts = happening.counted(counts);
                assertThat(happening.count(counts)).isEqualTo(i);
            }
        }
        assertThat(Happening.all(counts)).isEqualTo(Happening.RATION_MAX * Happening.values().length);
        assertThat(Happening.all(0)).isZero();
    }
}

package io.unanimous.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Chance that is the same everywhere. */
final class DiceTest {

    /** The first numbers of SplitMix64 for seed 1234567, as its authors' reference code prints them. */
    @Test
    void theyFallAsSplitMix64Does() {
        Dice dice = new Dice(1_234_567);
        assertThat(dice.nextLong()).isEqualTo(6_457_827_717_110_365_317L);
        assertThat(dice.nextLong()).isEqualTo(3_203_168_211_198_807_973L);
        assertThat(Long.toUnsignedString(dice.nextLong())).isEqualTo("9817491932198370423");
    }

    @Test
    void whatOneForkDrawsShiftsNoOther() {
        Dice dice = new Dice(1);
        long drawn = dice.fork(2).nextLong();
        dice.fork(1).nextLong();
        assertThat(dice.fork(2).nextLong()).isEqualTo(drawn);
    }

    @Test
    void boundsAreKept() {
        Dice dice = new Dice(3);
        for (int i = 0; i < 10_000; i++) {
            assertThat(dice.between(-2, 3)).isBetween(-2L, 3L);
            assertThat(dice.below(7)).isBetween(0, 6);
        }
        assertThat(dice.onceIn(0)).isFalse();
        assertThat(dice.shuffled(List.of(1, 2, 3))).containsExactlyInAnyOrder(1, 2, 3);
    }
}

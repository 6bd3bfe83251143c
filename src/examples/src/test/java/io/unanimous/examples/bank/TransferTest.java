package io.unanimous.examples.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TransferTest {

    private static List<Transfer> transfers(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return LongStream.rangeClosed(1, 1_000)
                .mapToObj(number -> Transfer.random(number, 10, random))
                .toList();
    }

    @Test
    void oneSeedAlwaysMakesTheSameTransfers() {
        assertThat(transfers(7)).isEqualTo(transfers(7)).isNotEqualTo(transfers(8));
    }

    @Test
    void moneyGoesBothWaysSomeIsRefusedAndEveryTenthTakesASeat() {
        List<Transfer> transfers = transfers(1);
        assertThat(transfers).anyMatch(transfer -> transfer.amount() > 0).anyMatch(transfer -> transfer.amount() < 0);
        assertThat(transfers).noneMatch(transfer -> transfer.amount() == 0);
        assertThat(transfers)
                .filteredOn(transfer -> Math.abs(transfer.amount()) == Transfer.AMOUNT_REFUSED)
                .hasSizeBetween(20, 60);
        assertThat(transfers).filteredOn(Transfer::withSeat).hasSize(100);
        assertThat(transfers).allMatch(transfer -> transfer.accountA() >= 0 && transfer.accountA() < 10);
    }
}

package io.unanimous.coordinator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.Limits;
import org.junit.jupiter.api.Test;

class HeapNeedTest {

    private static final long PACKAGED_HEAP = 1L << 30;

    @Test
    void theDefaultsFitThePackagedHeap() {
        assertThat(HeapNeed.shortage(Limits.defaults(), PACKAGED_HEAP)).isEmpty();
    }

    @Test
    void aMillionOutcomesDoNot() {
        Limits limits = Limits.defaults().withRetention(86_400_000, 1_000_000, 1);
        assertThat(HeapNeed.shortage(limits, PACKAGED_HEAP))
                .hasValueSatisfying(shortage -> assertThat(shortage)
                        .isEqualTo("the heap of 1024 MiB does not hold 1000000 kept outcomes and 200000 open"
                                + " transactions: give it -Xmx1574m in TX_COORDINATOR_OPTS, or lower"
                                + " --retained-outcomes or --open-transactions"));
        assertThat(HeapNeed.shortage(limits, 1_574L << 20)).isEmpty();
    }
}

package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionIdTest {

    private static final UUID STORE = UUID.fromString("01234567-89ab-4def-8123-456789abcdef");

    @Test
    void textIsAsTheProtocolSays() {
        TransactionId id = TransactionId.of(STORE, 3, 1_700_000_000_000L, 12_345, 1, 3);
        assertThat(id.toString())
                .isEqualTo("014d2pf2db9qqr28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001-3")
                .hasSize(TransactionId.TEXT_LENGTH);
    }

    @Test
    void everyFieldAtItsBoundsComesBackFromTheText() {
        UUID[] stores = {new UUID(0, 0), new UUID(-1, -1), STORE};
        long[][] bounds = {
            {0, TransactionId.PARTITION_MAX},
            {0, TransactionId.EPOCH_MAX},
            {0, TransactionId.NONCE_MAX},
            {0, TransactionId.SEQUENCE_MAX},
            {0, TransactionId.FLAGS_MAX}
        };
        for (UUID store : stores) {
            for (int choice = 0; choice < 32; choice++) {
                TransactionId id = TransactionId.of(
                        store,
                        (int) bounds[0][choice & 1],
                        bounds[1][choice >> 1 & 1],
                        (int) bounds[2][choice >> 2 & 1],
                        bounds[3][choice >> 3 & 1],
                        (int) bounds[4][choice >> 4 & 1]);
                TransactionId parsed = TransactionId.parse(id.toString()).orElseThrow();
                assertThat(parsed).isEqualTo(id).hasSameHashCodeAs(id);
                assertThat(parsed.toString()).isEqualTo(id.toString());
                assertThat(parsed.store()).isEqualTo(store);
                assertThat(parsed.partition()).isEqualTo(id.partition());
                assertThat(parsed.epoch()).isEqualTo(id.epoch());
                assertThat(parsed.nonce()).isEqualTo(id.nonce());
                assertThat(parsed.sequence()).isEqualTo(id.sequence());
                assertThat(parsed.flags()).isEqualTo(id.flags());
            }
        }
    }

    @Test
    void fieldsBeyondTheirBoundsAreRefused() {
        assertThatThrownBy(() -> TransactionId.of(STORE, 1 << 10, 1, 1, 1, 0)).hasMessageContaining("partition");
        assertThatThrownBy(() -> TransactionId.of(STORE, -1, 1, 1, 1, 0)).hasMessageContaining("partition");
        assertThatThrownBy(() -> TransactionId.of(STORE, 0, 1L << 50, 1, 1, 0)).hasMessageContaining("epoch");
        assertThatThrownBy(() -> TransactionId.of(STORE, 0, 1, 1 << 30, 1, 0)).hasMessageContaining("nonce");
        assertThatThrownBy(() -> TransactionId.of(STORE, 0, 1, 1, 1L << 50, 0)).hasMessageContaining("sequence");
        assertThatThrownBy(() -> TransactionId.of(STORE, 0, 1, 1, 1, 4)).hasMessageContaining("flags");
    }

    @Test
    void textsSortAsIdsDo() {
        Random random = new Random(7);
        List<TransactionId> ids = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            ids.add(TransactionId.of(
                    new UUID(random.nextInt(3) - 1, random.nextInt(3) - 1),
                    random.nextInt(3),
                    random.nextLong() & TransactionId.EPOCH_MAX,
                    random.nextInt(1 << 30),
                    random.nextLong() & TransactionId.SEQUENCE_MAX,
                    random.nextInt(4)));
            ids.add(TransactionId.of(
                    STORE, 0, random.nextInt(3), random.nextInt(3), random.nextInt(40), random.nextInt(4)));
        }
        List<TransactionId> byText = new ArrayList<>(ids);
        byText.sort(Comparator.comparing(TransactionId::toString));
        List<TransactionId> byId = new ArrayList<>(ids);
        byId.sort(Comparator.naturalOrder());
        assertThat(byId).isEqualTo(byText);
        for (int i = 1; i < byId.size(); i++) {
            int order = byId.get(i - 1).compareTo(byId.get(i));
            assertThat(order == 0).isEqualTo(byId.get(i - 1).equals(byId.get(i)));
        }
    }

    @Test
    void idsDifferInEveryField() {
        TransactionId id = TransactionId.of(STORE, 0, 5, 6, 7, 0);
        assertThat(List.of(
                        TransactionId.of(World.STORE, 0, 5, 6, 7, 0),
                        TransactionId.of(STORE, 1, 5, 6, 7, 0),
                        TransactionId.of(STORE, 0, 4, 6, 7, 0),
                        TransactionId.of(STORE, 0, 5, 5, 7, 0),
                        TransactionId.of(STORE, 0, 5, 6, 8, 0),
                        TransactionId.of(STORE, 0, 5, 6, 7, 1)))
                .doesNotContain(id)
                .allMatch(other ->
                        id.compareTo(other) == -other.compareTo(id) || id.compareTo(other) * other.compareTo(id) < 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "014d2pf2db9qqr28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001",
                "014d2pf2db9qqr28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001-33",
                "014D2PF2DBSQQG28T5CY4TQKFF-03-01hf7yat00-000c1s-0000000001-3",
                "01id2pf2dbsqqg28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001-3",
                "81id2pf2dbsqqg28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001-3",
                "814d2pf2dbsqqg28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001-3",
                "014d2pf2db9qqr28t5cy4tqkff_03-01hf7yat00-000c1s-0000000001-3",
                "014d2pf2db9qqr28t5cy4tqkff-03-01hf7yat00-000c1s-0000000001-4",
                "014d2pf2db9qqr28t5cy4tqkff-0u-01hf7yat00-000c1s-0000000001-3",
                "014d2pf2db9qqr28t5cy4tqkff-03-01hf7yat0\u00e9-000c1s-0000000001-3",
                "014d2pf2db9qqr28t5cy4tqkff-03-01hf7yat00-000c1s-000000000\n-3"
            })
    void malformedTextIsNoId(String text) {
        assertThat(TransactionId.parse(text)).isEmpty();
    }

    @Test
    void flagsSayWhatIsAllowed() {
        assertThat(TransactionId.of(STORE, 0, 1, 1, 1, 0).allowsOnePhase()).isFalse();
        assertThat(TransactionId.of(STORE, 0, 1, 1, 1, 1).allowsOnePhase()).isTrue();
        assertThat(TransactionId.of(STORE, 0, 1, 1, 1, 1).allowsUnloggedReadOnly())
                .isFalse();
        assertThat(TransactionId.of(STORE, 0, 1, 1, 1, 2).allowsUnloggedReadOnly())
                .isTrue();
    }
}

package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParticipantsTest {

    private static final BranchName BRANCH = World.branch("ledger/a");

    private final Participants participants = new Participants();

    private static Participants.Connection connection(long id, String incarnation, String... resources) {
        List<ResourceRegistration> registrations = new ArrayList<>();
        for (String resource : resources) {
            registrations.add(new ResourceRegistration(resource, ""));
        }
        return new Participants.Connection(id, "p", incarnation, registrations, 0, 0);
    }

    @Test
    void incarnationIsGoneOnceItHasBeenAwayForLongEnough() {
        participants.started(1_000);
        assertThat(participants.goneAtMs(BRANCH, "inc-a", 30)).isEqualTo(1_030);
        participants.join(connection(1, "inc-a", "ledger"), 1_100);
        assertThat(participants.goneAtMs(BRANCH, "inc-a", 30)).isEqualTo(Branch.NEVER);
        participants.leave(1, 2_000);
        assertThat(participants.goneAtMs(BRANCH, "inc-a", 30)).isEqualTo(2_030);
        participants.join(connection(2, "inc-a", "ledger"), 2_010);
        assertThat(participants.goneAtMs(BRANCH, "inc-a", 30)).isEqualTo(Branch.NEVER);
        assertThat(participants.leave(1, 3_000)).isNull();
        assertThat(participants.connection(2)).isNotNull();
    }

    /** More leave at once than are remembered: those that are pushed out are not gone for that. */
    @Test
    void departuresThatAreNotRememberedAreNotGoneAtOnce() {
        participants.started(0);
        int leaving = Participants.DEPARTURES_MAX + 1;
        for (int i = 1; i <= leaving; i++) {
            participants.join(connection(i, "inc-" + i, "ledger"), 50_000);
        }
        for (int i = 1; i <= leaving; i++) {
            participants.leave(i, 100_000 + i);
        }
        assertThat(participants.goneAtMs(BRANCH, "inc-1", 30_000)).isEqualTo(130_001);
        assertThat(participants.goneAtMs(BRANCH, "inc-2", 30_000)).isEqualTo(130_002);
    }

    @Test
    void everyConnectionOfAResourceHasItsTurn() {
        participants.join(connection(1, "inc-a", "ledger"), 0);
        participants.join(connection(2, "inc-b", "ledger", "orders"), 0);
        participants.join(connection(3, "inc-c", "orders"), 0);
        assertThat(participants.any("ledger", 0).id()).isEqualTo(1);
        assertThat(participants.any("ledger", 1).id()).isEqualTo(2);
        assertThat(participants.any("ledger", 2).id()).isEqualTo(1);
        assertThat(participants.any("seats", 0)).isNull();
        assertThat(participants.instances("ledger")).isEqualTo(2);
        participants.leave(2, 0);
        assertThat(participants.any("ledger", 1).id()).isEqualTo(1);
        assertThat(participants.any("orders", 1).id()).isEqualTo(3);
    }

    @Test
    void newStreamSupersedesWhatSharesAResourceWithIt() {
        participants.join(connection(1, "inc-a", "ledger", "orders"), 0);
        participants.join(connection(2, "inc-a", "seats"), 0);
        assertThat(participants.join(connection(3, "inc-a", "ledger"), 70))
                .extracting(Participants.Connection::id)
                .containsExactly(1L);
        assertThat(participants.enlister("orders", "inc-a")).isNull();
        assertThat(participants.goneAtMs(World.branch("orders/a"), "inc-a", 30)).isEqualTo(100);
        assertThat(participants.enlister("seats", "inc-a").id()).isEqualTo(2);
        assertThat(participants.enlister("ledger", "inc-a").id()).isEqualTo(3);
        assertThat(participants.all()).hasSize(2);
    }
}

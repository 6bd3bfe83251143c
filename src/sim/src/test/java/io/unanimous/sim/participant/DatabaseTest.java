package io.unanimous.sim.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.sdk.BranchId;
import io.unanimous.sim.Life;
import io.unanimous.sim.Recorder;
import io.unanimous.sim.Schedule;
import io.unanimous.sim.check.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the simulated database keeps over what befalls it. */
final class DatabaseTest {

    private static final BranchId PREPARED = branch(1);
    private static final BranchId WORKING = branch(2);

    private final List<Observation> seen = new ArrayList<>();
    private final Life session = new Life("service#1");

    @Test
    void aPowerCutTakesTheWorkThatIsNotPrepared() {
        Database database = withBoth(true);

        database.cutPower();

        assertThat(database.unended()).containsExactly(PREPARED);
        assertThat(database.commit(PREPARED)).isTrue();
        assertThat(seen).hasAtLeastOneElementOfType(Observation.Undone.class);
    }

    @Test
    void whereNothingIsSyncedItTakesWhatIsPreparedToo() {
        Database database = withBoth(false);

        database.cutPower();

        assertThat(database.unended()).isEmpty();
        assertThat(database.commit(PREPARED)).isFalse();
    }

    @Test
    void aProcessTakesItsOwnWorkWithIt() {
        Database database = withBoth(true);

        database.sessionsEnded(new Life("service#2"));
        assertThat(database.unended()).containsExactly(PREPARED, WORKING);

        database.sessionsEnded(session);
        assertThat(database.unended()).containsExactly(PREPARED);
    }

    private Database withBoth(boolean durable) {
        Database database = new Database("ledger", durable, new Schedule(), recorder());
        database.work(PREPARED, 5, session);
        database.prepare(PREPARED);
        database.work(WORKING, 7, session);
        return database;
    }

    private static BranchId branch(long sequence) {
        TransactionId id = TransactionId.of(new UUID(1, 2), 0, 1, 7, sequence, 0);
        return BranchId.of(id.toString(), "ledger", "a1");
    }

    private Recorder recorder() {
        return new Recorder() {
            @Override
            public void saw(Observation observation) {
                seen.add(observation);
            }

            @Override
            public long nowMs() {
                return 0;
            }
        };
    }
}

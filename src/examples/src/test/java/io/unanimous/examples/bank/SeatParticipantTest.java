package io.unanimous.examples.bank;

import static io.unanimous.examples.bank.SeatFileTest.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SeatParticipantTest {

    @TempDir
    private Path directory;

    private SeatFile seats;
    private SeatParticipant participant;

    @BeforeEach
    void open() throws IOException {
        seats = new SeatFile(directory.resolve("seats"), 5);
        participant = new SeatParticipant(seats);
    }

    @AfterEach
    void close() throws IOException {
        seats.close();
    }

    private static BranchContext about(BranchId branch) {
        return new BranchContext(branch, new byte[0], 1, false);
    }

    @Test
    void aHeldSeatVotesYesAndAnUnknownOneNo() throws IOException {
        seats.hold(branch(1), 10);
        assertThat(participant.prepare(about(branch(1)))).isEqualTo(Ballot.prepared());
        assertThat(participant.prepare(about(branch(2))).vote()).isEqualTo(Ballot.Vote.REFUSED);
    }

    @Test
    void commitAndRollbackAreDoneHoweverOftenTheyCome() throws IOException {
        seats.hold(branch(1), 10);
        seats.hold(branch(2), 20);
        for (int i = 0; i < 2; i++) {
            assertThat(participant.commit(about(branch(1)))).isEqualTo(Ending.done());
            assertThat(participant.rollback(about(branch(2)))).isEqualTo(Ending.done());
            assertThat(participant.rollback(about(branch(3)))).as("never seen").isEqualTo(Ending.done());
        }
    }

    @Test
    void aContradictionIsReportedAndNotCarriedOut() throws IOException {
        seats.hold(branch(1), 10);
        seats.hold(branch(2), 20);
        participant.commit(about(branch(1)));
        participant.rollback(about(branch(2)));
        assertThat(participant.rollback(about(branch(1))).result()).isEqualTo(Ending.Result.HEURISTIC_COMMITTED);
        assertThat(participant.commit(about(branch(2))).result()).isEqualTo(Ending.Result.HEURISTIC_ROLLED_BACK);
        assertThat(participant.commit(about(branch(3))).result()).isEqualTo(Ending.Result.HEURISTIC_HAZARD);
        assertThat(seats.taken()).hasSize(1);
    }

    @Test
    void oneSinglePhaseTakesWhatIsHeldAndRollsBackWhatIsNot() throws IOException {
        seats.hold(branch(1), 10);
        assertThat(participant.commitOnePhase(about(branch(1)))).isEqualTo(Ending.done());
        assertThat(participant.commitOnePhase(about(branch(2))).result()).isEqualTo(Ending.Result.ROLLED_BACK);
    }

    @Test
    void aScanTellsWhatIsHeldAndNothingElse() throws IOException {
        seats.hold(branch(1), 10);
        seats.hold(branch(2), 20);
        seats.hold(branch(3), 30);
        seats.take(branch(1));
        seats.free(branch(2));
        List<BranchId> found = new ArrayList<>();
        participant.scan(found::add);
        assertThat(found).containsExactly(branch(3));
    }
}

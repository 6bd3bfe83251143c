package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How participants are registered. */
final class RegistrationTest {

    private final ManualEnvironment environment = new ManualEnvironment();
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final UnanimousClient client = new UnanimousClient(
            ClientOptions.builder("unused").channel(coordinator::dial).build(), environment);

    @AfterEach
    void stop() {
        coordinator.close();
    }

    @Test
    void anUnsuitableResourceIsRefusedAndGivenBack() {
        FailingParticipant participant = new FailingParticipant(new UnsuitableResourceException("set fsync = on"));
        assertThatThrownBy(() -> client.participant("ledger", participant))
                .isInstanceOf(UnsuitableResourceException.class)
                .hasMessageContaining("fsync");
        environment.settle();
        assertThat(participant.ended).isTrue();
        assertThat(coordinator.participants).isEmpty();
        assertThat(client.participant("ledger", new ScriptedParticipant()).resource())
                .isEqualTo("ledger");
    }

    @Test
    void aResourceThatCannotBeReachedMayBeRegisteredLater() {
        assertThatThrownBy(() -> client.participant("ledger", new FailingParticipant(new IOException("refused"))))
                .isInstanceOf(ResourceUnavailableException.class)
                .hasMessageContaining("refused");
        assertThat(client.participant("ledger", new ScriptedParticipant())).isNotNull();
    }

    @Test
    void aNameIsRegisteredOnce() {
        assertThat(client.participant("ledger", new ScriptedParticipant())).isNotNull();
        assertThatIllegalStateException().isThrownBy(() -> client.participant("ledger", new ScriptedParticipant()));
        assertThatIllegalArgumentException().isThrownBy(() -> client.participant("Ledger", new ScriptedParticipant()));
    }

    @Test
    void anAdapterIsAttachedBeforeItIsCalled() {
        Adapter adapter = new Adapter();
        String attached = client.participant("ledger", adapter);
        assertThat(attached).isEqualTo("attached to ledger");
        environment.settle();
        assertThat(adapter.scannedWhenAttached).isTrue();
    }

    @Test
    void eachRegistrationIsALifeOfItsOwn() {
        ParticipantHandle first = client.participant("ledger", new ScriptedParticipant());
        ParticipantHandle second = client.participant("seats", new ScriptedParticipant());
        assertThat(first.branchOf(Ids.transaction(1)).suffix())
                .isNotEqualTo(second.branchOf(Ids.transaction(1)).suffix());
        assertThat(first.branchOf(Ids.transaction(1))).isEqualTo(first.branchOf(Ids.transaction(1)));
    }

    private static final class FailingParticipant extends ParticipantBase {
        private final Exception failure;
        private boolean ended;

        FailingParticipant(Exception failure) {
            this.failure = failure;
        }

        @Override
        public void verify() throws Exception {
            throw failure;
        }

        @Override
        public void ended() {
            ended = true;
        }
    }

    private static final class Adapter extends ParticipantBase implements ParticipantAdapter<String> {
        private boolean attached;
        private boolean scannedWhenAttached;

        @Override
        public String attach(ParticipantHandle handle) {
            attached = true;
            return "attached to " + handle.resource();
        }

        @Override
        public void scan(ScanSink sink) {
            scannedWhenAttached = attached;
        }
    }

    private abstract static class ParticipantBase implements Participant {
        @Override
        public Ballot prepare(BranchContext branch) {
            return Ballot.prepared();
        }

        @Override
        public Ending commit(BranchContext branch) {
            return Ending.done();
        }

        @Override
        public Ending commitOnePhase(BranchContext branch) {
            return Ending.done();
        }

        @Override
        public Ending rollback(BranchContext branch) {
            return Ending.done();
        }

        @Override
        public void forget(BranchContext branch) {}

        @Override
        public void scan(ScanSink sink) {}
    }
}

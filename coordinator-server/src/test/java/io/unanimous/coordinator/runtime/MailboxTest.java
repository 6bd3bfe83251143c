package io.unanimous.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.ReplyTo;
import io.unanimous.coordinator.core.TransactionId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** New work is refused first, questions next, and what ends transactions never (hazard 40). */
final class MailboxTest {

    private static final int MAX = 10;
    private static final ReplyTo NOBODY = new ReplyTo() {};
    private static final Input FIRST = new Input.BeginRequested(NOBODY, 1_000, 0, "");
    private static final Input NEXT = new Input.OutcomeAsked(NOBODY, TransactionId.of(new UUID(1, 2), 0, 1, 2, 3, 0));
    private static final Input NEVER = new Input.ParticipantLost(1);

    private final Mailbox mailbox = new Mailbox(MAX);

    @Test
    void newWorkIsTakenBelowItsBoundAndRefusedAtAndAboveIt() {
        fill(MAX - 1);
        assertThat(mailbox.offer(FIRST)).isTrue();
        assertThat(mailbox.offer(FIRST)).isFalse();
        fill(1);
        assertThat(mailbox.offer(FIRST)).isFalse();
        assertThat(mailbox.size()).isEqualTo(MAX + 1);
    }

    @Test
    void questionsAreTakenUpToTwiceTheBound() {
        fill(2 * MAX - 1);
        assertThat(mailbox.offer(NEXT)).isTrue();
        assertThat(mailbox.offer(NEXT)).isFalse();
    }

    @Test
    void whatEndsTransactionsIsNeverRefused() {
        fill(100 * MAX);
        assertThat(mailbox.offer(NEVER)).isTrue();
    }

    @Test
    void inputsComeOutInTheOrderInWhichTheyCameIn() {
        for (int i = 1; i <= 3; i++) {
            mailbox.offer(new Input.ParticipantLost(i));
        }
        List<Input> taken = new ArrayList<>();
        for (Input input = mailbox.poll(); input != null; input = mailbox.poll()) {
            taken.add(input);
        }
        assertThat(taken)
                .containsExactly(
                        new Input.ParticipantLost(1), new Input.ParticipantLost(2), new Input.ParticipantLost(3));
        assertThat(mailbox.size()).isZero();
    }

    @Test
    void streamsAreReadWhileThereIsRoomAndGoOnWhenThereIsAgain() {
        List<String> read = new ArrayList<>();
        fill(4 * MAX - 1);
        mailbox.whenRoom(() -> read.add("below"));
        fill(1);
        mailbox.whenRoom(() -> read.add("at"));
        fill(1);
        mailbox.whenRoom(() -> read.add("above"));
        assertThat(read).containsExactly("below");
        mailbox.poll();
        mailbox.releaseHeldBack();
        assertThat(read).containsExactly("below");
        assertThat(mailbox.couldReleaseHeldBack()).isFalse();
        mailbox.poll();
        assertThat(mailbox.couldReleaseHeldBack()).isTrue();
        mailbox.releaseHeldBack();
        assertThat(read).containsExactly("below", "at", "above");
    }

    @Test
    void whoeverOffersCallsTheLoop() {
        List<String> called = new ArrayList<>();
        mailbox.onWork(() -> called.add("with " + mailbox.size()));
        mailbox.offer(NEVER);
        mailbox.offer(FIRST);
        assertThat(called).containsExactly("with 1", "with 2");
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            mailbox.offer(NEVER);
        }
    }
}

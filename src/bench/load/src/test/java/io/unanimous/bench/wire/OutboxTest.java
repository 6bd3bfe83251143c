package io.unanimous.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final List<List<Integer>> sent = new ArrayList<>();
    private final Traffic traffic = new Traffic();
    private final Outbox<Integer, List<Integer>> outbox = new Outbox<>(
            new StreamObserver<>() {
                @Override
                public void onNext(List<Integer> frame) {
                    sent.add(List.copyOf(frame));
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            },
            frame -> frame,
            traffic);

    private void add(int count) {
        for (int number = 0; number < count; number++) {
            outbox.add(number);
        }
    }

    @Test
    void aGivenNumberOfMessagesFillsEachFrame() {
        add(25);
        outbox.flushInFramesOf(2.5);
        assertThat(sent).hasSize(10).extracting(List::size).containsOnly(2, 3);
        assertThat(sent.stream().flatMap(List::stream)).hasSize(25).isSortedAccordingTo(Integer::compare);
        assertThat(Traffic.messagesPerFrame(traffic, new Traffic())).isEqualTo(2.5);
    }

    @Test
    void whatIsLittleMoreThanAFrameIsOneFrame() {
        add(100);
        outbox.flushInFramesOf(97.3);
        assertThat(sent).extracting(List::size).containsExactly(100);
    }

    @Test
    void whatIsLessThanAFrameWaits() {
        add(1);
        outbox.flushInFramesOf(2);
        assertThat(sent).isEmpty();
        add(1);
        outbox.flushInFramesOf(2);
        assertThat(sent).containsExactly(List.of(0, 0));
    }

    @Test
    void aFlushSendsWhateverThereIs() {
        outbox.flush();
        add(3);
        outbox.flush();
        assertThat(sent).containsExactly(List.of(0, 1, 2));
    }
}

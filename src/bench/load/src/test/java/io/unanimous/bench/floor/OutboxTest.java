package io.unanimous.bench.floor;

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

    @Test
    void fullFramesHoldTheAverageExactlyAndTheRestWaits() {
        for (int number = 0; number < 26; number++) {
            outbox.add(number);
        }
        outbox.flushFull(2.5);
        assertThat(sent).hasSize(10);
        assertThat(sent).extracting(List::size).startsWith(2, 3, 2, 3);
        assertThat(Traffic.messagesPerFrame(traffic, new Traffic())).isEqualTo(2.5);
        outbox.flush();
        assertThat(sent.stream().flatMap(List::stream)).hasSize(26).isSortedAccordingTo(Integer::compare);
    }

    @Test
    void whatIsLessThanAFrameWaits() {
        outbox.add(1);
        outbox.flushFull(2);
        assertThat(sent).isEmpty();
        outbox.add(2);
        outbox.flushFull(2);
        assertThat(sent).containsExactly(List.of(1, 2));
    }
}

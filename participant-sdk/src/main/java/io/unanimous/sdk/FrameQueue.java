package io.unanimous.sdk;

import com.google.protobuf.MessageLite;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Messages that wait to be sent, cut into frames of at most {@link Limits#FRAME_MESSAGES_MAX} messages and
 * {@link Limits#FRAME_BYTES_MAX} bytes. Confined to one loop.
 */
final class FrameQueue<M extends MessageLite> {

    /** A message's tag and length in the frame. */
    private static final int OVERHEAD_BYTES = 5;

    private final ArrayDeque<M> messages = new ArrayDeque<>();
    private long bytes;

    void add(M message) {
        messages.add(message);
        bytes += size(message);
    }

    /** Takes the next frame; empty when nothing waits. A message larger than a frame makes a frame of its own. */
    List<M> nextFrame() {
        List<M> frame = new ArrayList<>(Math.min(messages.size(), Limits.FRAME_MESSAGES_MAX));
        int frameBytes = 0;
        while (!messages.isEmpty() && frame.size() < Limits.FRAME_MESSAGES_MAX) {
            int next = size(messages.element());
            if (!frame.isEmpty() && frameBytes + next > Limits.FRAME_BYTES_MAX) {
                break;
            }
            frame.add(messages.remove());
            frameBytes += next;
        }
        bytes -= frameBytes;
        return frame;
    }

    /** Drops every message that does not pass. */
    void retain(Predicate<M> kept) {
        messages.removeIf(kept.negate());
        bytes = messages.stream().mapToLong(FrameQueue::size).sum();
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** More waits than a reader who reads at all would leave. */
    boolean overflows() {
        return messages.size() > Limits.OUTBOX_MESSAGES_MAX || bytes > Limits.OUTBOX_BYTES_MAX;
    }

    private static int size(MessageLite message) {
        return message.getSerializedSize() + OVERHEAD_BYTES;
    }
}

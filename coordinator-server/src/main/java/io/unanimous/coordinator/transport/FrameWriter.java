package io.unanimous.coordinator.transport;

import com.google.protobuf.MessageLite;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.RefusalReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of one stream: gathers commands into frames, in the order in which they came.
 *
 * <p>The loop, the log's thread and gRPC's may all call it; its lock puts them in a row. What the peer is too slow to read
 * waits here, bounded in bytes, and goes out in larger frames; above the bound the stream is closed, and its work resumes
 * when the peer is back.
 *
 * @param <M> a command
 * @param <F> a frame of commands
 */
final class FrameWriter<M extends MessageLite, F> {

    /** What a command costs in its frame besides itself: a tag and a length. */
    private static final int OVERHEAD_BYTES = 6;

    private final ServerCallStreamObserver<F> stream;
    private final Function<List<M>, F> framing;
    private final EdgeLimits limits;
    private final Runnable onClosed;
    private final Deque<M> unsent = new ArrayDeque<>();
    private long unsentBytes;
    private boolean completing;
    private boolean closed;
    private boolean written;

    /**
     * A writer of this stream.
     *
     * @param onClosed told once when this side has ended the stream, whoever asked for it; must neither block nor throw
     */
    FrameWriter(
            ServerCallStreamObserver<F> stream, Function<List<M>, F> framing, EdgeLimits limits, Runnable onClosed) {
        this.stream = stream;
        this.framing = framing;
        this.limits = limits;
        this.onClosed = onClosed;
    }

    /** Writes commands, as one frame as far as they fit; dropped when the stream is closed. */
    synchronized void write(List<M> commands) {
        if (closed || commands.isEmpty()) {
            return;
        }
        for (M command : commands) {
            unsent.addLast(command);
            unsentBytes += command.getSerializedSize() + OVERHEAD_BYTES;
        }
        pump();
        if (unsentBytes > limits.outboundBytesMax()) {
            close(StatusMapper.exception(Refusal.of(
                    RefusalReason.SLOW_READER,
                    "more than " + limits.outboundBytesMax() + " bytes wait to be read: connect again")));
        }
    }

    /** Sends what waits as far as the peer takes it. Called whenever it takes more. */
    synchronized void pump() {
        while (!closed && !unsent.isEmpty() && stream.isReady()) {
            List<M> frame = new ArrayList<>();
            long bytes = 0;
            while (!unsent.isEmpty() && frame.size() < limits.frameCommandsMax()) {
                int size = unsent.getFirst().getSerializedSize() + OVERHEAD_BYTES;
                if (!frame.isEmpty() && bytes + size > limits.frameBytesMax()) {
                    break;
                }
                frame.add(unsent.removeFirst());
                bytes += size;
            }
            unsentBytes -= bytes;
            written = true;
            stream.onNext(framing.apply(frame));
        }
        if (completing && unsent.isEmpty()) {
            close(null);
        }
    }

    /** Ends the stream well, once everything written is sent. */
    synchronized void complete() {
        completing = true;
        pump();
    }

    /** Ends the stream at once; null for well. */
    synchronized void close(@Nullable StatusRuntimeException status) {
        if (closed) {
            return;
        }
        closed = true;
        unsent.clear();
        unsentBytes = 0;
        if (status == null) {
            stream.onCompleted();
        } else {
            stream.onError(status);
        }
        onClosed.run();
    }

    /** The stream has ended: what waits is let go, and nothing more is written. */
    synchronized void abandon() {
        closed = true;
        unsent.clear();
        unsentBytes = 0;
    }

    /** Whether a frame was sent since the last time this was asked. */
    synchronized boolean wasWritten() {
        boolean was = written;
        written = false;
        return was;
    }
}

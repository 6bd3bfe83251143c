package io.unanimous.coordinator.transport;

import io.grpc.stub.ServerCallStreamObserver;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.v1.WatchTransactionsResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Those who watch. From any thread. */
final class Watchers {

    private final Intake intake;
    private final StreamSlots slots;
    private final EdgeLimits limits;
    private final Map<Long, WatchStream> watchers = new ConcurrentHashMap<>();
    private final AtomicLong lastWatcher = new AtomicLong();

    Watchers(Intake intake, StreamSlots slots, EdgeLimits limits) {
        this.intake = intake;
        this.slots = slots;
        this.limits = limits;
    }

    /** Lets somebody watch changes of one resource's transactions; of all when it is empty. */
    void watch(ServerCallStreamObserver<WatchTransactionsResponse> call, String resource) {
        Refusal refusal = slots.take();
        if (refusal != null) {
            call.onError(StatusMapper.exception(refusal));
            return;
        }
        long watcher = lastWatcher.incrementAndGet();
        WatchStream stream = new WatchStream(call, resource, limits.watchEventsMax());
        watchers.put(watcher, stream);
        call.setOnReadyHandler(stream::pump);
        call.setOnCancelHandler(() -> stop(watcher));
        Refusal late = intake.offer(new Input.WatchStarted(watcher));
        if (late != null) {
            stop(watcher);
            stream.close(StatusMapper.exception(late));
        }
    }

    private void stop(long watcher) {
        if (watchers.remove(watcher) != null) {
            slots.giveBack();
            // Refused only by a coordinator that is stopping, which does not need to know.
            intake.offer(new Input.WatchStopped(watcher));
        }
    }

    /** Tells those who watch of a change. */
    void notify(Effect.NotifyWatchers change) {
        WatchTransactionsResponse message = null;
        for (long watcher : change.watchers()) {
            WatchStream stream = watchers.get(watcher);
            if (stream != null && stream.wants(change.resources())) {
                if (message == null) {
                    message = WatchTransactionsResponse.newBuilder()
                            .setTransaction(AnswerWriter.summary(change.transaction()))
                            .setUnixMs(change.wallMs())
                            .build();
                }
                stream.write(message);
            }
        }
    }

    /** Ends every stream. */
    void closeAll(Refusal refusal) {
        watchers.forEach((watcher, stream) -> {
            stream.close(StatusMapper.exception(refusal));
            stop(watcher);
        });
    }
}

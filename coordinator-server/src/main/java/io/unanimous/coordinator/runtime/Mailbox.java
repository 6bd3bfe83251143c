package io.unanimous.coordinator.runtime;

import io.unanimous.coordinator.core.Input;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Inputs on their way to the loop: any thread offers, the loop's thread takes.
 *
 * <p>New work is refused first, questions next, and what ends transactions never (P13): that is bounded by the
 * transactions that may be open, and by {@link #whenRoom}, which holds back the streams that it comes from.
 */
final class Mailbox {

    private final Queue<Input> inputs = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> heldBack = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final int firstMax;
    private final int nextMax;
    private final int readMax;
    private volatile Runnable wake = () -> {};

    /**
     * A mailbox without inputs.
     *
     * @param sheddableMax inputs waiting at which new work is refused
     */
    Mailbox(int sheddableMax) {
        firstMax = sheddableMax;
        nextMax = (int) Math.min(2L * sheddableMax, Integer.MAX_VALUE);
        readMax = (int) Math.min(4L * sheddableMax, Integer.MAX_VALUE);
    }

    /** Puts an input in and wakes the loop; false, and nothing is changed, when it is shed. From any thread. */
    boolean offer(Input input) {
        if (size.get() >= bound(input.shedding())) {
            return false;
        }
        size.incrementAndGet();
        inputs.add(input);
        wake();
        return true;
    }

    private int bound(Input.Shedding shedding) {
        return switch (shedding) {
            case FIRST -> firstMax;
            case NEXT -> nextMax;
            case NEVER -> Integer.MAX_VALUE;
        };
    }

    /**
     * Runs the action at once if there is room, else on the loop's thread as soon as there is. From any thread.
     *
     * @param action goes on reading a stream: it must neither block nor throw
     */
    void whenRoom(Runnable action) {
        if (size.get() < readMax) {
            action.run();
            return;
        }
        heldBack.add(action);
        // The loop may have made room, and looked, before the action was there to be seen.
        wake();
    }

    /** Takes the oldest input; null when there is none. On the loop's thread. */
    @Nullable
    Input poll() {
        Input input = inputs.poll();
        if (input != null) {
            size.decrementAndGet();
        }
        return input;
    }

    /** Lets go on whom {@link #whenRoom} has held back, if there is room. On the loop's thread. */
    void releaseHeldBack() {
        while (size.get() < readMax) {
            Runnable action = heldBack.poll();
            if (action == null) {
                return;
            }
            action.run();
        }
    }

    /** How many inputs wait. */
    int size() {
        return size.get();
    }

    /** Has this run whenever the loop may have something to do. Before anybody else offers. */
    void onWork(Runnable action) {
        wake = action;
    }

    /** Tells the loop that it may have something to do. From any thread. */
    void wake() {
        wake.run();
    }

    /** Whether somebody is held back for whom there is room now. */
    boolean couldReleaseHeldBack() {
        return !heldBack.isEmpty() && size.get() < readMax;
    }
}

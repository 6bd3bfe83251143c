package io.unanimous.sim;

/** One life of one process: what is planned for it ends with it, and waits while it is stopped. */
public final class Life {

    private final String name;
    private boolean over;
    private long stoppedUntilNanos;

    /** A process that runs. */
    public Life(String name) {
        this.name = name;
    }

    /** Which process, and which of its lives. */
    public String name() {
        return name;
    }

    /** Whether it has ended. */
    public boolean isOver() {
        return over;
    }

    /** Ends it, as SIGKILL does. */
    public void end() {
        over = true;
    }

    /** Stops it until then, as SIGSTOP does: what falls due in between is done afterwards, in its order. */
    public void stopUntil(long nanos) {
        stoppedUntilNanos = Math.max(stoppedUntilNanos, nanos);
    }

    /** When it goes on; in the past if it is not stopped. */
    public long stoppedUntilNanos() {
        return stoppedUntilNanos;
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.unanimous.sdk;

/**
 * A participant that gives the application an interface of its own to work with, instead of a bare handle.
 *
 * @param <H> what the application works with
 */
public interface ParticipantAdapter<H> extends Participant {

    /**
     * Takes the handle of this participant and returns what the application works with. Called once, on the caller's
     * thread, after {@link #verify()} and before any other call.
     */
    H attach(ParticipantHandle handle);
}

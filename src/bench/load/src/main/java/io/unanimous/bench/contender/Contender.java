package io.unanimous.bench.contender;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * One system under measurement, as seen by the process that loads it. Its server, if it has one, is a process of its own,
 * which it starts, and ends in {@link #close}.
 */
public interface Contender extends AutoCloseable {

    /**
     * Runs one transaction, from its begin until the initiator knows the outcome and every participant has acknowledged
     * it. Completes exceptionally when the outcome is not known; a rollback is an outcome.
     *
     * @param slot 0 to one less than {@link Setting#inFlight}; one call at a time for each slot
     */
    CompletionStage<Outcome> transact(int slot);

    /** Said before each stretch of load, while nothing is in flight. */
    default void levelBegins(int inFlight) {}

    /** What it alone has to say about the stretch that has just ended, by name. */
    default Map<String, Double> levelEnded() {
        return Map.of();
    }

    /** Looks, after the load has ended, at what was really done: everything begun is finished, the total is the same. */
    Verdict verify(Counts counts) throws Exception;

    /** Ends the system and waits until its processes are gone. */
    @Override
    void close() throws Exception;
}

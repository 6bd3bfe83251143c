package io.unanimous.sdk;

/** How a call of the participant went. */
sealed interface CallResult {

    /** It voted. */
    record Voted(Ballot ballot) implements CallResult {}

    /** It ended the branch, or says why not yet. */
    record Ended(Ending ending) implements CallResult {}

    /** The call was not made: a higher epoch had been seen by the time it would have begun. */
    record Dropped() implements CallResult {}
}

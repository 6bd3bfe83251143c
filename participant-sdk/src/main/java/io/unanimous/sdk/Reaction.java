package io.unanimous.sdk;

/** What is to be done after a branch took in an order or the end of a call. */
sealed interface Reaction {

    /** Call the participant. At most one call of a branch runs at a time. */
    record Call(Order order, BranchContext context) implements Reaction {}

    /** Answer a prepare. */
    record CastVote(Order order, Ballot ballot) implements Reaction {}

    /** Answer any other order. */
    record Acknowledge(Order order, Ending ending) implements Reaction {}

    /** The order contradicts what was done, and is not carried out: wake an operator, and say so in the answer. */
    record Alarm(Order order, String contradiction) implements Reaction {}
}

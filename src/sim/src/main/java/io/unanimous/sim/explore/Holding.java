package io.unanimous.sim.explore;

/** What a branch's database holds of it; it outlives every process. */
enum Holding {
    /** Nothing durable. */
    NOTHING,
    /** The process that asked for the prepare is dead, and the database is still at it. */
    PREPARING,
    PREPARED,
    COMMITTED,
    /** It was prepared, and was rolled back. */
    ROLLED_BACK,
    COMMITTED_IN_ONE_PHASE
}

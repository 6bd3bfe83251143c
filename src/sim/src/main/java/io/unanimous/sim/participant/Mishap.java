package io.unanimous.sim.participant;

/** What goes wrong with one call of a participant or of its driver. */
public enum Mishap {
    /** Nothing. */
    NONE,
    /** It throws, and nothing was done. */
    THROWS_BEFORE,
    /** It throws, and it was done. */
    THROWS_AFTER,
    /** Prepare only: it throws, and is done some time later, in a session that nobody sees into. */
    DONE_LATER,
    /** Prepare only: a constraint does not hold. */
    REFUSES,
    /** Phase two over XA only: XAER_NOTA, although the branch is prepared under another session. */
    FALSE_NOTA,
    /** Phase two over XA only: XAER_RMERR for a lost connection, before anything was done. */
    FALSE_RMERR,
    /** Phase two over XA only: an XAException with the code 0 for a lost connection, before anything was done. */
    FALSE_ZERO
}

package io.unanimous.sim.net;

import io.unanimous.sim.Dice;

/** What frames suffer at the moment. Rates are "once in so many frames", 0 for never. */
public interface Weather {

    /** How long a frame is under way. */
    long delayNanos(Dice dice);

    /** Whether this frame is lost. */
    boolean loses(Dice dice);

    /** Whether this frame comes twice. */
    boolean doubles(Dice dice);

    /** How long it takes until an end of a stream that broke hears of it; long for one that stays half-open. */
    long newsNanos(Dice dice);

    /** By how much this frame is held back while those behind it overtake it; 0 for not at all. */
    long overtakenNanos(Dice dice);
}

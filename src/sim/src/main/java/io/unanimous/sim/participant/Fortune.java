package io.unanimous.sim.participant;

import io.unanimous.sim.Dice;

/** What befalls participants' calls, decided from outside. */
public interface Fortune {

    /** What goes wrong with this prepare. */
    Mishap ofPrepare();

    /** What goes wrong with this commit, rollback or one-phase commit. */
    Mishap ofEnding(boolean overXa);

    /** Whether this scan fails half-way, whoever wanted it. */
    boolean failsScan();

    /** How long a worker takes until it makes its call; long for slow and hanging ones. */
    long callNanos(Dice dice);

    /** How long a prepare goes on in the database behind a call that failed. */
    long lateNanos(Dice dice);
}

package io.unanimous.sim.net;

import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Schedule;

/** One direction of one call: frames arrive in the order in which they were sent, unless the weather has it otherwise. */
final class Lane {

    private final Network network;
    private final Dice dice;
    private final String from;
    private final String to;
    private final Life receiver;
    private long lastArrivalNanos;

    Lane(Network network, Dice dice, String from, String to, Life receiver) {
        this.network = network;
        this.dice = dice;
        this.from = from;
        this.to = to;
        this.receiver = receiver;
    }

    /**
     * Carries a frame, or a turn of the call itself, which suffers delay alone.
     *
     * @return false if it was lost: the stream goes on without it until the network is healed
     */
    boolean carry(boolean frame, Runnable arrives) {
        if (network.isCut(from, to)) {
            return false;
        }
        Weather weather = network.weather();
        Schedule schedule = network.schedule();
        long arrival = Math.max(schedule.nowNanos() + weather.delayNanos(dice), lastArrivalNanos + 1);
        if (frame) {
            if (weather.loses(dice)) {
                return false;
            }
            if (weather.doubles(dice)) {
                schedule.in(arrival - schedule.nowNanos() + weather.delayNanos(dice), receiver, arrives);
            }
            long overtaken = weather.overtakenNanos(dice);
            if (overtaken > 0) {
                schedule.in(arrival - schedule.nowNanos() + overtaken, receiver, arrives);
                return true;
            }
        }
        lastArrivalNanos = arrival;
        schedule.in(arrival - schedule.nowNanos(), receiver, arrives);
        return true;
    }
}

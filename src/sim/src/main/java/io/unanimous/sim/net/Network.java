package io.unanimous.sim.net;

import io.unanimous.sim.Dice;
import io.unanimous.sim.Life;
import io.unanimous.sim.Schedule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries calls between processes. What a single frame suffers is decided here: how long it takes, whether it is lost,
 * comes twice, or is overtaken by those behind it.
 */
public final class Network {

    /** How the coordinator's machine is called, whoever runs there. */
    public static final String COORDINATOR = "coordinator";

    private final Schedule schedule;
    private final Dice dice;
    private final Weather weather;
    private final Tap tap;
    private final Set<String> deaf = new HashSet<>();
    private final List<Call<?, ?>> calls = new ArrayList<>();
    private @Nullable Host server;
    private long opened;

    /** Overhears what coordinators say, when they say it. */
    public interface Tap {
        /** A frame or an answer leaves this life of a coordinator. */
        void said(Life server, Object message);
    }

    /** A network on which nobody serves yet. */
    public Network(Schedule schedule, Dice dice, Weather weather, Tap tap) {
        this.schedule = schedule;
        this.dice = dice;
        this.weather = weather;
        this.tap = tap;
    }

    /** From now on calls reach this host; null for nobody. What an earlier host has open stays with it. */
    public void serve(@Nullable Host host) {
        server = host;
    }

    /** A channel to whoever serves, for one process. */
    public Channel channel(String process, Life life) {
        return new Channel(this, process, life);
    }

    /** Loses everything that goes from one process to another, until {@link #heal}. */
    public void cut(String from, String to) {
        deaf.add(from + ">" + to);
    }

    /** Whether it goes through. */
    boolean isCut(String from, String to) {
        return !deaf.isEmpty() && deaf.contains(from + ">" + to);
    }

    /** Lets everything through again. Streams that lost something are broken, and their ends find out. */
    public void heal() {
        deaf.clear();
        for (Call<?, ?> call : List.copyOf(calls)) {
            if (call.lostSomething()) {
                call.breakOff();
            }
        }
    }

    /** Breaks one stream that is open, if there is any. */
    public boolean breakOne() {
        if (calls.isEmpty()) {
            return false;
        }
        dice.oneOf(calls).breakOff();
        return true;
    }

    /** A process has ended: its calls end with it, and the others hear of it if its machine can still say so. */
    public void ended(Life life, boolean saysSo) {
        for (Call<?, ?> call : List.copyOf(calls)) {
            call.sideEnded(life, saysSo);
        }
    }

    <Q, S> void open(Call<Q, S> call) {
        calls.add(call);
        call.connect(server, dice.fork(++opened));
    }

    void closed(Call<?, ?> call) {
        calls.remove(call);
    }

    Schedule schedule() {
        return schedule;
    }

    Tap tap() {
        return tap;
    }

    Weather weather() {
        return weather;
    }
}

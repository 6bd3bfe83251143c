package io.unanimous.it;

import io.unanimous.coordinator.runtime.CrashPoint;
import io.unanimous.it.CrashFault.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The faults of a run, drawn from its seed: every named crash point first, as far as there are cycles for all of them, then
 * what strikes at any moment; and so on, round by round.
 */
final class CrashPlan {

    /** The cycles that it takes to reach every crash point. */
    static final int POINTS = CrashPoint.values().length + io.unanimous.sdk.CrashPoint.values().length;

    /** One crash in so many takes both processes. */
    private static final int BOTH_OF = 4;

    private CrashPlan() {}

    /** The faults of so many cycles. */
    static List<CrashFault> of(int cycles, long seed, boolean cuttable) {
        Random random = new Random(seed);
        List<CrashFault> plan = new ArrayList<>();
        while (plan.size() < cycles) {
            List<CrashFault> coordinators = new ArrayList<>();
            for (CrashPoint point : CrashPoint.values()) {
                coordinators.add(CrashFault.at(point, random.nextInt(BOTH_OF) == 0));
            }
            List<CrashFault> participants = new ArrayList<>();
            for (io.unanimous.sdk.CrashPoint point : io.unanimous.sdk.CrashPoint.values()) {
                participants.add(CrashFault.at(point, random.nextInt(BOTH_OF) == 0));
            }
            List<CrashFault> moments = moments(cuttable);
            Collections.shuffle(coordinators, random);
            Collections.shuffle(participants, random);
            Collections.shuffle(moments, random);
            int left = cycles - plan.size();
            if (left < POINTS) {
                // Too few for all: some of each.
                plan.addAll(firstOf(coordinators, (left + 2) / 3));
                plan.addAll(firstOf(participants, (left + 1) / 3));
                plan.addAll(firstOf(moments, cycles - plan.size()));
                moments.clear();
            } else {
                plan.addAll(coordinators);
                plan.addAll(participants);
            }
            plan.addAll(firstOf(moments, cycles - plan.size()));
        }
        return plan;
    }

    private static List<CrashFault> moments(boolean cuttable) {
        List<CrashFault> moments = new ArrayList<>();
        for (Kind kind : cuttable ? Kind.values() : new Kind[] {Kind.KILL, Kind.STOP}) {
            int times = kind == Kind.KILL ? 3 : 1;
            for (int i = 0; i < times; i++) {
                moments.add(CrashFault.of(kind, true, false));
                moments.add(CrashFault.of(kind, false, true));
                moments.add(CrashFault.of(kind, true, true));
            }
        }
        return moments;
    }

    private static List<CrashFault> firstOf(List<CrashFault> faults, int count) {
        return faults.subList(0, Math.min(count, faults.size()));
    }
}

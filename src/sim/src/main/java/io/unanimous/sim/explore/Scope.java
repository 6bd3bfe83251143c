package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Limits;
import io.unanimous.coordinator.core.Vote;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What one exploration covers: how many branches, where it starts, and what may happen how often on one path. Within that it
 * is complete: every order of every event.
 *
 * @param name one word
 * @param branches branches of the transaction, each at a resource of its own
 * @param instances participants of the first resource; a second one has no work, but scans and takes commands
 * @param flags the shortcuts that the transaction allows
 * @param enlisted whether it starts with every branch enlisted and confirmed, else with a transaction that has none
 * @param earlyVotes whether a branch may enlist prepared
 * @param votes what a branch may vote
 * @param rations how often each kind may happen
 * @param happeningsMax how often they may happen all together
 * @param outcomesKept outcomes that the coordinator keeps before it prunes
 */
record Scope(
        String name,
        int branches,
        int instances,
        int flags,
        boolean enlisted,
        boolean earlyVotes,
        Set<Vote> votes,
        Map<Happening, Integer> rations,
        int happeningsMax,
        int outcomesKept) {

    /** The most branches: their bits must fit into one number of {@link World}. */
    static final int BRANCHES_MAX = 5;

    Scope {
        if (branches < 1 || branches > BRANCHES_MAX) {
            throw new IllegalArgumentException("from 1 to " + BRANCHES_MAX + " branches, not " + branches);
        }
        rations.forEach((happening, ration) -> {
            if (ration < 0 || ration > Happening.RATION_MAX) {
                throw new IllegalArgumentException(
                        happening + " may happen at most " + Happening.RATION_MAX + " times");
            }
        });
    }

    /** A scope in which nothing out of the ordinary happens, and every branch votes PREPARED. */
    static Scope of(String name, int branches) {
        return new Scope(
                name,
                branches,
                1,
                0,
                true,
                false,
                Collections.unmodifiableSet(EnumSet.of(Vote.PREPARED)),
                Map.of(),
                0,
                1_000);
    }

    /** The same with two participants at the first resource. */
    Scope withSecondInstance() {
        return new Scope(name, branches, 2, flags, enlisted, earlyVotes, votes, rations, happeningsMax, outcomesKept);
    }

    /** The same with shortcuts allowed. */
    Scope withFlags(int allowed) {
        return new Scope(
                name, branches, instances, allowed, enlisted, earlyVotes, votes, rations, happeningsMax, outcomesKept);
    }

    /** The same from the enlistment on. */
    Scope fromEnlistment(boolean withEarlyVotes) {
        return new Scope(
                name, branches, instances, flags, false, withEarlyVotes, votes, rations, happeningsMax, outcomesKept);
    }

    /** The same with other votes allowed besides. */
    Scope voting(Vote... besides) {
        Set<Vote> all = EnumSet.copyOf(votes);
        Collections.addAll(all, besides);
        return new Scope(
                name,
                branches,
                instances,
                flags,
                enlisted,
                earlyVotes,
                Collections.unmodifiableSet(all),
                rations,
                happeningsMax,
                outcomesKept);
    }

    /** The same with something allowed so often on one path. */
    Scope allowing(Happening happening, int times) {
        Map<Happening, Integer> more = new EnumMap<>(Happening.class);
        more.putAll(rations);
        more.put(happening, times);
        return new Scope(
                name,
                branches,
                instances,
                flags,
                enlisted,
                earlyVotes,
                votes,
                Collections.unmodifiableMap(more),
                happeningsMax,
                outcomesKept);
    }

    /** The same with so many things allowed to happen on one path all together. */
    Scope atMost(int happenings) {
        return new Scope(
                name, branches, instances, flags, enlisted, earlyVotes, votes, rations, happenings, outcomesKept);
    }

    /** The same with a coordinator that keeps no outcome. */
    Scope pruning() {
        return new Scope(name, branches, instances, flags, enlisted, earlyVotes, votes, rations, happeningsMax, 0);
    }

    /** Whether it may happen once more after these counts. */
    boolean allows(Happening happening, int counts) {
        return Happening.all(counts) < happeningsMax && happening.count(counts) < rations.getOrDefault(happening, 0);
    }

    /** Participants of all resources. */
    int participants() {
        return branches + instances - 1;
    }

    /** Every duration is a small multiple of the shortest, so that few moments differ. */
    Limits limits() {
        return Limits.defaults()
                .withPrepareTimeoutMs(1_600)
                .withDelivery(1_600, 1_600, 3_200, 3_200)
                .withGraceMs(1_600)
                .withRetention(86_400_000, outcomesKept, 1);
    }
}

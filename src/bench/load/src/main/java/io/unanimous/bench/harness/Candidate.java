package io.unanimous.bench.harness;

import java.util.List;
import java.util.Map;

/**
 * A contender that the bench knows.
 *
 * @param name how the command line and the tables call it
 * @param module the module under src/bench that brings its class path
 * @param factory its ContenderFactory
 * @param warmInFlight transactions in flight while it warms up, if that is more than the level's
 * @param options what it alone understands
 * @param about one line for people
 */
record Candidate(
        String name, String module, String factory, int warmInFlight, Map<String, String> options, String about) {

    /** The module that is in the default build; the others need the profile "peers". */
    static final String OWN_MODULE = "load";

    private static final int WARM_IN_FLIGHT = 64;
    private static final String OURS = "io.unanimous.bench.ours.";
    private static final String FLOOR = "io.unanimous.bench.floor.";
    private static final String SEATA = "io.unanimous.bench.seata.SeataFactory";

    /** All of them, in the order of the tables. */
    static final List<Candidate> ALL = List.of(
            own("ours", OURS + "PackagedFactory", Map.of(), "the packaged daemon and the SDK"),
            own("ours-nosync", OURS + "AlteredFactory", Map.of("unsynced", "true"), "the same, its log never synced"),
            own("ours-slow", OURS + "AlteredFactory", Map.of(), "the same, its syncs delayed by --slow-sync"),
            own("floor", FLOOR + "FloorFactory", Map.of(), "the same messages and a shared sync, no logic"),
            own("echo", FLOOR + "EchoFactory", Map.of(), "a bare echo of equal messages, no disk"),
            new Candidate(
                    "seata-sync",
                    "seata/client",
                    SEATA,
                    WARM_IN_FLIGHT,
                    Map.of("flush", "sync"),
                    "Seata 2.0.0 (November 2023), its log synced"),
            new Candidate(
                    "seata-async",
                    "seata/client",
                    SEATA,
                    WARM_IN_FLIGHT,
                    Map.of("flush", "async"),
                    "Seata 2.0.0 (November 2023), its default: its log not synced"));

    private static Candidate own(String name, String factory, Map<String, String> options, String about) {
        return new Candidate(name, OWN_MODULE, factory, WARM_IN_FLIGHT, options, about);
    }

    /** Throws IllegalArgumentException, naming those that there are. */
    static Candidate named(String name) {
        return ALL.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no contender is called " + name + "; there are "
                        + String.join(", ", ALL.stream().map(Candidate::name).toList())));
    }
}

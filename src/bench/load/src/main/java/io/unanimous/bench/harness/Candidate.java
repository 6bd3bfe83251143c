package io.unanimous.bench.harness;

import io.unanimous.bench.load.LevelReport;
import io.unanimous.bench.load.WorkerReport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A contender that the bench knows.
 *
 * @param name how the command line and the tables call it
 * @param module the module under src/bench that brings its class path
 * @param factory its ContenderFactory
 * @param warmInFlight transactions in flight for most of its warm-up; 0 for as many as the largest level has
 * @param options what it alone understands
 * @param follows the contender that it is told about, as the same round has measured it; empty for most
 * @param about one line for people
 */
record Candidate(
        String name,
        String module,
        String factory,
        int warmInFlight,
        Map<String, String> options,
        String follows,
        String about) {

    /** The module that is in the default build; the others need the profile "peers". */
    static final String OWN_MODULE = "load";

    private static final int WARM_IN_FLIGHT = 64;
    private static final int LARGEST_LEVEL = 0;
    private static final String OURS = "io.unanimous.bench.ours.";
    private static final String FLOOR = "io.unanimous.bench.floor.";
    private static final String SEATA = "io.unanimous.bench.seata.SeataFactory";

    /** All of them, in the order of the tables. */
    static final List<Candidate> ALL = List.of(
            own("ours", OURS + "PackagedFactory", Map.of(), "the packaged daemon and the SDK"),
            own("ours-nosync", OURS + "AlteredFactory", Map.of("unsynced", "true"), "the same, its log never synced"),
            own("ours-slow", OURS + "AlteredFactory", Map.of(), "the same, its syncs delayed by --slow-sync"),
            own("floor", FLOOR + "FloorFactory", Map.of(), "the same messages and a shared sync, no logic"),
            new Candidate(
                    "echo",
                    OWN_MODULE,
                    FLOOR + "EchoFactory",
                    WARM_IN_FLIGHT,
                    Map.of(),
                    "floor",
                    "a bare echo of frames as full as the floor's, no disk"),
            new Candidate(
                    "seata-sync",
                    "seata/client",
                    SEATA,
                    WARM_IN_FLIGHT,
                    Map.of("flush", "sync"),
                    "",
                    "Seata 2.0.0 (November 2023), its log synced"),
            new Candidate(
                    "seata-async",
                    "seata/client",
                    SEATA,
                    WARM_IN_FLIGHT,
                    Map.of("flush", "async"),
                    "",
                    "Seata 2.0.0 (November 2023), its default: its log not synced"),
            databases("pg-ours", "databases.OursFactory", Map.of(), "two PostgreSQL databases: the packaged daemon"),
            databases("pg-narayana", "narayana.NarayanaFactory", Map.of("store", "shadow"), "Narayana, default store"),
            databases(
                    "pg-narayana-journal", "narayana.NarayanaFactory", Map.of("store", "journal"), "Narayana, journal"),
            databases(
                    "pg-narayana-aio",
                    "narayana.NarayanaFactory",
                    Map.of("store", "journal-aio"),
                    "Narayana, journal by asynchronous I/O"),
            databases("pg-atomikos", "atomikos.AtomikosFactory", Map.of(), "Atomikos, its log synced"),
            databases("pg-raw", "databases.RawXaFactory", Map.of(), "XA by hand, one branch after the other, no log"),
            databases(
                    "pg-raw-parallel",
                    "databases.RawXaFactory",
                    Map.of("parallel", "true"),
                    "XA by hand, both branches at once, no log"),
            databases("pg-local", "databases.LocalCommitsFactory", Map.of(), "two plain commits, no atomicity"));

    private static Candidate own(String name, String factory, Map<String, String> options, String about) {
        return new Candidate(name, OWN_MODULE, factory, WARM_IN_FLIGHT, options, "", about);
    }

    /** One that transfers money between two databases; its pools are as large as the largest level, and so its warm-up. */
    private static Candidate databases(String name, String factory, Map<String, String> options, String about) {
        String module = factory.substring(0, factory.indexOf('.'));
        return new Candidate(name, module, "io.unanimous.bench." + factory, LARGEST_LEVEL, options, "", about);
    }

    /** Throws IllegalArgumentException, naming those that there are. */
    static Candidate named(String name) {
        return ALL.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no contender is called " + name + "; there are "
                        + String.join(", ", ALL.stream().map(Candidate::name).toList())));
    }

    /** The same, told what the one that it follows has noted: option "NAME.LEVEL" for each. */
    Candidate following(@Nullable WorkerReport followed) {
        if (followed == null) {
            return this;
        }
        Map<String, String> told = new HashMap<>(options);
        for (LevelReport level : followed.levels()) {
            level.noted().forEach((what, value) -> told.put(what + "." + level.inFlight(), value.toString()));
        }
        return new Candidate(name, module, factory, warmInFlight, told, follows, about);
    }

    /** Throws IllegalArgumentException if one comes twice, or follows one that does not come before it. */
    static void requireOrder(List<Candidate> candidates) {
        Set<String> before = new HashSet<>();
        for (Candidate candidate : candidates) {
            if (!candidate.follows().isEmpty() && !before.contains(candidate.follows())) {
                throw new IllegalArgumentException(candidate.name() + " exchanges the frames that "
                        + candidate.follows() + " has exchanged: name " + candidate.follows() + " before it");
            }
            if (!before.add(candidate.name())) {
                throw new IllegalArgumentException(candidate.name() + " is named twice");
            }
        }
    }
}

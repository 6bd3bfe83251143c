package io.unanimous.coordinator.log;

import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Event;
import io.unanimous.coordinator.core.HeuristicMark;
import io.unanimous.coordinator.core.HoldFinding;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.Outcome;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.Resolution;
import io.unanimous.coordinator.core.TransactionId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Records of every kind, fixed ones and random ones. */
final class Records {
    static final UUID STORE = UUID.fromString("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    private Records() {}

    static LogRecord started(long number, long epoch) {
        return new LogRecord(number, epoch, new Event.EpochStarted(epoch, (int) epoch * 7, 1_000 + epoch));
    }

    static LogRecord decided(long number) {
        return decided(number, 40);
    }

    static LogRecord decided(long number, int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < payloadBytes; i++) {
            payload[i] = (byte) (number * 31 + i * 7L);
        }
        return new LogRecord(
                number,
                1,
                new Event.CommitDecided(
                        TransactionId.of(STORE, 0, 1, 7, number, 0),
                        "initiator",
                        List.of(
                                new Event.DecidedBranch(new BranchName("ledger", "a1"), "inc-1", Payload.of(payload)),
                                new Event.DecidedBranch(new BranchName("seats", "b2"), "inc-2", Payload.EMPTY)),
                        5_000 + number));
    }

    static LogRecord finished(long number, long sequence) {
        return new LogRecord(
                number, 1, new Event.Finished(TransactionId.of(STORE, 0, 1, 7, sequence, 0), 6_000 + number));
    }

    /** One fixed record of every kind, by the name of its golden file. */
    static Map<String, LogRecord> golden() {
        TransactionId id = TransactionId.of(STORE, 3, 41, 123_456_789, 987_654_321L, 3);
        BranchName branch = new BranchName("ledger-db", "k3x9");
        Map<String, Event.Durable> events = new LinkedHashMap<>();
        events.put("epoch-started", new Event.EpochStarted(41, 123_456_789, 1_700_000_000_123L));
        events.put("resource-bound", new Event.ResourceBound("ledger-db", "pg:7312345678901234567/ledger"));
        events.put(
                "hold-entered",
                new Event.HoldEntered(
                        List.of(
                                new HoldFinding(HoldFinding.Kind.EPOCH_UNKNOWN, 42, 5, 0, "seen by ledger-db"),
                                new HoldFinding(HoldFinding.Kind.RECORDS_LOST, 40, 6, 1_234, "säen"),
                                new HoldFinding(HoldFinding.Kind.NEVER_MINTED, 41, 7, 99, ""),
                                new HoldFinding(HoldFinding.Kind.DIRECTORY_COPIED, 0, 0, 0, "inode 1, now 2"),
                                new HoldFinding(HoldFinding.Kind.RESTORED, 0, 0, 0, "by store restore")),
                        1_700_000_000_124L));
        events.put("hold-lifted", new Event.HoldLifted("e1f2", 1_700_000_000_125L));
        events.put("horizon-raised", new Event.HorizonRaised(id));
        events.put(
                "operator-acted",
                new Event.OperatorActed(
                        "resolve",
                        id.toString(),
                        branch.toString(),
                        "COMMITTING",
                        "checked",
                        "alice",
                        1_700_000_000_126L));
        events.put(
                "commit-decided",
                new Event.CommitDecided(
                        id,
                        "bank",
                        List.of(
                                new Event.DecidedBranch(branch, "inc-1", Payload.of(new byte[] {0, 1, -1, 127, -128})),
                                new Event.DecidedBranch(new BranchName("seats", "z"), "inc-2", Payload.EMPTY)),
                        1_700_000_000_127L));
        events.put("finished", new Event.Finished(id, 1_700_000_000_128L));
        events.put(
                "heuristic-reported",
                new Event.HeuristicReported(
                        id,
                        branch,
                        Outcome.COMMITTED,
                        AckResult.HEURISTIC_ROLLED_BACK,
                        HeuristicMark.MIXED,
                        "XA_HEURRB",
                        1_700_000_000_129L));
        events.put(
                "branch-resolved",
                new Event.BranchResolved(
                        id,
                        branch,
                        Outcome.UNKNOWN,
                        Resolution.GONE,
                        HeuristicMark.HAZARD,
                        "disk burnt",
                        1_700_000_000_130L));
        events.put("heuristic-acknowledged", new Event.HeuristicAcknowledged(id, 1_700_000_000_131L));
        Map<String, LogRecord> records = new LinkedHashMap<>();
        events.forEach((name, event) -> records.put(name, new LogRecord(records.size() + 1_000_001L, 41, event)));
        return records;
    }

    /** How to make a random event, for every kind. */
    static Map<Class<? extends Event.Durable>, Function<RandomGenerator, Event.Durable>> randomEvents() {
        Map<Class<? extends Event.Durable>, Function<RandomGenerator, Event.Durable>> makers = new LinkedHashMap<>();
        makers.put(
                Event.EpochStarted.class,
                r -> new Event.EpochStarted(r.nextLong(1L << 50), r.nextInt(1 << 30), r.nextLong()));
        makers.put(Event.ResourceBound.class, r -> new Event.ResourceBound(text(r), text(r)));
        makers.put(Event.HoldEntered.class, r -> new Event.HoldEntered(findings(r), r.nextLong()));
        makers.put(Event.HoldLifted.class, r -> new Event.HoldLifted(text(r), r.nextLong()));
        makers.put(Event.HorizonRaised.class, r -> new Event.HorizonRaised(id(r)));
        makers.put(
                Event.OperatorActed.class,
                r -> new Event.OperatorActed(text(r), text(r), text(r), text(r), text(r), text(r), r.nextLong()));
        makers.put(Event.CommitDecided.class, r -> new Event.CommitDecided(id(r), text(r), branches(r), r.nextLong()));
        makers.put(Event.Finished.class, r -> new Event.Finished(id(r), r.nextLong()));
        makers.put(
                Event.HeuristicReported.class,
                r -> new Event.HeuristicReported(
                        id(r),
                        branch(r),
                        any(r, Outcome.values()),
                        any(r, AckResult.values()),
                        any(r, HeuristicMark.values()),
                        text(r),
                        r.nextLong()));
        makers.put(
                Event.BranchResolved.class,
                r -> new Event.BranchResolved(
                        id(r),
                        branch(r),
                        any(r, Outcome.values()),
                        any(r, Resolution.values()),
                        any(r, HeuristicMark.values()),
                        text(r),
                        r.nextLong()));
        makers.put(Event.HeuristicAcknowledged.class, r -> new Event.HeuristicAcknowledged(id(r), r.nextLong()));
        return makers;
    }

    private static List<HoldFinding> findings(RandomGenerator random) {
        List<HoldFinding> findings = new ArrayList<>();
        for (int left = random.nextInt(4); left > 0; left--) {
            findings.add(new HoldFinding(
                    any(random, HoldFinding.Kind.values()),
                    random.nextLong(1L << 50),
                    random.nextInt(1 << 30),
                    random.nextLong(Long.MAX_VALUE),
                    text(random)));
        }
        return findings;
    }

    private static List<Event.DecidedBranch> branches(RandomGenerator random) {
        List<Event.DecidedBranch> branches = new ArrayList<>();
        for (int left = random.nextInt(65); left > 0; left--) {
            byte[] payload = new byte[random.nextInt(200)];
            random.nextBytes(payload);
            branches.add(new Event.DecidedBranch(branch(random), text(random), Payload.of(payload)));
        }
        return branches;
    }

    private static TransactionId id(RandomGenerator random) {
        return TransactionId.of(
                new UUID(random.nextLong(), random.nextLong()),
                random.nextInt(1 << 10),
                random.nextLong(1L << 50),
                random.nextInt(1 << 30),
                random.nextLong(1L << 50),
                random.nextInt(4));
    }

    private static BranchName branch(RandomGenerator random) {
        return new BranchName("r" + random.nextInt(1_000_000), "s" + random.nextInt(1_000_000));
    }

    private static <T> T any(RandomGenerator random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(20); left > 0; left--) {
            text.appendCodePoint(random.nextBoolean() ? 'a' + random.nextInt(26) : 0x10000 + random.nextInt(0xffff));
        }
        return text.toString();
    }
}

package io.unanimous.coordinator.core;

import io.unanimous.coordinator.core.ModelResource.BranchKey;
import io.unanimous.coordinator.core.ModelResource.Holding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model participant, as the wire contract wants it: it prepares durably, repeats its votes, refuses what it has rolled
 * back, rejects a lower epoch, scans completely, and reports from what it had seen when the scan began.
 */
final class ModelParticipant {

    private record Scan(LogPosition asOf, List<BranchKey> found, boolean slow) {}

    private final RandomWalk walk;
    private final String name;
    private final ModelResource resource;
    private String incarnation;
    private long connection;
    private final Set<Long> connectionsOfThisLife = new LinkedHashSet<>();

    // Lost with the process.
    private final Set<BranchKey> work = new LinkedHashSet<>();
    private final Set<BranchKey> unconfirmed = new LinkedHashSet<>();
    private final Map<BranchKey, Vote> votes = new LinkedHashMap<>();
    private final Set<BranchKey> rolledBack = new LinkedHashSet<>();
    private final Map<BranchKey, Input.AckReceived> onePhaseAnswers = new LinkedHashMap<>();
    private Scan scan;

    // Kept in a small file.
    private LogPosition seen;

    ModelParticipant(RandomWalk walk, String name, ModelResource resource, String incarnation) {
        this.walk = walk;
        this.name = name;
        this.resource = resource;
        this.incarnation = incarnation;
    }

    String incarnation() {
        return incarnation;
    }

    boolean owns(long stream) {
        return connectionsOfThisLife.contains(stream);
    }

    // ---- life ---------------------------------------------------------------------------------------------------

    void connect() {
        if (connection != 0) {
            return;
        }
        connection = walk.nextConnection();
        connectionsOfThisLife.add(connection);
        walk.send(new Input.ParticipantConnected(
                connection,
                name,
                incarnation,
                List.of(new ResourceRegistration(name, "")),
                seen == null ? List.of() : List.of(seen)));
        List<Input.InquiredBranch> live = new ArrayList<>();
        for (BranchKey key : work) {
            if (!onePhaseAnswers.containsKey(key)) {
                live.add(new Input.InquiredBranch(key.transaction(), key.branch()));
            }
        }
        walk.send(new Input.BranchesInquired(connection, name, InquiryKind.LIVE, 1, seen, live, true));
        for (Input.AckReceived answer : onePhaseAnswers.values()) {
            ack(
                    new BranchKey(answer.transaction(), answer.branch()),
                    answer.epoch(),
                    answer.attempt(),
                    answer.command(),
                    answer.result());
        }
        for (BranchKey key : unconfirmed) {
            enlist(key);
        }
        beginScan();
    }

    void streamLost() {
        if (connection != 0) {
            walk.send(new Input.ParticipantLost(connection));
            connection = 0;
        }
    }

    void crash(String nextIncarnation) {
        walk.note("participant " + incarnation + " crashes, next is " + nextIncarnation);
        streamLost();
        connectionsOfThisLife.clear();
        work.clear();
        unconfirmed.clear();
        votes.clear();
        rolledBack.clear();
        onePhaseAnswers.clear();
        scan = null;
        incarnation = nextIncarnation;
    }

    void beginScan() {
        scan = new Scan(seen, resource.prepared(), walk.random().nextInt(3) == 0);
    }

    /** A slow one takes its time to report; what it found may be long out of date by then. */
    void reportUnlessSlow() {
        if (scan != null && !scan.slow()) {
            report();
        }
    }

    void report() {
        if (scan == null || connection == 0) {
            return;
        }
        List<Input.InquiredBranch> found = scan.found().stream()
                .filter(key -> key.branch().resource().equals(name))
                .map(key -> new Input.InquiredBranch(key.transaction(), key.branch()))
                .toList();
        walk.send(new Input.BranchesInquired(connection, name, InquiryKind.SCAN, 1, scan.asOf(), found, true));
        scan = null;
    }

    // ---- work ---------------------------------------------------------------------------------------------------

    void work(TransactionId id, boolean early) {
        BranchKey key = new BranchKey(id, new BranchName(name, incarnation.replace("-", "")));
        boolean known = rolledBack.contains(key)
                || votes.containsKey(key)
                || work.contains(key)
                || onePhaseAnswers.containsKey(key);
        if (connection == 0 || known) {
            return;
        }
        if (early) {
            resource.put(key, Holding.PREPARED);
            votes.put(key, Vote.PREPARED);
        } else {
            work.add(key);
        }
        unconfirmed.add(key);
        enlist(key);
    }

    boolean awaitsConfirmation(TransactionId id) {
        return unconfirmed.stream().anyMatch(key -> key.transaction().equals(id));
    }

    private void enlist(BranchKey key) {
        walk.send(new Input.BranchEnlisted(connection, key.transaction(), key.branch(), Payload.EMPTY, votes.get(key)));
    }

    // ---- what it is told ----------------------------------------------------------------------------------------

    void receive(Effect.OnConnection effect, long epoch, LogPosition position) {
        if (seen != null && epoch < seen.epoch()) {
            return;
        }
        boolean later = seen == null
                || position.epoch() > seen.epoch()
                || (position.epoch() == seen.epoch() && position.number() > seen.number());
        if (later) {
            seen = position;
        }
        if (effect instanceof Effect.SendEnlisted e) {
            enlisted(new BranchKey(e.transaction(), e.branch()), e.refusal());
        } else if (effect instanceof Effect.SendPrepare e) {
            vote(new BranchKey(e.transaction(), e.branch()), epoch, e.attempt());
        } else if (effect instanceof Effect.SendCommit e && e.onePhase()) {
            if (e.connection() == connection) {
                commitInOnePhase(new BranchKey(e.transaction(), e.branch()), epoch, e.attempt());
            }
        } else if (effect instanceof Effect.SendCommit e) {
            commit(new BranchKey(e.transaction(), e.branch()), epoch, e.attempt());
        } else if (effect instanceof Effect.SendRollback e) {
            rollBack(new BranchKey(e.transaction(), e.branch()), epoch, e.attempt());
        } else if (effect instanceof Effect.SendOutcome e) {
            outcome(e, epoch);
        } else if (effect instanceof Effect.SendForget e) {
            ack(new BranchKey(e.transaction(), e.branch()), epoch, e.attempt(), Command.FORGET, AckResult.DONE);
        } else if (effect instanceof Effect.CloseConnection e && e.connection() == connection) {
            streamLost();
        }
    }

    private void outcome(Effect.SendOutcome e, long epoch) {
        BranchKey key = new BranchKey(e.transaction(), e.branch());
        switch (e.answer()) {
            case COMMIT -> commit(key, epoch, e.attempt());
            case ROLLBACK -> rollBack(key, epoch, e.attempt());
            case SCAN_AGAIN -> beginScan();
            case IN_PROGRESS -> {}
            case LEAVE -> {
                if (e.transaction().flags() == 0 && !walk.restored()) {
                    throw new AssertionError("told to leave " + key + ": " + e.detail());
                }
            }
        }
    }

    private void enlisted(BranchKey key, Refusal refusal) {
        boolean mine = unconfirmed.remove(key);
        if (refusal == null) {
            if (mine) {
                walk.verdict().confirmed(key);
            }
            return;
        }
        // Refused: the work is undone, prepared or not. A confirmed branch may get a late refusal of a repetition.
        if (mine) {
            walk.verdict().undone(key);
            work.remove(key);
            rolledBack.add(key);
            if (resource.state(key) == Holding.PREPARED) {
                resource.remove(key);
            }
        }
    }

    private void vote(BranchKey key, long epoch, int attempt) {
        // Whoever is asked for its vote is enlisted, whether or not the confirmation came through.
        confirm(key);
        Vote vote = votes.get(key);
        if (vote == null) {
            vote = firstVote(key);
            votes.put(key, vote);
        }
        if (connection != 0) {
            walk.send(new Input.VoteReceived(connection, key.transaction(), key.branch(), epoch, attempt, vote, ""));
        }
    }

    private Vote firstVote(BranchKey key) {
        boolean mine = work.remove(key);
        if (!mine || rolledBack.contains(key)) {
            return Vote.REFUSED;
        }
        int dice = walk.random().nextInt(10);
        if (dice == 0) {
            return Vote.REFUSED;
        }
        if (dice < 3) {
            walk.verdict().votedReadOnly(key);
            return Vote.READ_ONLY;
        }
        resource.put(key, Holding.PREPARED);
        return Vote.PREPARED;
    }

    private void commitInOnePhase(BranchKey key, long epoch, int attempt) {
        confirm(key);
        AckResult result = AckResult.UNKNOWN;
        if (work.remove(key)) {
            if (walk.random().nextInt(4) == 0) {
                rolledBack.add(key);
            } else {
                resource.put(key, Holding.COMMITTED_IN_ONE_PHASE);
            }
        }
        if (resource.state(key) == Holding.COMMITTED_IN_ONE_PHASE) {
            result = AckResult.DONE;
        } else if (rolledBack.contains(key)) {
            result = AckResult.ROLLED_BACK;
        }
        onePhaseAnswers.put(
                key,
                new Input.AckReceived(
                        0, key.transaction(), key.branch(), epoch, attempt, Command.COMMIT_ONE_PHASE, result, ""));
        ack(key, epoch, attempt, Command.COMMIT_ONE_PHASE, result);
    }

    private void confirm(BranchKey key) {
        if (unconfirmed.remove(key)) {
            walk.verdict().confirmed(key);
        }
    }

    private void commit(BranchKey key, long epoch, int attempt) {
        confirm(key);
        if (!walk.healing() && walk.random().nextInt(10) == 0) {
            ack(key, epoch, attempt, Command.COMMIT, AckResult.RETRY);
            return;
        }
        Holding state = resource.state(key);
        if (state != Holding.PREPARED && state != Holding.COMMITTED) {
            throw new AssertionError("told to commit " + key + ", which is " + state);
        }
        resource.put(key, Holding.COMMITTED);
        ack(key, epoch, attempt, Command.COMMIT, AckResult.DONE);
    }

    private void rollBack(BranchKey key, long epoch, int attempt) {
        Holding state = resource.state(key);
        if (state == Holding.COMMITTED) {
            throw new AssertionError("told to roll back " + key + ", which is committed");
        }
        AckResult result = AckResult.DONE;
        if (state == Holding.COMMITTED_IN_ONE_PHASE) {
            result = AckResult.HEURISTIC_COMMITTED;
        } else if (state == Holding.PREPARED) {
            resource.remove(key);
        }
        work.remove(key);
        unconfirmed.remove(key);
        rolledBack.add(key);
        ack(key, epoch, attempt, Command.ROLLBACK, result);
    }

    private void ack(BranchKey key, long epoch, int attempt, Command command, AckResult result) {
        if (connection != 0) {
            walk.send(new Input.AckReceived(
                    connection, key.transaction(), key.branch(), epoch, attempt, command, result, ""));
        }
    }
}

package io.unanimous.sim.check;

import io.unanimous.sim.check.Observation.Command;
import io.unanimous.sim.check.Observation.Loss;
import io.unanimous.sim.check.Observation.Mark;
import io.unanimous.sim.check.Observation.Outcome;
import io.unanimous.sim.check.Observation.Verb;
import io.unanimous.sim.check.Observation.Vote;
import java.util.ArrayList;
import java.util.List;

/** A history in the making, read like the protocol. Time passes by a second for each line unless said otherwise. */
final class History {

    static final String TX = "tx-1";

    private final List<Observation> lines = new ArrayList<>();
    private long now = 1_000;

    History at(long atMs) {
        now = atMs;
        return this;
    }

    private History add(Observation observation) {
        lines.add(observation);
        now += 1_000;
        return this;
    }

    History minted() {
        return add(new Observation.Minted(now, "client", TX, false));
    }

    History mintedWithShortcuts() {
        return add(new Observation.Minted(now, "client", TX, true));
    }

    History commitAsked() {
        return add(new Observation.CommitAsked(now, "client", TX));
    }

    History enlisted(String branch) {
        return add(new Observation.Enlisted(now, branch, TX, branch));
    }

    History prepared(String branch) {
        return add(new Observation.Prepared(now, branch, TX, branch));
    }

    History votes(String branch, Vote vote) {
        return add(new Observation.VoteSent(now, branch, TX, branch, vote));
    }

    /** Enlisted, prepared and voted. */
    History yes(String branch) {
        return enlisted(branch).prepared(branch).votes(branch, Vote.PREPARED);
    }

    History command(String branch, Command command) {
        return add(new Observation.Commanded(now, branch, TX, branch, command));
    }

    History applied(String branch) {
        return add(new Observation.Applied(now, branch, TX, branch, 5));
    }

    History undone(String branch) {
        return add(new Observation.Undone(now, branch, TX, branch));
    }

    History acknowledged(String branch) {
        return add(new Observation.Acknowledged(now, branch, TX, branch));
    }

    /** Commanded, applied and acknowledged. */
    History commits(String branch) {
        return command(branch, Command.COMMIT).applied(branch).acknowledged(branch);
    }

    History answersOnePhase(String branch, Outcome outcome) {
        return add(new Observation.OnePhaseAnswer(now, branch, TX, branch, outcome));
    }

    History heuristic(String branch, boolean committed, boolean reported) {
        return add(new Observation.HeuristicDone(now, branch, TX, branch, committed, reported));
    }

    History told(Outcome outcome) {
        return told("client", outcome);
    }

    History told(String where, Outcome outcome) {
        return add(new Observation.Told(now, where, TX, outcome, Mark.NONE, "outcome"));
    }

    History told(Outcome outcome, Mark mark) {
        return add(new Observation.Told(now, "client", TX, outcome, mark, "outcome"));
    }

    History notFound() {
        return add(new Observation.NotFound(now, "asker", TX));
    }

    History total(long total) {
        return add(new Observation.TotalRead(now, "bank", "both", total, 100));
    }

    History epoch(String epoch, String nonce, String life) {
        return add(new Observation.EpochSeen(now, "a", "store", "0", epoch, nonce, life));
    }

    History overrides(String id, Verb verb, String branch) {
        return add(new Observation.OverrideDone(now, "admin", id, verb, branch, "because", "me"));
    }

    History audit(Observation.AuditEntry... entries) {
        return add(new Observation.AuditRead(now, "admin", List.of(entries)));
    }

    History lost(Loss loss, boolean provable) {
        return add(new Observation.StoreLost(now, "operator", loss, provable));
    }

    History faultsBegan() {
        return add(new Observation.FaultsBegan(now, "run"));
    }

    History faultsEnded() {
        return add(new Observation.FaultsEnded(now, "run"));
    }

    History inDoubt(int count, boolean hold) {
        return add(new Observation.InDoubt(now, "run", count, hold));
    }

    History settled() {
        return add(new Observation.Settled(now, "run"));
    }

    List<Observation> lines() {
        return lines;
    }

    /** A transfer that two branches commit. */
    static History transfer() {
        return new History()
                .minted()
                .yes("a")
                .yes("b")
                .commitAsked()
                .commits("a")
                .commits("b")
                .told(Outcome.COMMITTED);
    }

    /** A transaction in one phase up to its command. */
    static History onePhase() {
        return new History().mintedWithShortcuts().enlisted("a").commitAsked().command("a", Command.COMMIT_ONE_PHASE);
    }
}

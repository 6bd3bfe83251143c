package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes down what the coordinator does, one line each, with transactions by the names that a scenario gave them. */
final class Transcript {

    private final Map<TransactionId, String> names = new LinkedHashMap<>();

    void name(TransactionId id, String name) {
        names.put(id, name);
    }

    String name(TransactionId id) {
        return names.getOrDefault(id, id.toString());
    }

    /** The lines of an output; effects that await a record beyond {@code syncedTo} say so. */
    List<String> lines(World.Output output, long syncedTo) {
        List<String> lines = new ArrayList<>();
        for (LogRecord record : output.records()) {
            String mark = record.event().durability() == Durability.FORCED ? "F" : "L";
            lines.add("record " + record.number() + " " + mark + " " + event(record.event()));
        }
        for (Turn.Release release : output.releases()) {
            String awaits = release.awaits() > syncedTo ? "  (awaits " + release.awaits() + ")" : "";
            lines.add(named(effect(release.effect())) + awaits);
        }
        return lines;
    }

    private String named(String line) {
        String named = line;
        for (Map.Entry<TransactionId, String> entry : names.entrySet()) {
            named = named.replace(entry.getKey().toString(), entry.getValue());
        }
        return named.replace(World.STORE.toString(), "STORE").replace(World.OTHER_STORE.toString(), "OTHER");
    }

    private String event(Event.Durable event) {
        if (event instanceof Event.EpochStarted e) {
            return "EpochStarted epoch=" + e.epoch() + " nonce=" + e.nonce();
        } else if (event instanceof Event.ResourceBound e) {
            return "ResourceBound " + e.resource() + " fingerprint=" + quoted(e.fingerprint());
        } else if (event instanceof Event.HoldEntered e) {
            return "HoldEntered "
                    + e.findings().stream()
                            .map(f -> f.kind() + " epoch=" + f.epoch() + " number=" + f.number())
                            .toList();
        } else if (event instanceof Event.HoldLifted e) {
            return "HoldLifted " + e.evidenceId();
        } else if (event instanceof Event.HorizonRaised e) {
            return "HorizonRaised " + name(e.horizon());
        } else if (event instanceof Event.OperatorActed e) {
            return "OperatorActed " + quoted(e.verb()) + " " + named(e.subject()) + between(" ", e.branch())
                    + between(" was=", e.stateBefore()) + " reason=" + quoted(e.reason()) + " by=" + e.operator();
        } else if (event instanceof Event.CommitDecided e) {
            return "CommitDecided " + name(e.transaction()) + " "
                    + e.prepared().stream()
                            .map(b -> b.branch() + (b.payload().size() == 0 ? "" : " payload=" + b.payload()))
                            .toList();
        } else if (event instanceof Event.Finished e) {
            return "Finished " + name(e.transaction());
        } else if (event instanceof Event.HeuristicReported e) {
            return "HeuristicReported " + name(e.transaction()) + " " + e.branch() + " " + e.result() + " against="
                    + e.decided() + " mark=" + e.mark();
        } else if (event instanceof Event.BranchResolved e) {
            return "BranchResolved " + name(e.transaction()) + " " + e.branch() + " " + e.resolution() + " against="
                    + e.decided() + " mark=" + e.mark();
        } else if (event instanceof Event.HeuristicAcknowledged e) {
            return "HeuristicAcknowledged " + name(e.transaction());
        }
        throw new IllegalArgumentException("not written down yet: " + event);
    }

    private String effect(Effect effect) {
        if (effect instanceof Effect.Reply e) {
            return "reply " + ((World.Caller) e.replyTo()).name() + ": " + answer(e.answer());
        } else if (effect instanceof Effect.SendWelcome e) {
            return on(e) + "welcome" + (e.hold() ? " in HOLD" : "");
        } else if (effect instanceof Effect.SendEnlisted e) {
            Refusal refusal = e.refusal();
            return on(e) + (refusal == null ? "enlisted " : "not enlisted ") + name(e.transaction()) + " " + e.branch()
                    + (refusal == null ? "" : ": " + refusal(refusal));
        } else if (effect instanceof Effect.SendPrepare e) {
            return on(e) + "prepare " + name(e.transaction()) + " " + e.branch() + " #" + e.attempt() + " within "
                    + e.voteWithinMs() + " ms";
        } else if (effect instanceof Effect.SendCommit e) {
            return on(e) + (e.onePhase() ? "commit in one phase " : "commit ") + name(e.transaction()) + " "
                    + e.branch() + " #" + e.attempt()
                    + (e.payload().size() == 0 ? "" : " payload=" + e.payload());
        } else if (effect instanceof Effect.SendRollback e) {
            return on(e) + "roll back " + name(e.transaction()) + " " + e.branch() + " #" + e.attempt() + ": "
                    + e.reason();
        } else if (effect instanceof Effect.SendForget e) {
            return on(e) + "forget " + name(e.transaction()) + " " + e.branch() + " #" + e.attempt();
        } else if (effect instanceof Effect.SendOutcome e) {
            return on(e) + "outcome " + name(e.transaction()) + " " + e.branch() + " " + e.answer() + " #" + e.attempt()
                    + (e.reportId() == 0 ? " unasked" : "") + ": " + e.detail();
        } else if (effect instanceof Effect.CloseConnection e) {
            return on(e) + "close: " + refusal(e.refusal());
        } else if (effect instanceof Effect.NotifyWatchers e) {
            return "notify " + e.watchers() + " " + summary(e.transaction());
        } else if (effect instanceof Effect.PruneRecords e) {
            return "prune " + Arrays.toString(e.numbers());
        } else if (effect instanceof Effect.Announce e) {
            return "announce " + e.severity() + ": " + e.text();
        }
        throw new IllegalArgumentException("not written down yet: " + effect);
    }

    private static String on(Effect.OnConnection effect) {
        return "c" + effect.connection() + " <- ";
    }

    private String answer(Answer answer) {
        if (answer instanceof Answer.Refused a) {
            return "refused, " + refusal(a.refusal());
        } else if (answer instanceof Answer.Begun a) {
            return "begun " + name(a.transaction()) + ", timeout " + a.timeoutMs() + " ms";
        } else if (answer instanceof Answer.CommitAnswered a) {
            return a.outcome() + pending(a.pendingBranches()) + mark(a.heuristic());
        } else if (answer instanceof Answer.RollbackAnswered a) {
            return a.outcome() + pending(a.pendingBranches());
        } else if (answer instanceof Answer.OutcomeTold a) {
            return a.outcome()
                    + (a.state() == null ? ", presumed" : ", " + a.state())
                    + pending(a.pendingBranches())
                    + mark(a.heuristic())
                    + between(": ", a.reason());
        } else if (answer instanceof Answer.OverrideDone a) {
            TransactionSummary after = a.after();
            return (after == null ? "would do: " : "done: ")
                    + summary(a.before())
                    + (after == null ? "" : " -> " + summary(after));
        } else if (answer instanceof Answer.Retried a) {
            return "sent " + a.sent() + ", unreachable " + a.unreachable();
        } else if (answer instanceof Answer.HoldReleased a) {
            return "hold " + a.hold().evidenceId() + " "
                    + a.hold().findings().stream().map(HoldFinding::kind).toList();
        } else if (answer instanceof Answer.Listed a) {
            TransactionId next = a.next();
            return a.transactions().stream().map(this::summary).toList() + (next == null ? "" : " next=" + name(next));
        } else if (answer instanceof Answer.Described a) {
            return described(a.transaction());
        } else if (answer instanceof Answer.StatusTold a) {
            StatusView status = a.status();
            TransactionId horizon = status.horizon();
            return "in doubt " + status.inDoubtBranches() + ", heuristics " + status.unacknowledgedHeuristics()
                    + ", kept " + status.retainedOutcomes() + ", hold "
                    + (status.hold() == null ? "no" : status.hold().evidenceId()) + ", grace "
                    + (status.inGrace() ? "yes" : "no") + (horizon == null ? "" : ", horizon " + name(horizon));
        } else if (answer instanceof Answer.ParticipantsListed a) {
            return a.participants().stream().map(ParticipantView::incarnation).toList() + " " + a.resources();
        }
        throw new IllegalArgumentException("not written down yet: " + answer);
    }

    private String described(TransactionDetail detail) {
        StringBuilder line = new StringBuilder(summary(detail.summary()));
        if (detail.presumed()) {
            line.append(" presumed");
        }
        for (BranchDetail branch : detail.branches()) {
            line.append(" | ").append(branch.branch()).append(' ').append(branch.state());
            if (branch.inDoubt()) {
                line.append(" in doubt");
            }
            line.append(between(" finding=", branch.finding()));
        }
        return line + " | " + detail.advice();
    }

    private String summary(TransactionSummary summary) {
        return name(summary.transaction()) + " " + summary.state() + mark(summary.heuristic())
                + between(" blocked by ", summary.blockedBy());
    }

    private static String refusal(Refusal refusal) {
        return refusal.reason() + ": " + refusal.message();
    }

    private static String pending(int branches) {
        return branches == 0 ? "" : ", " + branches + " pending";
    }

    private static String mark(HeuristicMark mark) {
        return mark == HeuristicMark.NONE ? "" : ", " + mark;
    }

    private static String between(String before, String text) {
        return text.isEmpty() ? "" : before + text;
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}

package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.AckResult;
import io.unanimous.coordinator.core.BranchAnswer;
import io.unanimous.coordinator.core.Command;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.InquiryKind;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.Payload;
import io.unanimous.coordinator.core.Refusal;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.Vote;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What participants do, as the wire contract wants it: they prepare durably, repeat their votes, refuse what they have rolled
 * back, reject a lower epoch, scan completely, and report what they had found when the scan began.
 */
final class ParticipantRules {

    /** A choice beyond the votes: the process dies while its database prepares. */
    private static final int DIES_PREPARING = 3;

    private static final int[] ONE_WAY = {0};
    /** A one-phase commit works out, or its database rolls back. */
    private static final int[] TWO_WAYS = {0, 1};

    private final Scope scope;
    private final Flaw flaw;
    private final TransactionId transaction;
    private final Model model;

    ParticipantRules(Scope scope, Flaw flaw, TransactionId transaction, Model model) {
        this.scope = scope;
        this.flaw = flaw;
        this.transaction = transaction;
        this.model = model;
    }

    String incarnation(int participant, ParticipantState state) {
        return "p" + participant + "-" + state.life();
    }

    private static long stream(int participant, ParticipantState state) {
        return Model.stream(participant, state.streams());
    }

    // ---- of its own accord --------------------------------------------------------------------------------------

    /** Begins the branch's work, and enlists; prepared already, if it votes early. */
    void work(World world, int i, boolean early) {
        ParticipantState state = model.participant(world, i);
        if (early) {
            world.hold(i, Holding.PREPARED);
            model.participant(world, i, state.withWork(false, true, Vote.PREPARED, false));
        } else {
            model.participant(world, i, state.withWork(true, true, null, false));
        }
        enlist(world, i);
    }

    private void enlist(World world, int i) {
        ParticipantState state = model.participant(world, i);
        long stream = stream(i, state);
        model.send(
                world,
                new Input.BranchEnlisted(stream, transaction, Model.branch(i), Payload.EMPTY, state.vote()),
                stream);
    }

    void scan(World world, int i) {
        ParticipantState state = model.participant(world, i);
        boolean found = world.holding(model.branchOf(i)) == Holding.PREPARED;
        model.participant(world, i, state.withScan(new ParticipantState.Scan(state.seen(), found)));
    }

    /** Once it is connected: asks about what is in work, repeats what may be lost, scans. */
    void connected(World world, int i) {
        ParticipantState state = model.participant(world, i);
        long stream = stream(i, state);
        Input.AckReceived onePhaseAnswer = state.onePhaseAnswer();
        if (onePhaseAnswer != null) {
            acknowledge(
                    world,
                    i,
                    onePhaseAnswer.epoch(),
                    onePhaseAnswer.attempt(),
                    onePhaseAnswer.command(),
                    onePhaseAnswer.result());
        } else if (state.working()) {
            model.send(
                    world,
                    new Input.BranchesInquired(
                            stream,
                            Model.resource(i),
                            InquiryKind.LIVE,
                            1,
                            state.seen(),
                            List.of(new Input.InquiredBranch(transaction, Model.branch(i))),
                            true),
                    stream);
        }
        if (state.unconfirmed()) {
            enlist(world, i);
        }
        scan(world, i);
    }

    // ---- what it is sent ----------------------------------------------------------------------------------------

    /** Whether anything comes of it but that its position is seen. */
    boolean matters(World world, Effect.OnConnection effect) {
        boolean answersNothing = effect instanceof Effect.SendOutcome outcome
                && (outcome.answer() == BranchAnswer.IN_PROGRESS || outcome.answer() == BranchAnswer.LEAVE);
        return !(effect instanceof Effect.SendWelcome) && !answersNothing && isItsProcess(world, effect);
    }

    /** A Welcome is seen at once: it comes first on its stream. */
    void shown(World world, Effect.OnConnection effect, LogPosition position) {
        if (effect instanceof Effect.SendWelcome) {
            int i = Model.participantOf(effect.connection());
            ParticipantState state = model.participant(world, i);
            if (state.connected() && stream(i, state) == effect.connection()) {
                model.participant(world, i, state.shown(position));
            }
        }
    }

    /** Whether the participant would take the message. */
    boolean hears(World world, Message.ToParticipant message) {
        int i = Model.participantOf(message.effect().connection());
        ParticipantState state = model.participant(world, i);
        boolean onLatest =
                state.connected() && stream(i, state) == message.effect().connection();
        boolean needsStream = message.effect() instanceof Effect.CloseConnection
                || (message.effect() instanceof Effect.SendCommit commit && commit.onePhase());
        return isItsProcess(world, message.effect()) && state.takes(message.position()) && (onLatest || !needsStream);
    }

    private boolean isItsProcess(World world, Effect.OnConnection effect) {
        int i = Model.participantOf(effect.connection());
        return Model.countOf(effect.connection()) > model.participant(world, i).streamsBefore();
    }

    /** The ways that things may go when it gets the message. */
    int[] choices(World world, Message.ToParticipant message, boolean mayDie) {
        int i = Model.participantOf(message.effect().connection());
        ParticipantState state = model.participant(world, i);
        if (message.effect() instanceof Effect.SendCommit commit && commit.onePhase()) {
            return state.working() ? TWO_WAYS : ONE_WAY;
        }
        if (!(message.effect() instanceof Effect.SendPrepare) || state.vote() != null || !mayPrepare(state)) {
            return ONE_WAY;
        }
        List<Integer> choices = new ArrayList<>();
        for (Vote vote : Model.votes()) {
            if (scope.votes().contains(vote)) {
                choices.add(choiceOf(vote));
            }
        }
        if (mayDie) {
            choices.add(DIES_PREPARING);
        }
        return choices.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int choiceOf(Vote vote) {
        for (int choice = 0; choice < Model.votes().length; choice++) {
            if (Model.votes()[choice] == vote) {
                return choice;
            }
        }
        throw new IllegalStateException("no choice for " + vote);
    }

    String choiceText(Message.ToParticipant message, int choice) {
        if (message.effect() instanceof Effect.SendPrepare) {
            return choice == DIES_PREPARING ? ", and dies while its database prepares" : ", for a vote " + choice;
        }
        return choice == 1 ? ", which fails" : "";
    }

    private boolean mayPrepare(ParticipantState state) {
        return state.working() && !state.undone();
    }

    void receive(World world, Message.ToParticipant message, int choice) {
        Effect.OnConnection effect = message.effect();
        int i = Model.participantOf(effect.connection());
        model.participant(world, i, model.participant(world, i).shown(message.position()));
        long epoch = message.position().epoch();
        if (effect instanceof Effect.SendEnlisted e) {
            enlisted(world, i, e.refusal());
        } else if (effect instanceof Effect.SendPrepare e) {
            prepare(world, i, epoch, e.attempt(), choice);
        } else if (effect instanceof Effect.SendCommit e && e.onePhase()) {
            commitInOnePhase(world, i, epoch, e.attempt(), choice == 0);
        } else if (effect instanceof Effect.SendCommit e) {
            commit(world, i, epoch, e.attempt());
        } else if (effect instanceof Effect.SendRollback e) {
            rollBack(world, i, epoch, e.attempt());
        } else if (effect instanceof Effect.SendForget e) {
            acknowledge(world, i, epoch, e.attempt(), Command.FORGET, AckResult.DONE);
        } else if (effect instanceof Effect.CloseConnection) {
            model.loseStream(world, i);
        } else if (effect instanceof Effect.SendOutcome e) {
            switch (e.answer()) {
                case COMMIT -> commit(world, i, epoch, e.attempt());
                case ROLLBACK -> rollBack(world, i, epoch, e.attempt());
                case SCAN_AGAIN -> scan(world, i);
                case IN_PROGRESS, LEAVE -> {}
            }
        }
    }

    private void enlisted(World world, int i, @Nullable Refusal refusal) {
        ParticipantState state = model.participant(world, i);
        if (!state.unconfirmed()) {
            return;
        }
        if (refusal == null) {
            confirm(world, i);
        } else if (flaw == Flaw.REFUSED_WORK_KEPT) {
            confirm(world, i);
        } else {
            // The work is undone, prepared or not.
            model.participant(world, i, state.withWork(false, false, state.vote(), true));
            if (world.holding(i) == Holding.PREPARED) {
                world.hold(i, Holding.ROLLED_BACK);
            }
        }
    }

    /** Whoever is sent something about its branch is enlisted, whether or not the confirmation came through. */
    private void confirm(World world, int i) {
        ParticipantState state = model.participant(world, i);
        if (state.unconfirmed()) {
            world.confirm(i);
            model.participant(world, i, state.withWork(state.working(), false, state.vote(), state.undone()));
        }
    }

    private void prepare(World world, int i, long epoch, int attempt, int choice) {
        confirm(world, i);
        ParticipantState state = model.participant(world, i);
        Vote vote = state.vote();
        if (vote == null) {
            if (!mayPrepare(state)) {
                vote = Vote.REFUSED;
            } else if (choice == DIES_PREPARING) {
                world.hold(i, Holding.PREPARING);
                model.die(world, i);
                return;
            } else {
                vote = Model.votes()[choice];
                if (vote == Vote.PREPARED) {
                    world.hold(i, Holding.PREPARED);
                } else if (vote == Vote.READ_ONLY) {
                    world.votedReadOnly(i);
                }
            }
            model.participant(world, i, state.withWork(false, false, vote, state.undone()));
        }
        if (state.connected()) {
            long stream = stream(i, state);
            model.send(
                    world,
                    new Input.VoteReceived(stream, transaction, Model.branch(i), epoch, attempt, vote, ""),
                    stream);
        }
    }

    private void commitInOnePhase(World world, int i, long epoch, int attempt, boolean worksOut) {
        confirm(world, i);
        ParticipantState state = model.participant(world, i);
        if (state.working()) {
            if (worksOut) {
                world.hold(i, Holding.COMMITTED_IN_ONE_PHASE);
            }
            model.participant(world, i, state.withWork(false, false, state.vote(), !worksOut));
        }
        AckResult result = AckResult.UNKNOWN;
        if (world.holding(i) == Holding.COMMITTED_IN_ONE_PHASE) {
            result = AckResult.DONE;
        } else if (model.participant(world, i).undone()) {
            result = AckResult.ROLLED_BACK;
        }
        Input.AckReceived answer = new Input.AckReceived(
                0, transaction, Model.branch(i), epoch, attempt, Command.COMMIT_ONE_PHASE, result, "");
        model.participant(world, i, model.participant(world, i).withOnePhaseAnswer(answer));
        acknowledge(world, i, epoch, attempt, Command.COMMIT_ONE_PHASE, result);
    }

    private void commit(World world, int i, long epoch, int attempt) {
        if (i < scope.branches()) {
            confirm(world, i);
        }
        int branch = model.branchOf(i);
        Holding holding = world.holding(branch);
        boolean doneInOnePhase = holding == Holding.COMMITTED_IN_ONE_PHASE;
        Violation.unless(
                holding == Holding.PREPARED || holding == Holding.COMMITTED || doneInOnePhase,
                "A4",
                "p" + i + " is told to commit branch " + branch + ", and its database holds " + holding);
        if (!doneInOnePhase) {
            world.hold(branch, Holding.COMMITTED);
        }
        acknowledge(world, i, epoch, attempt, Command.COMMIT, AckResult.DONE);
    }

    private void rollBack(World world, int i, long epoch, int attempt) {
        int branch = model.branchOf(i);
        Holding holding = world.holding(branch);
        Violation.unless(
                holding != Holding.COMMITTED,
                "A1",
                "p" + i + " is told to roll back branch " + branch + ", which is committed");
        AckResult result = AckResult.DONE;
        if (holding == Holding.COMMITTED_IN_ONE_PHASE) {
            result = AckResult.HEURISTIC_COMMITTED;
        } else if (holding == Holding.PREPARED) {
            world.hold(branch, Holding.ROLLED_BACK);
        }
        ParticipantState state = model.participant(world, i);
        model.participant(world, i, state.withWork(false, false, state.vote(), true));
        acknowledge(world, i, epoch, attempt, Command.ROLLBACK, result);
    }

    private void acknowledge(World world, int i, long epoch, int attempt, Command command, AckResult result) {
        ParticipantState state = model.participant(world, i);
        if (state.connected()) {
            long stream = stream(i, state);
            model.send(
                    world,
                    new Input.AckReceived(
                            stream, transaction, Model.branch(model.branchOf(i)), epoch, attempt, command, result, ""),
                    stream);
        }
    }
}

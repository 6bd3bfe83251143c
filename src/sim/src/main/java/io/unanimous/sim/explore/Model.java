package io.unanimous.sim.explore;

import io.unanimous.coordinator.core.Answer;
import io.unanimous.coordinator.core.AnswerAt;
import io.unanimous.coordinator.core.BranchName;
import io.unanimous.coordinator.core.Effect;
import io.unanimous.coordinator.core.Input;
import io.unanimous.coordinator.core.InquiryKind;
import io.unanimous.coordinator.core.LogPosition;
import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.core.OverrideOrder;
import io.unanimous.coordinator.core.Resolution;
import io.unanimous.coordinator.core.ResourceRegistration;
import io.unanimous.coordinator.core.TransactionFilter;
import io.unanimous.coordinator.core.TransactionId;
import io.unanimous.coordinator.core.Turn;
import io.unanimous.coordinator.core.Vote;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The world around the production coordinator: which moves a state allows, and what each of them leads to. It stands for the
 * runtime, the disk, the network, the clients and the operators; participants are {@link ParticipantRules}.
 *
 * <p>The network is a bag: what is in it may arrive in any order or never. What can no longer be heard is taken out, so that
 * fewer states differ: messages of streams that the coordinator does not know, messages to a dead process, and those that a
 * participant would reject for their epoch.
 */
final class Model {

    private static final OverrideOrder ORDER = new OverrideOrder("because", "ops", null, false);
    private static final int LIST_PAGE = 10;

    /** How the choice of an override reads. */
    private static final int ROLL_BACK_DUE = 0;

    private static final int SEND_AGAIN = 1;
    private static final int RESOLVE = 2;

    private final Scope scope;
    private final Flaw flaw;
    private final Interner<List<LogRecord>> logs = new Interner<>();
    private final Interner<List<Turn.Release>> waitings = new Interner<>();
    private final Interner<List<LogRecord>> deletions = new Interner<>();
    private final Interner<Message> messages = new Interner<>();
    private final Interner<ParticipantState> participants = new Interner<>();
    private final Interner<Effect> effects = new Interner<>();
    private final Interner<LogPosition> positions = new Interner<>();

    /** What was worked out before: logs with records added, effects waiting with others added, and what a sync releases. */
    private final PairMap longerLogs = new PairMap();

    private final PairMap longerWaitings = new PairMap();
    private final PairMap splits = new PairMap();
    private final List<Split> splitsByNumber = new ArrayList<>();
    /** The messages by effect and position, and what each message to the coordinator is to the machine. */
    private final PairMap messagesOut = new PairMap();

    private final PairMap messagesIn = new PairMap();
    private final PairMap positionsByEra = new PairMap();
    private final Machine machine;
    private final Promises promises;
    private final ParticipantRules rules;
    private final World first;
    private final TransactionId transaction;

    /** Effects that wait, parted by a sync: what still waits, and what goes out. */
    private record Split(int waiting, List<Effect> ready, int[] readyNumbers) {}

    Model(Scope scope, Flaw flaw, boolean compared) {
        this.scope = scope;
        this.flaw = flaw;
        machine = new Machine(scope.limits(), logs, compared);
        promises = new Promises(scope, logs);
        World world = new World(scope.participants());
        world.log = logs.number(List.of());
        world.waiting = waitings.number(List.of());
        world.deleted = deletions.number(List.of());
        for (int i = 0; i < scope.participants(); i++) {
            world.participants[i] = participants.number(ParticipantState.fresh());
        }
        start(world);
        sync(world);
        // A transaction is begun first, so that the rest of the model may know its id.
        transaction = begin(world);
        machine.about(transaction);
        rules = new ParticipantRules(scope, flaw, transaction, this);
        first = ready(world);
    }

    /** A coordinator that serves, everybody connected, and as far with the transaction as the scope wants. */
    private World ready(World begun) {
        World world = begun;
        for (int i = 0; i < scope.participants(); i++) {
            connect(world, i);
            report(world, i);
            sync(world);
        }
        if (scope.enlisted()) {
            for (int i = 0; i < scope.branches(); i++) {
                rules.work(world, i, false);
                while (world.network.length > 0) {
                    world = after(world, Move.of(Move.Kind.DELIVER, world.network[0]));
                }
            }
        }
        return world;
    }

    private TransactionId begin(World world) {
        Input wanted = new Input.BeginRequested(new Question("begin"), 0, scope.flags(), "");
        Machine.Reaction reaction = machine.step(world.coordinator, machine.stimulus(wanted, false));
        world.coordinator = reaction.next();
        Answer answer = ((Effect.Reply) reaction.releases().get(0).effect()).answer();
        return ((Answer.Begun) answer).transaction();
    }

    World first() {
        return first;
    }

    World unpack(byte[] bytes) {
        return World.unpack(bytes, scope.participants());
    }

    /** The branch of a resource. */
    static BranchName branch(int number) {
        return new BranchName(resource(number), "w");
    }

    static String resource(int number) {
        return "r" + number;
    }

    static int branchOf(BranchName name) {
        return name.resource().charAt(1) - '0';
    }

    /** The branch that a participant's resource holds. */
    int branchOf(int participant) {
        return participant < scope.branches() ? participant : 0;
    }

    /** Streams are numbered so that each participant's rise, whatever the others do. */
    static long stream(int participant, int count) {
        return count * 8L + participant;
    }

    static int participantOf(long stream) {
        return (int) (stream % 8);
    }

    static int countOf(long stream) {
        return (int) (stream / 8);
    }

    ParticipantState participant(World world, int number) {
        return participants.value(world.participants[number]);
    }

    void participant(World world, int number, ParticipantState state) {
        world.participants[number] = participants.number(state);
    }

    void send(World world, Input input, long stream) {
        world.send(messages.number(new Message.ToCoordinator(input, stream)));
    }

    // ---- what may happen ----------------------------------------------------------------------------------------

    /** Every move that the state allows, always in the same order. */
    List<Move> moves(World world) {
        List<Move> moves = new ArrayList<>();
        coordinatorMoves(world, moves);
        if (world.serving()) {
            clientMoves(world, moves);
            deliveries(world, moves);
        } else {
            deliveriesToParticipants(world, moves);
        }
        for (int i = 0; i < scope.participants(); i++) {
            participantMoves(world, i, moves);
        }
        return moves;
    }

    private boolean allows(World world, Happening happening) {
        return scope.allows(happening, world.happened);
    }

    private long lastNumber(World world) {
        List<LogRecord> records = logs.value(world.log);
        return records.isEmpty() ? 0 : records.get(records.size() - 1).number();
    }

    private void coordinatorMoves(World world, List<Move> moves) {
        if (world.coordinator == World.DOWN) {
            moves.add(Move.of(Move.Kind.START));
            return;
        }
        long last = lastNumber(world);
        if (last > world.synced) {
            moves.add(Move.of(Move.Kind.SYNC));
        }
        if (allows(world, Happening.COORDINATOR_CRASH)) {
            boolean lies = flaw == Flaw.SYNC_NOT_DURABLE && world.serving() && world.synced > 1;
            for (long kept = lies ? world.synced - 1 : world.synced; kept <= last; kept++) {
                moves.add(new Move(Move.Kind.CRASH, (int) kept, 0));
                if (!deletions.value(world.deleted).isEmpty()) {
                    moves.add(new Move(Move.Kind.CRASH, (int) kept, 1));
                }
            }
        }
        if (world.serving() && allows(world, Happening.DEADLINE)) {
            moves.add(Move.of(Move.Kind.DEADLINE));
        }
    }

    private void clientMoves(World world, List<Move> moves) {
        boolean anyStarted = false;
        boolean allConfirmed = true;
        for (int i = 0; i < scope.branches(); i++) {
            anyStarted |= started(world, i);
            allConfirmed &= world.confirmed(i);
        }
        if (!world.is(World.COMMIT_ASKED)) {
            if (allConfirmed || (anyStarted && allows(world, Happening.HASTE))) {
                moves.add(Move.of(Move.Kind.COMMIT));
                if (allows(world, Happening.DEADLINE)) {
                    moves.add(new Move(Move.Kind.COMMIT, 0, 1));
                }
            }
        } else if (allows(world, Happening.COMMIT_AGAIN)) {
            moves.add(Move.of(Move.Kind.COMMIT_AGAIN));
        }
        if (anyStarted && allows(world, Happening.ROLLBACK)) {
            moves.add(Move.of(Move.Kind.ROLL_BACK));
        }
        if (allows(world, Happening.QUESTION)) {
            moves.add(new Move(Move.Kind.ASK, 0, 0));
            moves.add(new Move(Move.Kind.ASK, 0, 1));
            moves.add(new Move(Move.Kind.ASK, 0, 2));
        }
        if (allows(world, Happening.OPERATOR)) {
            moves.add(new Move(Move.Kind.OVERRIDE, 0, ROLL_BACK_DUE));
            moves.add(new Move(Move.Kind.OVERRIDE, 0, SEND_AGAIN));
            for (int i = 0; i < scope.branches(); i++) {
                Holding holding = world.holding(i);
                if (holding == Holding.COMMITTED || holding == Holding.ROLLED_BACK) {
                    moves.add(new Move(Move.Kind.OVERRIDE, i, RESOLVE));
                }
            }
        }
    }

    /** Whether the branch's work has begun in any life. */
    private boolean started(World world, int branch) {
        ParticipantState state = participant(world, branch);
        return state.working()
                || state.unconfirmed()
                || state.vote() != null
                || state.undone()
                || state.life() > 1
                || world.confirmed(branch)
                || world.holding(branch) != Holding.NOTHING;
    }

    private void deliveries(World world, List<Move> moves) {
        for (int i = 0; i < world.network.length; i++) {
            int message = world.network[i];
            if (i > 0 && world.network[i - 1] == message) {
                continue;
            }
            if (messages.value(message) instanceof Message.ToParticipant to) {
                toParticipant(world, message, to, moves);
            } else {
                deliver(world, message, 0, moves);
            }
            loss(world, message, moves);
        }
    }

    private void deliveriesToParticipants(World world, List<Move> moves) {
        for (int i = 0; i < world.network.length; i++) {
            int message = world.network[i];
            boolean again = i > 0 && world.network[i - 1] == message;
            if (!again && messages.value(message) instanceof Message.ToParticipant to) {
                toParticipant(world, message, to, moves);
                loss(world, message, moves);
            }
        }
    }

    private void toParticipant(World world, int message, Message.ToParticipant to, List<Move> moves) {
        boolean mayDie = allows(world, Happening.PARTICIPANT_CRASH);
        for (int choice : rules.choices(world, to, mayDie)) {
            deliver(world, message, choice, moves);
        }
    }

    private void deliver(World world, int message, int choice, List<Move> moves) {
        moves.add(new Move(Move.Kind.DELIVER, message, choice));
        if (choice == 0 && !streamEnd(message) && allows(world, Happening.DUPLICATE)) {
            moves.add(new Move(Move.Kind.DELIVER_TWICE, message, choice));
        }
    }

    private void loss(World world, int message, List<Move> moves) {
        if (!streamEnd(message) && allows(world, Happening.LOSS)) {
            moves.add(Move.of(Move.Kind.LOSE, message));
        }
    }

    /** Whether it tells of a stream's end, which the edge does once and for certain. */
    private boolean streamEnd(int message) {
        return messages.value(message) instanceof Message.ToCoordinator to
                && to.input() instanceof Input.ParticipantLost;
    }

    private void participantMoves(World world, int i, List<Move> moves) {
        ParticipantState state = participant(world, i);
        if (i < scope.branches() && state.connected() && !started(world, i) && (i == 0 || started(world, i - 1))) {
            // Participants differ in their names alone: it is enough that their branches begin in one order.
            moves.add(new Move(Move.Kind.WORK, i, 0));
            if (scope.earlyVotes()) {
                moves.add(new Move(Move.Kind.WORK, i, 1));
            }
        }
        if (world.serving()) {
            if (!state.connected()) {
                moves.add(Move.of(Move.Kind.CONNECT, i));
            } else if (state.scan() != null) {
                moves.add(Move.of(Move.Kind.REPORT, i));
            }
        }
        if (state.connected()) {
            if (state.scan() == null
                    && world.holding(branchOf(i)) == Holding.PREPARED
                    && allows(world, Happening.SCAN)) {
                moves.add(Move.of(Move.Kind.SCAN, i));
            }
            if (allows(world, Happening.STREAM_LOSS)) {
                moves.add(Move.of(Move.Kind.LOSE_STREAM, i));
            }
        }
        if (allows(world, Happening.PARTICIPANT_CRASH)) {
            moves.add(Move.of(Move.Kind.DIE, i));
        }
        if (i < scope.branches() && world.holding(i) == Holding.PREPARING) {
            moves.add(Move.of(Move.Kind.PREPARE_LATE, i));
        }
    }

    // ---- what comes of it ---------------------------------------------------------------------------------------

    /** The state after a move; throws {@link Violation} when a promise is broken on the way or there. */
    World after(World before, Move move) {
        World world = before.copy();
        apply(world, move);
        promises.hold(world, machine.state(world.coordinator), transaction);
        return world;
    }

    private void apply(World world, Move move) {
        switch (move.kind()) {
            case SYNC -> sync(world);
            case START -> start(world);
            case CRASH -> crash(world, move.subject(), move.choice() == 1);
            case DEADLINE -> {
                happens(world, Happening.DEADLINE);
                step(world, new Input.Tick(), true);
            }
            case WORK -> rules.work(world, move.subject(), move.choice() == 1);
            case CONNECT -> connect(world, move.subject());
            case SCAN -> {
                happens(world, Happening.SCAN);
                rules.scan(world, move.subject());
            }
            case REPORT -> report(world, move.subject());
            case LOSE_STREAM -> {
                happens(world, Happening.STREAM_LOSS);
                loseStream(world, move.subject());
            }
            case DIE -> die(world, move.subject());
            case PREPARE_LATE -> world.hold(move.subject(), Holding.PREPARED);
            case DELIVER -> {
                world.takeOut(move.subject());
                receive(world, move.subject(), move.choice());
            }
            case DELIVER_TWICE -> {
                happens(world, Happening.DUPLICATE);
                receive(world, move.subject(), move.choice());
            }
            case LOSE -> {
                happens(world, Happening.LOSS);
                world.takeOut(move.subject());
            }
            case COMMIT -> commit(world, move.choice() == 1);
            case COMMIT_AGAIN -> {
                happens(world, Happening.COMMIT_AGAIN);
                step(
                        world,
                        new Input.CommitRequested(
                                new Question("commit again"), transaction, AnswerAt.ALL_ACKNOWLEDGED, 0),
                        false);
            }
            case ROLL_BACK -> {
                happens(world, Happening.ROLLBACK);
                step(
                        world,
                        new Input.RollbackRequested(new Question("roll back"), transaction, "", AnswerAt.DECISION, 0),
                        false);
            }
            case ASK -> {
                happens(world, Happening.QUESTION);
                step(world, question(move.choice()), false);
            }
            case OVERRIDE -> {
                happens(world, Happening.OPERATOR);
                step(world, override(world, move), move.choice() == ROLL_BACK_DUE);
            }
        }
    }

    private static void happens(World world, Happening happening) {
        world.happened = happening.counted(world.happened);
    }

    private Input question(int choice) {
        Question who = new Question("look");
        return switch (choice) {
            case 0 -> new Input.OutcomeAsked(who, transaction);
            case 1 -> new Input.DescriptionAsked(who, transaction);
            default ->
                new Input.ListAsked(who, new TransactionFilter(Set.of(), 0, "", false, false, ""), LIST_PAGE, null);
        };
    }

    private Input override(World world, Move move) {
        Question who = new Question("operator");
        return switch (move.choice()) {
            case ROLL_BACK_DUE -> new Input.RollbackForced(who, transaction, ORDER);
            case SEND_AGAIN -> new Input.RetryRequested(who, transaction);
            default ->
                new Input.BranchOutcomeGiven(
                        who,
                        transaction,
                        branch(move.subject()),
                        world.holding(move.subject()) == Holding.COMMITTED
                                ? Resolution.COMMITTED
                                : Resolution.ROLLED_BACK,
                        ORDER);
        };
    }

    private void commit(World world, boolean whenDue) {
        boolean allConfirmed = true;
        for (int i = 0; i < scope.branches(); i++) {
            allConfirmed &= world.confirmed(i);
        }
        if (!allConfirmed) {
            happens(world, Happening.HASTE);
        }
        if (whenDue) {
            happens(world, Happening.DEADLINE);
        }
        world.set(World.COMMIT_ASKED);
        step(world, new Input.CommitRequested(new Question("commit"), transaction, AnswerAt.DECISION, 0), whenDue);
    }

    // ---- the coordinator, its runtime and its disk --------------------------------------------------------------

    private void start(World world) {
        world.life++;
        world.set(World.STARTING);
        take(world, machine.start(world.log, world.life));
    }

    private void crash(World world, int kept, boolean deletionsUndone) {
        happens(world, Happening.COORDINATOR_CRASH);
        List<LogRecord> left = new ArrayList<>();
        for (LogRecord record : logs.value(world.log)) {
            if (record.number() <= kept) {
                left.add(record);
            }
        }
        if (deletionsUndone) {
            left.addAll(deletions.value(world.deleted));
            left.sort(Comparator.comparingLong(LogRecord::number));
        }
        world.log = logs.number(List.copyOf(left));
        world.deleted = deletions.number(List.of());
        world.waiting = waitings.number(List.of());
        world.synced = Math.min(world.synced, kept);
        world.coordinator = World.DOWN;
        world.clear(World.STARTING);
        for (int i = 0; i < scope.participants(); i++) {
            participant(world, i, participant(world, i).withStream(false));
        }
        clean(world);
    }

    private void step(World world, Input input, boolean whenDue) {
        take(world, machine.step(world.coordinator, machine.stimulus(input, whenDue)));
    }

    private void take(World world, Machine.Reaction reaction) {
        world.coordinator = reaction.next();
        if (!reaction.records().isEmpty()) {
            for (LogRecord record : reaction.records()) {
                promises.written(world, record);
            }
            world.log = longerLog(world.log, reaction);
        }
        if (!reaction.releases().isEmpty()) {
            world.waiting = longerWaiting(world.waiting, reaction);
            release(world);
        }
    }

    private int longerLog(int log, Machine.Reaction reaction) {
        int longer = longerLogs.get(log, reaction.recordsNumber());
        if (longer == PairMap.NONE) {
            List<LogRecord> records = new ArrayList<>(logs.value(log));
            records.addAll(reaction.records());
            longer = logs.number(List.copyOf(records));
            longerLogs.put(log, reaction.recordsNumber(), longer);
        }
        return longer;
    }

    private int longerWaiting(int waiting, Machine.Reaction reaction) {
        int longer = longerWaitings.get(waiting, reaction.releasesNumber());
        if (longer == PairMap.NONE) {
            List<Turn.Release> releases = new ArrayList<>(waitings.value(waiting));
            releases.addAll(reaction.releases());
            longer = waitings.number(List.copyOf(releases));
            longerWaitings.put(waiting, reaction.releasesNumber(), longer);
        }
        return longer;
    }

    /** The disk has everything, and whoever waited for that goes on. */
    private void sync(World world) {
        long last = lastNumber(world);
        for (LogRecord record : logs.value(world.log)) {
            if (record.number() > world.synced) {
                promises.durable(world, record);
            }
        }
        world.synced = (int) last;
        world.deleted = deletions.number(List.of());
        world.clear(World.STARTING);
        step(world, new Input.LogSynced(last), false);
        release(world);
    }

    private void release(World world) {
        if (world.is(World.STARTING)) {
            return;
        }
        Split split = split(world.waiting, world.synced);
        world.waiting = split.waiting();
        for (int i = 0; i < split.ready().size(); i++) {
            goOut(world, split.ready().get(i), split.readyNumbers()[i]);
        }
    }

    private Split split(int waiting, int synced) {
        int known = splits.get(waiting, synced);
        if (known != PairMap.NONE) {
            return splitsByNumber.get(known);
        }
        List<Turn.Release> still = new ArrayList<>();
        List<Effect> ready = new ArrayList<>();
        for (Turn.Release release : waitings.value(waiting)) {
            if (release.awaits() <= synced || flaw == Flaw.EFFECTS_BEFORE_SYNC) {
                ready.add(release.effect());
            } else {
                still.add(release);
            }
        }
        int[] readyNumbers = ready.stream().mapToInt(effects::number).toArray();
        Split split = new Split(waitings.number(List.copyOf(still)), List.copyOf(ready), readyNumbers);
        splits.put(waiting, synced, splitsByNumber.size());
        splitsByNumber.add(split);
        return split;
    }

    private void goOut(World world, Effect effect, int number) {
        if (effect instanceof Effect.Reply reply) {
            promises.answered(world, reply.answer());
        } else if (effect instanceof Effect.OnConnection on) {
            promises.told(world, on);
            int position = position(world);
            rules.shown(world, on, positions.value(position));
            if (rules.matters(world, on)) {
                world.send(messageOut(on, number, position));
            }
        } else if (effect instanceof Effect.PruneRecords prune) {
            delete(world, prune.numbers());
        } else if (effect instanceof Effect.Announce alarm) {
            promises.alarmed(alarm);
        }
    }

    private int messageOut(Effect.OnConnection effect, int number, int position) {
        int message = messagesOut.get(number, position);
        if (message == PairMap.NONE) {
            message = messages.number(new Message.ToParticipant(effect, positions.value(position)));
            messagesOut.put(number, position, message);
        }
        return message;
    }

    /** The position that the edge puts into a message. The life stands for the epoch's nonce, which it is. */
    private int position(World world) {
        long epoch = machine.state(world.coordinator).epoch();
        int era = (int) (epoch - Machine.WALL_MS) * (Happening.RATION_MAX + 2) + world.life;
        int known = positionsByEra.get(era, world.synced);
        if (known == PairMap.NONE) {
            known = positions.number(new LogPosition(Machine.STORE, 0, epoch, world.life, world.synced));
            positionsByEra.put(era, world.synced, known);
        }
        return known;
    }

    private void delete(World world, long[] numbers) {
        List<LogRecord> left = new ArrayList<>();
        List<LogRecord> gone = new ArrayList<>(deletions.value(world.deleted));
        for (LogRecord record : logs.value(world.log)) {
            boolean deleted = false;
            for (long number : numbers) {
                deleted |= number == record.number();
            }
            (deleted ? gone : left).add(record);
        }
        world.log = logs.number(List.copyOf(left));
        world.deleted = deletions.number(List.copyOf(gone));
    }

    // ---- streams ------------------------------------------------------------------------------------------------

    private void connect(World world, int i) {
        ParticipantState state = participant(world, i).withStream(true);
        participant(world, i, state);
        long stream = stream(i, state.streams());
        dropSuperseded(world, i);
        LogPosition seen = state.seen();
        step(
                world,
                new Input.ParticipantConnected(
                        stream,
                        "p" + i,
                        rules.incarnation(i, state),
                        List.of(new ResourceRegistration(resource(branchOf(i)), "")),
                        seen == null ? List.of() : List.of(seen)),
                false);
        rules.connected(world, i);
        clean(world);
    }

    /** The coordinator takes an older stream of the same process for closed. */
    private void dropSuperseded(World world, int i) {
        ParticipantState state = participant(world, i);
        for (int message : world.network.clone()) {
            if (messages.value(message) instanceof Message.ToCoordinator to
                    && to.input() instanceof Input.ParticipantLost
                    && participantOf(to.connection()) == i
                    && countOf(to.connection()) > state.streamsBefore()) {
                world.takeOut(message);
            }
        }
    }

    private void report(World world, int i) {
        ParticipantState state = participant(world, i);
        ParticipantState.Scan scan = state.scan();
        if (scan == null) {
            throw new IllegalStateException("participant " + i + " has no scan to report");
        }
        participant(world, i, state.withScan(null));
        List<Input.InquiredBranch> found =
                scan.found() ? List.of(new Input.InquiredBranch(transaction, branch(branchOf(i)))) : List.of();
        step(
                world,
                new Input.BranchesInquired(
                        stream(i, state.streams()),
                        resource(branchOf(i)),
                        InquiryKind.SCAN,
                        1,
                        scan.asOf(),
                        found,
                        true),
                false);
    }

    /** A participant's stream ends; the coordinator hears of it some time later, if it lives. */
    void loseStream(World world, int i) {
        ParticipantState state = participant(world, i);
        if (!state.connected()) {
            return;
        }
        participant(world, i, state.withStream(false));
        if (world.coordinator != World.DOWN) {
            long stream = stream(i, state.streams());
            send(world, new Input.ParticipantLost(stream), stream);
        }
        clean(world);
    }

    /** A participant's process dies. */
    void die(World world, int i) {
        happens(world, Happening.PARTICIPANT_CRASH);
        loseStream(world, i);
        participant(world, i, participant(world, i).died());
        if (flaw == Flaw.PREPARE_NOT_DURABLE && i < scope.branches() && world.holding(i) == Holding.PREPARED) {
            world.hold(i, Holding.NOTHING);
        }
        clean(world);
    }

    private void receive(World world, int number, int choice) {
        Message message = messages.value(number);
        if (message instanceof Message.ToCoordinator to) {
            int stimulus = messagesIn.get(number, 0);
            if (stimulus == PairMap.NONE) {
                stimulus = machine.stimulus(to.input(), false);
                messagesIn.put(number, 0, stimulus);
            }
            take(world, machine.step(world.coordinator, stimulus));
        } else if (message instanceof Message.ToParticipant to) {
            rules.receive(world, to, choice);
        }
        clean(world);
    }

    /** Takes out of the network what nobody can hear any more. */
    private void clean(World world) {
        for (int message : world.network.clone()) {
            boolean heard = messages.value(message) instanceof Message.ToCoordinator to
                    ? coordinatorHears(world, to)
                    : messages.value(message) instanceof Message.ToParticipant back && rules.hears(world, back);
            if (!heard) {
                world.takeOut(message);
            }
        }
    }

    /** Whether the coordinator knows the stream: it is open, or its end has not been told yet. */
    private boolean coordinatorHears(World world, Message.ToCoordinator message) {
        if (world.coordinator == World.DOWN) {
            return false;
        }
        int i = participantOf(message.connection());
        ParticipantState state = participant(world, i);
        if (state.connected() && state.streams() == countOf(message.connection())) {
            return true;
        }
        for (int other : world.network) {
            if (messages.value(other) instanceof Message.ToCoordinator to
                    && to.input() instanceof Input.ParticipantLost
                    && to.connection() == message.connection()) {
                return true;
            }
        }
        return false;
    }

    // ---- in words -----------------------------------------------------------------------------------------------

    /** A move in words. */
    String describe(World world, Move move) {
        String text = switch (move.kind()) {
            case SYNC -> "the log is on disk up to record " + lastNumber(world);
            case START -> "the coordinator starts on " + logs.value(world.log).size() + " records";
            case CRASH ->
                "the coordinator crashes; records up to " + move.subject() + " of " + lastNumber(world)
                        + " are found again, " + world.synced + " were on disk"
                        + (move.choice() == 1 ? "; deleted records are back" : "");
            case DEADLINE -> "time passes until something is due";
            case WORK -> who(move) + " begins work and enlists" + (move.choice() == 1 ? ", prepared already" : "");
            case CONNECT -> who(move) + " connects and begins a scan";
            case SCAN -> who(move) + " begins a scan";
            case REPORT ->
                who(move) + " reports its scan: "
                        + participant(world, move.subject()).scan();
            case LOSE_STREAM -> "the stream of " + who(move) + " ends";
            case DIE -> who(move) + " dies";
            case PREPARE_LATE -> "resource r" + move.subject() + " ends the prepare of a dead process";
            case DELIVER, DELIVER_TWICE -> delivery(move);
            case LOSE -> "lost: " + messages.value(move.subject());
            case COMMIT -> "a client asks to commit" + (move.choice() == 1 ? ", when something is due" : "");
            case COMMIT_AGAIN -> "a client asks to commit once more";
            case ROLL_BACK -> "a client asks to roll back";
            case ASK -> "somebody asks: " + question(move.choice());
            case OVERRIDE -> "an operator orders: " + override(world, move);
        };
        return text.replace(transaction.toString(), "TX").replace(Machine.STORE.toString(), "STORE");
    }

    private static String who(Move move) {
        return "participant p" + move.subject();
    }

    private String delivery(Move move) {
        Message message = messages.value(move.subject());
        String again = move.kind() == Move.Kind.DELIVER_TWICE ? " (and will once more)" : "";
        if (message instanceof Message.ToParticipant to) {
            return "p" + participantOf(to.effect().connection()) + " gets " + to.effect() + " of epoch "
                    + to.position().epoch() + rules.choiceText(to, move.choice()) + again;
        }
        return "the coordinator gets " + ((Message.ToCoordinator) message).input() + again;
    }

    /** What is on disk and in the databases, in words. */
    String describe(World world) {
        StringBuilder text = new StringBuilder();
        text.append("records up to ").append(world.synced).append(" are on disk of");
        for (LogRecord record : logs.value(world.log)) {
            text.append("\n      ")
                    .append(record.number())
                    .append(' ')
                    .append(record.event().toString().replace(transaction.toString(), "TX"));
        }
        for (int i = 0; i < scope.branches(); i++) {
            text.append("\n    branch ").append(i).append(": ").append(world.holding(i));
            text.append(world.confirmed(i) ? ", enlisted" : "").append(world.readOnly(i) ? ", read-only" : "");
        }
        return text.toString();
    }

    /** How much was met: for those who want to know what a run has covered. */
    String sizes() {
        return machine.size() + " coordinator states, "
                + (machine.otherWays() > 0 ? machine.otherWays() + " of them compared along two paths, " : "")
                + machine.steps() + " steps, " + logs.size() + " logs, "
                + messages.size() + " messages, " + participants.size() + " participant states";
    }

    /** A choice of votes, in a fixed order. */
    static Vote[] votes() {
        return new Vote[] {Vote.PREPARED, Vote.REFUSED, Vote.READ_ONLY};
    }
}

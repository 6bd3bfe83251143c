package io.unanimous.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Which event each state allows. Every legal transition is visited; every other pair of state and event throws, naming
 * transaction, state and event.
 *
 * <p>{@code -Dtransitions.update=true} writes docs/protocol-transitions.md anew from {@link Transitions}.
 */
class TransitionsTest {

    private static final Path DOCUMENT = Path.of("../docs/protocol-transitions.md");
    private static final boolean UPDATE = Boolean.getBoolean("transitions.update");

    private static final TransactionId ID = TransactionId.of(World.STORE, 0, 7, 1, 1, 0);
    private static final BranchName LEDGER = World.branch("ledger/a");
    private static final BranchName ORDERS = World.branch("orders/b");

    /** A state of its own for each life of a transaction; {@code null} for one that is not known. */
    private static CoordinatorState in(@Nullable TransactionState state) {
        CoordinatorState core = new CoordinatorState();
        if (state == null) {
            return core;
        }
        List<Event.OfTransaction> path = new ArrayList<>();
        path.add(new Event.Began(ID, "", 1, 1, 1));
        path.add(new Event.Enlisted(ID, LEDGER, "inc-a", Payload.EMPTY, null, 1));
        Event.OfTransaction prepare = new Event.PrepareStarted(ID, 1, 1);
        Event.OfTransaction vote = new Event.Voted(ID, LEDGER, Vote.PREPARED, "", 1);
        Event.OfTransaction rollBack = new Event.RollbackDecided(ID, "", "", 1);
        Event.OfTransaction onePhase = new Event.OnePhaseStarted(ID, 1);
        path.addAll(
                switch (state) {
                    case ACTIVE -> List.of();
                    case PREPARING -> List.of(prepare);
                    case COMMITTING -> List.of(prepare, vote, decided());
                    case COMMITTED -> List.of(prepare, vote, decided(), new Event.Finished(ID, 1));
                    case ROLLING_BACK -> List.of(rollBack);
                    case ROLLED_BACK -> List.of(rollBack, new Event.RolledBack(ID, 1));
                    case ONE_PHASE -> List.of(onePhase);
                    case UNKNOWN -> List.of(onePhase, new Event.OnePhaseEnded(ID, Outcome.UNKNOWN, "", 1));
                });
        path.forEach(event -> core.apply(event, number(core, event), false));
        return core;
    }

    private static Event.CommitDecided decided() {
        return new Event.CommitDecided(ID, "", List.of(new Event.DecidedBranch(LEDGER, "inc-a", Payload.EMPTY)), 1);
    }

    private static long number(CoordinatorState core, Event event) {
        return event instanceof Event.Durable ? core.lastNumber + 1 : 0;
    }

    /** Events of one kind that together lead wherever the kind may lead from a state. */
    private static List<Event.OfTransaction> events(Transitions transition, @Nullable TransactionState from) {
        Outcome decided = switch (from == null ? TransactionState.ROLLED_BACK : from) {
            case COMMITTING, COMMITTED -> Outcome.COMMITTED;
            case ONE_PHASE, UNKNOWN -> Outcome.UNKNOWN;
            case ACTIVE, PREPARING, ROLLING_BACK, ROLLED_BACK -> Outcome.ROLLED_BACK;
        };
        return switch (transition) {
            case BEGAN -> List.of(new Event.Began(ID, "", 1, 1, 1));
            case ENLISTED -> List.of(new Event.Enlisted(ID, ORDERS, "inc-b", Payload.EMPTY, null, 1));
            case PREPARE_STARTED -> List.of(new Event.PrepareStarted(ID, 1, 1));
            case VOTED -> List.of(new Event.Voted(ID, LEDGER, Vote.PREPARED, "", 1));
            case COMMIT_DECIDED -> List.of(decided());
            case COMMITTED_UNLOGGED -> List.of(new Event.CommittedUnlogged(ID, 1));
            case ROLLBACK_DECIDED -> List.of(new Event.RollbackDecided(ID, "", "", 1));
            case ACKNOWLEDGED -> List.of(new Event.Acknowledged(ID, LEDGER, 1));
            case FINISHED -> List.of(new Event.Finished(ID, 1));
            case ROLLED_BACK -> List.of(new Event.RolledBack(ID, 1));
            case ONE_PHASE_STARTED -> List.of(new Event.OnePhaseStarted(ID, 1));
            case ONE_PHASE_ENDED ->
                List.of(
                        new Event.OnePhaseEnded(ID, Outcome.COMMITTED, "", 1),
                        new Event.OnePhaseEnded(ID, Outcome.ROLLED_BACK, "", 1),
                        new Event.OnePhaseEnded(ID, Outcome.UNKNOWN, "", 1));
            case HEURISTIC_REPORTED -> {
                List<Event.OfTransaction> reports = new ArrayList<>();
                for (Outcome outcome :
                        from == null ? List.of(Outcome.ROLLED_BACK, Outcome.UNKNOWN) : List.of(decided)) {
                    reports.add(new Event.HeuristicReported(
                            ID, LEDGER, outcome, AckResult.HEURISTIC_MIXED, HeuristicMark.MIXED, "", 1));
                }
                yield reports;
            }
            case BRANCH_RESOLVED -> {
                List<Event.OfTransaction> resolved = new ArrayList<>();
                for (Outcome outcome :
                        from == null ? List.of(Outcome.ROLLED_BACK, Outcome.UNKNOWN) : List.of(decided)) {
                    for (Resolution resolution : Resolution.values()) {
                        resolved.add(
                                new Event.BranchResolved(ID, LEDGER, outcome, resolution, HeuristicMark.NONE, "", 1));
                    }
                }
                yield resolved;
            }
            case HEURISTIC_ACKNOWLEDGED -> List.of(new Event.HeuristicAcknowledged(ID, 1));
        };
    }

    private static boolean legal(Transitions transition, @Nullable TransactionState from, boolean replaying) {
        if (from == null) {
            return transition.fromNothing() || (replaying && transition.fromNothingInReplay());
        }
        return transition.from().contains(from);
    }

    private static List<@Nullable TransactionState> statesAndNothing() {
        List<@Nullable TransactionState> states = new ArrayList<>(Arrays.asList(TransactionState.values()));
        states.add(0, null);
        return states;
    }

    @Test
    void everyLegalTransitionIsVisitedAndLeadsWhereTheTableSays() {
        Set<String> visited = new TreeSet<>();
        for (Transitions transition : Transitions.values()) {
            for (TransactionState from : statesAndNothing()) {
                for (boolean replaying : new boolean[] {false, true}) {
                    if (!legal(transition, from, replaying)) {
                        continue;
                    }
                    for (Event.OfTransaction event : events(transition, from)) {
                        CoordinatorState core = in(from);
                        core.apply(event, number(core, event), replaying);
                        TransactionState to = core.find(ID).state;
                        assertThat(transition.to())
                                .as("%s from %s", event, from)
                                .contains(to);
                        visited.add(transition + " " + (from == null ? "none" : from) + " -> " + to);
                        assertThat(core.open.containsKey(ID)).isNotEqualTo(to.finished());
                        assertThat(core.kept.containsKey(ID)).isEqualTo(to.finished());
                    }
                }
            }
        }
        Set<String> unvisited = new LinkedHashSet<>();
        for (Transitions transition : Transitions.values()) {
            for (TransactionState from : statesAndNothing()) {
                if (legal(transition, from, true)) {
                    String arrow = transition + " " + (from == null ? "none" : from) + " -> ";
                    if (visited.stream().noneMatch(visit -> visit.startsWith(arrow))) {
                        unvisited.add(arrow);
                    }
                }
            }
            for (TransactionState to : transition.to()) {
                if (visited.stream()
                        .noneMatch(visit -> visit.startsWith(transition + " ") && visit.endsWith("> " + to))) {
                    unvisited.add(transition + " -> " + to);
                }
            }
        }
        assertThat(unvisited).as("legal, and visited by nothing").isEmpty();
    }

    @Test
    void everyIllegalPairThrowsNamingTransactionStateAndEvent() {
        int illegal = 0;
        for (Transitions transition : Transitions.values()) {
            for (TransactionState from : statesAndNothing()) {
                for (boolean replaying : new boolean[] {false, true}) {
                    if (legal(transition, from, replaying)) {
                        continue;
                    }
                    illegal++;
                    for (Event.OfTransaction event : events(transition, from)) {
                        CoordinatorState core = in(from);
                        long before = core.lastNumber;
                        assertThatThrownBy(() -> core.apply(event, 0, replaying))
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining(ID.toString())
                                .hasMessageContaining(from == null ? "state none" : "state " + from)
                                .hasMessageContaining(event.getClass().getSimpleName());
                        assertThat(core.lastNumber).isEqualTo(before);
                    }
                }
            }
        }
        assertThat(illegal).isPositive();
    }

    @Test
    void everyEventOfATransactionHasItsTransition() {
        Set<Class<?>> events = Arrays.stream(Event.OfTransaction.class.getPermittedSubclasses())
                .filter(kind -> !kind.isInterface())
                .collect(Collectors.toSet());
        assertThat(Arrays.stream(Transitions.values()).map(Transitions::event).toList())
                .doesNotHaveDuplicates()
                .hasSameElementsAs(events.stream()
                        .map(kind -> kind.asSubclass(Event.OfTransaction.class))
                        .collect(Collectors.toSet()));
    }

    /** No decision is ever turned round: nothing leads from an outcome to another one, but for an operator's word. */
    @Test
    void noEventTurnsADecisionRound() {
        for (Transitions transition : Transitions.values()) {
            for (TransactionState from : transition.from()) {
                for (Event.OfTransaction event : events(transition, from)) {
                    CoordinatorState core = in(from);
                    Outcome before = core.find(ID).outcome();
                    core.apply(event, number(core, event), false);
                    Outcome after = core.find(ID).outcome();
                    boolean decided = before == Outcome.COMMITTED || before == Outcome.ROLLED_BACK;
                    assertThat(!decided || before == after)
                            .as("%s: %s, then %s", event, before, after)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void documentSaysWhatTheCodeDoes() throws IOException {
        String table = document();
        if (UPDATE) {
            Files.writeString(DOCUMENT, table);
        }
        assertThat(DOCUMENT).exists();
        assertThat(Files.readString(DOCUMENT))
                .as("docs/protocol-transitions.md; -Dtransitions.update=true writes it anew")
                .isEqualTo(table);
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
                # Transitions

                Which event a transaction's state allows, and where it leads. Written from `Transitions` in the core; a test
                fails when this page says something else. Every other pair of state and event stops the process.

                A record marked F is on disk before anybody hears of it, one marked L is written without a sync of its own; what
                has no mark is never written. "None" is a transaction that is not known; "none (replay)" one of which nothing was
                read back yet.

                | Event | Record | From | To |
                |---|---|---|---|
                """);
        for (Transitions transition : Transitions.values()) {
            List<String> from = new ArrayList<>();
            if (transition.fromNothing()) {
                from.add("none");
            } else if (transition.fromNothingInReplay()) {
                from.add("none (replay)");
            }
            transition.from().forEach(state -> from.add(state.toString()));
            Durability durability =
                    events(transition, TransactionState.ACTIVE).get(0).durability();
            String mark = switch (durability) {
                case FORCED -> "F";
                case LAZY -> "L";
                case TRANSIENT -> "";
            };
            boolean stays = transition.from().size() > 1 && transition.to().equals(transition.from());
            String to = stays
                    ? "the same"
                    : transition.to().stream().map(TransactionState::toString).collect(Collectors.joining(", "));
            text.append("| ")
                    .append(transition.event().getSimpleName())
                    .append(" | ")
                    .append(mark)
                    .append(" | ")
                    .append(String.join(", ", from))
                    .append(" | ")
                    .append(to)
                    .append(" |\n");
        }
        return text.toString();
    }
}

package io.unanimous.coordinator.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plays the inputs of a scenario and writes down everything that comes of them.
 *
 * <p>A scenario is text: comments begin with {@code #}; a line without indentation is an input; the indented lines below it
 * are the whole output. An input is a verb, words, and {@code key=value} options:
 *
 * <pre>
 *   limits KEY=VALUE...                      before start: retention, retained, pruneBatch, grace, open, gone, rollbackRetry
 *   start [RESTORED|DIRECTORY_COPIED...]     starts a life of the coordinator
 *   crash | power-cut | crash kept=N         ends it; what is written is found again, or only what is synced, or up to N
 *   deposed NAME                             a decision of the epoch before lands in the log
 *   sync                                     everything written is on disk
 *   wait MS                                  time passes
 *   pause MS                                 time passes, and nobody wakes the coordinator
 *   clock MS                                 the wall clock jumps by so much; no time passes
 *   connect cN INCARNATION RESOURCE[@FINGERPRINT]... [seen=EPOCH/NONCE/NUMBER]
 *   lost cN
 *   begin NAME [timeout=MS] [flags=N]
 *   id NAME [epoch=N] [nonce=N] [sequence=N] [flags=N] [store=other]     gives an id a name
 *   enlist cN NAME BRANCH [early=VOTE] [payload=TEXT]
 *   commit|rollback NAME [at=decision] [within=MS]
 *   vote cN NAME BRANCH VOTE [attempt=N] [epoch=N] [reason=TEXT]
 *   ack cN NAME BRANCH COMMAND RESULT [attempt=N] [epoch=N]
 *   inquire cN RESOURCE KIND [NAME:BRANCH...] [as-of=EPOCH/NONCE/NUMBER] [unfinished]
 *   ask|describe|retry NAME        list [in-doubt] [heuristic]        status        watch N        unwatch N
 *   force-rollback NAME | resolve NAME BRANCH RESOLUTION | forget NAME | release HOLD
 *       each with [reason=TEXT] [expect=STATE] [dry-run]
 * </pre>
 */
final class ScenarioScript {

    private Limits limits = Limits.defaults();
    private @Nullable World world;
    private final Transcript transcript = new Transcript();
    private final Map<String, TransactionId> ids = new LinkedHashMap<>();
    private int callers;

    /** Plays a scenario and gives it back with the outputs that came. */
    static String play(String text) {
        return new ScenarioScript().playAll(text);
    }

    /** The world as a scenario leaves it. */
    static World worldAfter(String text) {
        ScenarioScript script = new ScenarioScript();
        script.playAll(text);
        return script.world();
    }

    private String playAll(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("    ")) {
                continue;
            }
            lines.add(line.stripTrailing());
            if (!line.isBlank() && !line.startsWith("#")) {
                for (String output : play(new Words(line))) {
                    lines.add("    " + output);
                }
            }
        }
        while (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return String.join("\n", lines) + "\n";
    }

    /** The words of an input line. */
    private static final class Words {
        private final String line;
        private final Deque<String> words = new ArrayDeque<>();
        private final Map<String, String> options = new LinkedHashMap<>();

        Words(String line) {
            this.line = line;
            for (String word : line.trim().split(" +")) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    options.put(word.substring(0, equals), word.substring(equals + 1));
                } else {
                    words.add(word);
                }
            }
        }

        String next() {
            String word = words.poll();
            if (word == null) {
                throw new IllegalArgumentException("a word is missing: " + line);
            }
            return word;
        }

        boolean flag(String word) {
            return words.remove(word);
        }

        String option(String key, String otherwise) {
            return options.getOrDefault(key, otherwise);
        }

        /** Words for people, written with underscores. */
        String text(String key) {
            return option(key, "").replace('_', ' ');
        }

        long number(String key, long otherwise) {
            return Long.parseLong(option(key, Long.toString(otherwise)));
        }

        long connection() {
            return Long.parseLong(next().substring(1));
        }

        List<String> rest() {
            List<String> rest = new ArrayList<>(words);
            words.clear();
            return rest;
        }
    }

    private List<String> play(Words words) {
        String verb = words.next();
        switch (verb) {
            case "limits" -> limits = limits(words);
            case "pause" -> world().monotonicMs += Long.parseLong(words.next());
            case "clock" -> world().wallMs += Long.parseLong(words.next());
            case "deposed" -> decideAsDeposed(id(words));
            case "crash" -> world().crash(words.number("kept", Long.MAX_VALUE));
            case "power-cut" -> world().cutPower();
            case "id" -> {
                String name = words.next();
                TransactionId id = TransactionId.of(
                        words.option("store", "").equals("other") ? World.OTHER_STORE : World.STORE,
                        0,
                        words.number("epoch", world().coordinator.epoch()),
                        (int) words.number("nonce", world().coordinator.nonce()),
                        words.number("sequence", 1),
                        (int) words.number("flags", 0));
                ids.put(name, id);
                transcript.name(id, name);
            }
            default -> {
                World.Output output = output(verb, words);
                return transcript.lines(output, world().syncedTo);
            }
        }
        return List.of();
    }

    private World world() {
        World present = world;
        if (present == null) {
            present = new World(limits);
            world = present;
        }
        return present;
    }

    private Limits limits(Words words) {
        Limits base = limits;
        return base.withGraceMs(words.number("grace", base.graceMs()))
                .withOpenTransactionsMax((int) words.number("open", base.openTransactionsMax()))
                .withDelivery(
                        words.number("retryMin", base.retryMinMs()),
                        words.number("retryMax", base.retryMaxMs()),
                        words.number("rollbackRetry", base.rollbackRetryMs()),
                        words.number("gone", base.goneAfterMs()))
                .withRetention(
                        words.number("retention", base.retentionMs()),
                        (int) words.number("retained", base.retainedOutcomesMax()),
                        (int) words.number("pruneBatch", base.retainedPruneBatch()));
    }

    private World.Output output(String verb, Words words) {
        World w = world();
        return switch (verb) {
            case "start" ->
                w.start(words.rest().stream()
                        .map(kind -> new HoldFinding(HoldFinding.Kind.valueOf(kind), 0, 0, 0, "found at the start"))
                        .toArray(HoldFinding[]::new));
            case "sync" -> w.sync();
            case "wait" -> w.advance(Long.parseLong(words.next()));
            case "connect" -> connect(words);
            case "lost" -> w.lose(words.connection());
            case "begin" -> begin(words);
            case "enlist" ->
                w.step(new Input.BranchEnlisted(
                        words.connection(),
                        id(words),
                        World.branch(words.next()),
                        Payload.of(words.option("payload", "").getBytes(StandardCharsets.UTF_8)),
                        words.option("early", "").isEmpty() ? null : Vote.valueOf(words.option("early", ""))));
            case "commit" ->
                w.step(new Input.CommitRequested(caller(), id(words), answerAt(words), words.number("within", 0)));
            case "rollback" ->
                w.step(new Input.RollbackRequested(
                        caller(), id(words), words.text("reason"), answerAt(words), words.number("within", 0)));
            case "vote" -> vote(words);
            case "ack" -> ack(words);
            case "inquire" -> inquire(words);
            case "ask" -> w.step(new Input.OutcomeAsked(caller(), id(words)));
            case "describe" -> w.step(new Input.DescriptionAsked(caller(), id(words)));
            case "retry" -> w.step(new Input.RetryRequested(caller(), id(words)));
            case "list" ->
                w.step(new Input.ListAsked(
                        caller(),
                        new TransactionFilter(Set.of(), 0, "", words.flag("in-doubt"), words.flag("heuristic"), ""),
                        100,
                        null));
            case "status" -> w.step(new Input.StatusAsked(caller()));
            case "watch" -> w.step(new Input.WatchStarted(Long.parseLong(words.next())));
            case "unwatch" -> w.step(new Input.WatchStopped(Long.parseLong(words.next())));
            case "force-rollback" -> w.step(new Input.RollbackForced(caller(), id(words), order(words)));
            case "resolve" ->
                w.step(new Input.BranchOutcomeGiven(
                        caller(),
                        id(words),
                        World.branch(words.next()),
                        Resolution.valueOf(words.next()),
                        order(words)));
            case "forget" -> w.step(new Input.HeuristicNoted(caller(), id(words), order(words)));
            case "release" -> w.step(new Input.HoldReleaseRequested(caller(), words.next(), order(words)));
            default -> throw new IllegalArgumentException("no such input: " + verb);
        };
    }

    private void decideAsDeposed(TransactionId id) {
        World w = world();
        long number = w.log.lastKey() + 1;
        w.log.put(number, new LogRecord(number, id.epoch(), new Event.CommitDecided(id, "", List.of(), w.wallMs)));
    }

    private World.Output connect(Words words) {
        long connection = words.connection();
        String incarnation = words.next();
        String seen = words.option("seen", "");
        List<ResourceRegistration> resources = new ArrayList<>();
        for (String resource : words.rest()) {
            int at = resource.indexOf('@');
            resources.add(
                    at < 0
                            ? new ResourceRegistration(resource, "")
                            : new ResourceRegistration(resource.substring(0, at), resource.substring(at + 1)));
        }
        return world().connect(
                        connection, incarnation, resources, seen.isEmpty() ? List.of() : List.of(position(seen)));
    }

    private static LogPosition position(String text) {
        String[] parts = text.split("/");
        boolean other = parts.length > 3;
        return new LogPosition(
                other ? World.OTHER_STORE : World.STORE,
                0,
                Long.parseLong(parts[0]),
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]));
    }

    private World.Output begin(Words words) {
        String name = words.next();
        World.Output output = world().step(new Input.BeginRequested(
                caller(), words.number("timeout", 0), (int) words.number("flags", 0), ""));
        for (Effect.Reply reply : output.effects(Effect.Reply.class)) {
            if (reply.answer() instanceof Answer.Begun begun) {
                ids.put(name, begun.transaction());
                transcript.name(begun.transaction(), name);
            }
        }
        return output;
    }

    private World.Output vote(Words words) {
        return world().step(new Input.VoteReceived(
                words.connection(),
                id(words),
                World.branch(words.next()),
                words.number("epoch", world().coordinator.epoch()),
                (int) words.number("attempt", 1),
                Vote.valueOf(words.next()),
                words.text("reason")));
    }

    private World.Output ack(Words words) {
        return world().step(new Input.AckReceived(
                words.connection(),
                id(words),
                World.branch(words.next()),
                words.number("epoch", world().coordinator.epoch()),
                (int) words.number("attempt", 1),
                Command.valueOf(words.next()),
                AckResult.valueOf(words.next()),
                words.text("detail")));
    }

    private World.Output inquire(Words words) {
        long connection = words.connection();
        String resource = words.next();
        InquiryKind kind = InquiryKind.valueOf(words.next());
        boolean unfinished = words.flag("unfinished");
        List<Input.InquiredBranch> branches = new ArrayList<>();
        for (String word : words.rest()) {
            int colon = word.indexOf(':');
            branches.add(World.inquired(id(word.substring(0, colon)), word.substring(colon + 1)));
        }
        String asOf = words.option("as-of", "");
        LogPosition position = switch (asOf) {
            case "" -> world().position();
            case "none" -> null;
            default -> position(asOf);
        };
        return world().step(new Input.BranchesInquired(connection, resource, kind, 1, position, branches, !unfinished));
    }

    private static AnswerAt answerAt(Words words) {
        return words.option("at", "").equals("decision") ? AnswerAt.DECISION : AnswerAt.ALL_ACKNOWLEDGED;
    }

    private static OverrideOrder order(Words words) {
        String expected = words.option("expect", "");
        return new OverrideOrder(
                words.text("reason"),
                "ops",
                expected.isEmpty() ? null : TransactionState.valueOf(expected),
                words.flag("dry-run"));
    }

    private TransactionId id(Words words) {
        return id(words.next());
    }

    private TransactionId id(String name) {
        TransactionId id = ids.get(name);
        if (id == null) {
            throw new IllegalArgumentException("no transaction was begun as " + name);
        }
        return id;
    }

    private World.Caller caller() {
        return new World.Caller("r" + ++callers);
    }
}

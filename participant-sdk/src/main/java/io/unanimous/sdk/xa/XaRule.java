package io.unanimous.sdk.xa;

import static io.unanimous.sdk.xa.XaAnswer.DENIED;
import static io.unanimous.sdk.xa.XaAnswer.HEURISTIC_COMMIT;
import static io.unanimous.sdk.xa.XaAnswer.HEURISTIC_HAZARD;
import static io.unanimous.sdk.xa.XaAnswer.HEURISTIC_MIXED;
import static io.unanimous.sdk.xa.XaAnswer.HEURISTIC_ROLLBACK;
import static io.unanimous.sdk.xa.XaAnswer.MISUSED;
import static io.unanimous.sdk.xa.XaAnswer.NOT_FOUND;
import static io.unanimous.sdk.xa.XaAnswer.OK;
import static io.unanimous.sdk.xa.XaAnswer.READ_ONLY;
import static io.unanimous.sdk.xa.XaAnswer.READ_ONLY_PREPARED;
import static io.unanimous.sdk.xa.XaAnswer.RESOURCE_ERROR;
import static io.unanimous.sdk.xa.XaAnswer.RESOURCE_LOST;
import static io.unanimous.sdk.xa.XaAnswer.RETRY;
import static io.unanimous.sdk.xa.XaAnswer.ROLLED_BACK;
import static io.unanimous.sdk.xa.XaAnswer.SQL_ROLLED_BACK;
import static io.unanimous.sdk.xa.XaOperation.COMMIT;
import static io.unanimous.sdk.xa.XaOperation.FORGET;
import static io.unanimous.sdk.xa.XaOperation.ONE_PHASE;
import static io.unanimous.sdk.xa.XaOperation.PREPARE;
import static io.unanimous.sdk.xa.XaOperation.ROLLBACK;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Protocol rule P12 as one table: what an answer of a driver means for an operation. There is exactly one row for each
 * pair; a pair without a row, or with two, stops the class from loading.
 *
 * <p>"Measured" means seen with pgjdbc 42.7.14 on PostgreSQL and MariaDB Connector/J 4.0.0 on MariaDB 11.4.5.
 */
enum XaRule {
    /** XA: the branch is prepared. That the transaction had not failed before was proved by {@link Database#proveSound}. */
    PREPARE_OK(PREPARE, XaVerdict.PREPARED, OK),
    /** XA: nothing was changed, and the branch is gone. */
    PREPARE_READ_ONLY(PREPARE, XaVerdict.READ_ONLY, READ_ONLY),
    /** Measured: pgjdbc on a read-only connection runs PREPARE TRANSACTION and then answers XA_RDONLY. */
    PREPARE_READ_ONLY_PREPARED(PREPARE, XaVerdict.PREPARED, READ_ONLY_PREPARED),
    /** P12: any exception on prepare is a refusal, whatever its code (pgjdbc reports most of them as RMFAIL). */
    PREPARE_FAILED(
            PREPARE,
            XaVerdict.REFUSED,
            ROLLED_BACK,
            SQL_ROLLED_BACK,
            HEURISTIC_COMMIT,
            HEURISTIC_ROLLBACK,
            HEURISTIC_MIXED,
            HEURISTIC_HAZARD,
            RETRY,
            NOT_FOUND,
            DENIED,
            RESOURCE_ERROR,
            RESOURCE_LOST,
            MISUSED),

    /** XA: committed. XA_HEURCOM says the same. */
    ONE_PHASE_OK(ONE_PHASE, XaVerdict.DONE, OK, READ_ONLY, READ_ONLY_PREPARED, HEURISTIC_COMMIT),
    /** XA: XA_RB* and XA_HEURRB say rolled back, and so does SQL with classes 23 and 40, but for 40003. */
    ONE_PHASE_ROLLED_BACK(ONE_PHASE, XaVerdict.ROLLED_BACK, ROLLED_BACK, SQL_ROLLED_BACK, HEURISTIC_ROLLBACK),
    /** P12: everything else is unknown; it is never asked again, since a second answer would describe no first one. */
    ONE_PHASE_LOST(
            ONE_PHASE,
            XaVerdict.UNKNOWN,
            HEURISTIC_MIXED,
            HEURISTIC_HAZARD,
            RETRY,
            NOT_FOUND,
            DENIED,
            RESOURCE_ERROR,
            RESOURCE_LOST,
            MISUSED),

    /** XA: committed. */
    COMMIT_OK(COMMIT, XaVerdict.DONE, OK, READ_ONLY, READ_ONLY_PREPARED),
    /**
     * P12: a prepared branch that rolls back under commit did so on its own. Only of a branch known to be read-only it
     * means nothing: a MariaDB one answers so after a disconnect (measured).
     */
    COMMIT_ROLLED_BACK(COMMIT, XaVerdict.HEURISTIC_ROLLED_BACK, ROLLED_BACK, HEURISTIC_ROLLBACK),
    /** P12: agreement. */
    COMMIT_AGREED(COMMIT, XaVerdict.FORGET, HEURISTIC_COMMIT),
    /** P12: recorded, shown until acknowledged, then forgotten at the resource. */
    COMMIT_MIXED(COMMIT, XaVerdict.HEURISTIC_MIXED, HEURISTIC_MIXED),
    /** P12: as above. */
    COMMIT_HAZARD(COMMIT, XaVerdict.HEURISTIC_HAZARD, HEURISTIC_HAZARD),
    /** P12: never final by itself. MariaDB says NOTA while the preparing session lives, 57P01 comes as RMERR (measured). */
    COMMIT_NOT_SEEN(COMMIT, XaVerdict.SCAN, NOT_FOUND, RESOURCE_ERROR),
    /** P12: retried on a fresh idle connection. A deadlock or a constraint under commit would be no end either. */
    COMMIT_LOST(COMMIT, XaVerdict.ASK_AGAIN, RESOURCE_LOST, SQL_ROLLED_BACK, MISUSED),
    /** Another role's or database's branch is invisible to our scans too, so its absence from them proves nothing. */
    COMMIT_NOT_NOW(COMMIT, XaVerdict.LATER, RETRY, DENIED),

    /** XA: rolled back; XA_RB* says the same in other words. */
    ROLLBACK_OK(ROLLBACK, XaVerdict.DONE, OK, READ_ONLY, READ_ONLY_PREPARED, ROLLED_BACK),
    /** P12: agreement. */
    ROLLBACK_AGREED(ROLLBACK, XaVerdict.FORGET, HEURISTIC_ROLLBACK),
    /** P12: recorded, shown until acknowledged, then forgotten at the resource. */
    ROLLBACK_COMMITTED(ROLLBACK, XaVerdict.HEURISTIC_COMMITTED, HEURISTIC_COMMIT),
    /** P12: as above. */
    ROLLBACK_MIXED(ROLLBACK, XaVerdict.HEURISTIC_MIXED, HEURISTIC_MIXED),
    /** P12: as above. */
    ROLLBACK_HAZARD(ROLLBACK, XaVerdict.HEURISTIC_HAZARD, HEURISTIC_HAZARD),
    /** P12: as under commit. PostgreSQL also says NOTA while PREPARE TRANSACTION still runs. */
    ROLLBACK_NOT_SEEN(ROLLBACK, XaVerdict.SCAN, NOT_FOUND, RESOURCE_ERROR),
    /** P12: as under commit. That the rollback itself failed with class 40 says nothing about the prepared branch. */
    ROLLBACK_LOST(ROLLBACK, XaVerdict.ASK_AGAIN, RESOURCE_LOST, SQL_ROLLED_BACK, MISUSED),
    /** As under commit. */
    ROLLBACK_NOT_NOW(ROLLBACK, XaVerdict.LATER, RETRY, DENIED),

    /** XA: forgotten. NOTA says that there is nothing to forget, which pgjdbc always answers. */
    FORGET_OK(
            FORGET,
            XaVerdict.DONE,
            OK,
            READ_ONLY,
            READ_ONLY_PREPARED,
            NOT_FOUND,
            ROLLED_BACK,
            SQL_ROLLED_BACK,
            HEURISTIC_COMMIT,
            HEURISTIC_ROLLBACK,
            HEURISTIC_MIXED,
            HEURISTIC_HAZARD),
    /** XA: not forgotten; nothing but a record at the resource hangs on it. */
    FORGET_FAILED(FORGET, XaVerdict.ASK_AGAIN, RESOURCE_ERROR, RESOURCE_LOST, MISUSED),
    /** As above. */
    FORGET_NOT_NOW(FORGET, XaVerdict.LATER, RETRY, DENIED);

    private static final Map<XaOperation, Map<XaAnswer, XaRule>> TABLE = table();

    private final XaOperation operation;
    private final XaVerdict verdict;
    /** Never changed; the type cannot say so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Set<XaAnswer> answers;

    XaRule(XaOperation operation, XaVerdict verdict, XaAnswer first, XaAnswer... others) {
        this.operation = operation;
        this.verdict = verdict;
        this.answers = EnumSet.of(first, others);
    }

    /**
     * What to make of an answer.
     *
     * @param knownReadOnly the branch changed nothing, so that its having rolled back contradicts no decision
     */
    static XaVerdict verdict(XaOperation operation, XaAnswer answer, boolean knownReadOnly) {
        if (operation == COMMIT && answer == ROLLED_BACK && knownReadOnly) {
            return XaVerdict.DONE;
        }
        return of(operation, answer).verdict;
    }

    /** The row for what was asked and what was answered. */
    static XaRule of(XaOperation operation, XaAnswer answer) {
        XaRule rule = TABLE.getOrDefault(operation, Map.of()).get(answer);
        if (rule == null) {
            throw new IllegalStateException("No rule for " + operation + " answered " + answer);
        }
        return rule;
    }

    /** What it means that a complete scan does not show a branch. */
    enum Absence {
        /** An earlier attempt may have reached the resource, or nothing was prepared: that it is gone says that all is done. */
        EXPECTED,
        /** It was prepared, and nobody has been told to end it: nobody can tell what became of it. */
        UNEXPECTED,
        /**
         * Its prepare was lost, and the session in which it was asked still lives: it may be prepared a moment later
         * (measured: MariaDB finishes XA PREPARE in a session that was killed meanwhile).
         */
        TOO_EARLY
    }

    /**
     * What a complete scan, begun after the attempt, makes of {@link XaVerdict#SCAN}.
     *
     * @param answer what that attempt was answered
     * @param listed the scan shows the branch as prepared: somebody else holds it, so ask again later
     * @param absence what it would mean if the scan does not show the branch
     */
    static XaVerdict afterScan(XaAnswer answer, boolean listed, Absence absence) {
        if (listed || absence == Absence.TOO_EARLY) {
            return XaVerdict.LATER;
        }
        // A first attempt that may itself have been carried out explains the absence. One that surely did nothing does
        // not: then somebody ended a prepared branch behind our back, and nobody can tell how.
        return absence == Absence.EXPECTED || answer.mayHaveReached() ? XaVerdict.DONE : XaVerdict.HEURISTIC_HAZARD;
    }

    private static Map<XaOperation, Map<XaAnswer, XaRule>> table() {
        Map<XaOperation, Map<XaAnswer, XaRule>> table = new EnumMap<>(XaOperation.class);
        for (XaRule rule : values()) {
            Map<XaAnswer, XaRule> row = table.computeIfAbsent(rule.operation, o -> new EnumMap<>(XaAnswer.class));
            for (XaAnswer answer : rule.answers) {
                XaRule other = row.put(answer, rule);
                if (other != null) {
                    throw new IllegalStateException(rule + " and " + other + " both answer " + answer);
                }
            }
        }
        for (XaOperation operation : XaOperation.values()) {
            Set<XaAnswer> missing = EnumSet.allOf(XaAnswer.class);
            missing.removeAll(table.getOrDefault(operation, Map.of()).keySet());
            if (!missing.isEmpty()) {
                throw new IllegalStateException("No rule for " + operation + " answered " + missing);
            }
        }
        return table;
    }
}

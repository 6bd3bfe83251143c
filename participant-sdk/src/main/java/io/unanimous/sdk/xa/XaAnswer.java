package io.unanimous.sdk.xa;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.jspecify.annotations.Nullable;

/** What a driver said, reduced to what {@link XaRule} tells apart. */
enum XaAnswer {
    /** XA_OK, or a normal return. */
    OK,
    /** XA_RDONLY from a driver that means it: the branch is gone. */
    READ_ONLY,
    /** XA_RDONLY from a driver that prepared the branch all the same (pgjdbc, measured). */
    READ_ONLY_PREPARED,
    /** Any XA_RB*: the resource rolled the branch back. */
    ROLLED_BACK,
    /** No XA_RB*, but an SQLSTATE of class 23 or 40, which say the same: nothing of the transaction stays. */
    SQL_ROLLED_BACK,
    /** XA_HEURCOM. */
    HEURISTIC_COMMIT,
    /** XA_HEURRB. */
    HEURISTIC_ROLLBACK,
    /** XA_HEURMIX. */
    HEURISTIC_MIXED,
    /** XA_HEURHAZ. */
    HEURISTIC_HAZARD,
    /** XA_RETRY. */
    RETRY,
    /** This attempt did nothing: the session cannot see the branch, or somebody else is at it. */
    NOT_FOUND,
    /** This attempt did nothing: the branch belongs to another role or database (PostgreSQL). */
    DENIED,
    /** XAER_RMERR without such an SQLSTATE: it may have been done or not. */
    RESOURCE_ERROR,
    /** XAER_RMFAIL, 0 and every unknown code or exception: the connection is lost; it may have been done or not. */
    RESOURCE_LOST,
    /** XAER_PROTO, XAER_INVAL and their like: this connection was in no state for it; nothing was done. */
    MISUSED;

    /** PostgreSQL: there is no such prepared transaction. pgjdbc says it as RMERR where it had prepared it itself. */
    private static final String UNDEFINED_OBJECT = "42704";

    /** PostgreSQL: another session is ending this very branch. */
    private static final String OBJECT_IN_USE = "55000";

    /** PostgreSQL: the branch was prepared by another role. */
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /** PostgreSQL: the branch was prepared in another database. */
    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    /** SQL: of class 40, but says that it is not known what happened. */
    private static final String COMPLETION_UNKNOWN = "40003";

    /** Reads an exception that an XAResource's method threw; with the wrong or no error code nothing is concluded. */
    static XaAnswer of(Exception thrown) {
        String sqlState = sqlStateOf(thrown);
        if (!(thrown instanceof XAException xa)) {
            return bySqlState(sqlState, RESOURCE_LOST);
        }
        int code = xa.errorCode;
        if (code >= XAException.XA_RBBASE && code <= XAException.XA_RBEND) {
            return ROLLED_BACK;
        }
        return switch (code) {
            case XAException.XA_HEURCOM -> HEURISTIC_COMMIT;
            case XAException.XA_HEURRB -> HEURISTIC_ROLLBACK;
            case XAException.XA_HEURMIX -> HEURISTIC_MIXED;
            case XAException.XA_HEURHAZ -> HEURISTIC_HAZARD;
            case XAException.XA_RETRY -> RETRY;
            case XAException.XAER_NOTA -> NOT_FOUND;
            case XAException.XAER_RMERR -> bySqlState(sqlState, RESOURCE_ERROR);
            case XAException.XAER_PROTO,
                    XAException.XAER_INVAL,
                    XAException.XAER_OUTSIDE,
                    XAException.XAER_ASYNC,
                    XAException.XAER_DUPID,
                    XAException.XA_NOMIGRATE -> MISUSED;
            // RMFAIL, 0 (which would be XA_OK, and is what MariaDB's driver says of a lost connection) and whatever
            // else a driver invents.
            default -> bySqlState(sqlState, RESOURCE_LOST);
        };
    }

    /** Whether the attempt that was answered so may have reached the resource and been carried out. */
    boolean mayHaveReached() {
        return this == RESOURCE_ERROR || this == RESOURCE_LOST;
    }

    /** What was thrown, in a line for an operator. */
    static String describe(Throwable thrown) {
        String text = thrown instanceof XAException xa ? "XA error " + xa.errorCode + ", " : "";
        text += String.valueOf(thrown.getMessage());
        Throwable cause = thrown.getCause();
        return cause instanceof SQLException sql && !text.contains(String.valueOf(sql.getMessage()))
                ? text + ": " + sql.getMessage()
                : text;
    }

    private static XaAnswer bySqlState(@Nullable String sqlState, XaAnswer otherwise) {
        if (sqlState == null || sqlState.length() != 5) {
            return otherwise;
        }
        return switch (sqlState) {
            case UNDEFINED_OBJECT, OBJECT_IN_USE -> NOT_FOUND;
            case INSUFFICIENT_PRIVILEGE, FEATURE_NOT_SUPPORTED -> DENIED;
            case COMPLETION_UNKNOWN -> otherwise;
            default -> sqlState.startsWith("23") || sqlState.startsWith("40") ? SQL_ROLLED_BACK : otherwise;
        };
    }

    private static @Nullable String sqlStateOf(Throwable thrown) {
        int depth = 0;
        for (Throwable t = thrown; t != null && depth < 8; t = t.getCause(), depth++) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return null;
    }
}

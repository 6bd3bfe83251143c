package io.unanimous.coordinator.core;

/**
 * Every bound of the protocol in one place; durations in milliseconds. Defaults are those of {@link #defaults()}.
 *
 * @param timeoutMinMs the shortest transaction timeout
 * @param timeoutDefaultMs the timeout of a transaction that asks for none
 * @param timeoutMaxMs the longest transaction timeout, and the longest that a caller may wait for an answer
 * @param prepareTimeoutMs a branch that has not voted by then counts as refused
 * @param answerWithinDefaultMs a caller that says nothing gets an answer within this time
 * @param branchesMax branches of one transaction
 * @param payloadBytesMax payload of one branch
 * @param reasonBytesMax an operator's, a vote's or an acknowledgement's words
 * @param initiatorBytesMax an initiator's or operator's name
 * @param openTransactionsMax transactions that are not finished; Begin is refused above
 * @param retryMinMs the shortest wait between two deliveries of a command
 * @param retryMaxMs the longest wait between two deliveries of a command
 * @param rollbackRetryMs a rollback is delivered for this long; after that presumption covers whoever returns
 * @param goneAfterMs an incarnation that has been away for this long is taken to be gone
 * @param graceMs after a start, nothing of an older epoch is presumed for this long unless every resource has reported:
 *     longer than participants take to notice the start, to connect and to scan
 * @param retentionMs an outcome is kept this long
 * @param retainedOutcomesMax outcomes kept
 * @param retainedPruneBatch outcomes pruned together, with one forced horizon
 * @param deferredInquiriesMax inquiries kept for an answer during the grace; the asker of any more asks again
 * @param timersPerTurnMax due transactions looked after in one turn, which paces recovery
 * @param listExaminedMax transactions looked at for one page of a list, so that a turn stays short
 */
public record Limits(
        long timeoutMinMs,
        long timeoutDefaultMs,
        long timeoutMaxMs,
        long prepareTimeoutMs,
        long answerWithinDefaultMs,
        int branchesMax,
        int payloadBytesMax,
        int reasonBytesMax,
        int initiatorBytesMax,
        int openTransactionsMax,
        long retryMinMs,
        long retryMaxMs,
        long rollbackRetryMs,
        long goneAfterMs,
        long graceMs,
        long retentionMs,
        int retainedOutcomesMax,
        int retainedPruneBatch,
        int deferredInquiriesMax,
        int timersPerTurnMax,
        int listExaminedMax) {

    /** The limits that the daemon runs with unless its options say otherwise. */
    public static Limits defaults() {
        return new Limits(
                100,
                60_000,
                86_400_000,
                10_000,
                30_000,
                64,
                4_096,
                512,
                64,
                200_000,
                100,
                30_000,
                60_000,
                30_000,
                25_000,
                86_400_000,
                500_000,
                10_000,
                100_000,
                1_000,
                20_000);
    }

    /** The same with another prepare timeout. */
    public Limits withPrepareTimeoutMs(long value) {
        return new Limits(
                timeoutMinMs,
                timeoutDefaultMs,
                timeoutMaxMs,
                value,
                answerWithinDefaultMs,
                branchesMax,
                payloadBytesMax,
                reasonBytesMax,
                initiatorBytesMax,
                openTransactionsMax,
                retryMinMs,
                retryMaxMs,
                rollbackRetryMs,
                goneAfterMs,
                graceMs,
                retentionMs,
                retainedOutcomesMax,
                retainedPruneBatch,
                deferredInquiriesMax,
                timersPerTurnMax,
                listExaminedMax);
    }

    /** The same with another limit of open transactions. */
    public Limits withOpenTransactionsMax(int value) {
        return new Limits(
                timeoutMinMs,
                timeoutDefaultMs,
                timeoutMaxMs,
                prepareTimeoutMs,
                answerWithinDefaultMs,
                branchesMax,
                payloadBytesMax,
                reasonBytesMax,
                initiatorBytesMax,
                value,
                retryMinMs,
                retryMaxMs,
                rollbackRetryMs,
                goneAfterMs,
                graceMs,
                retentionMs,
                retainedOutcomesMax,
                retainedPruneBatch,
                deferredInquiriesMax,
                timersPerTurnMax,
                listExaminedMax);
    }

    /** The same with other bounds of retries and of absence. */
    public Limits withDelivery(long retryMin, long retryMax, long rollbackRetry, long goneAfter) {
        return new Limits(
                timeoutMinMs,
                timeoutDefaultMs,
                timeoutMaxMs,
                prepareTimeoutMs,
                answerWithinDefaultMs,
                branchesMax,
                payloadBytesMax,
                reasonBytesMax,
                initiatorBytesMax,
                openTransactionsMax,
                retryMin,
                retryMax,
                rollbackRetry,
                goneAfter,
                graceMs,
                retentionMs,
                retainedOutcomesMax,
                retainedPruneBatch,
                deferredInquiriesMax,
                timersPerTurnMax,
                listExaminedMax);
    }

    /** The same with another grace after a start. */
    public Limits withGraceMs(long value) {
        return new Limits(
                timeoutMinMs,
                timeoutDefaultMs,
                timeoutMaxMs,
                prepareTimeoutMs,
                answerWithinDefaultMs,
                branchesMax,
                payloadBytesMax,
                reasonBytesMax,
                initiatorBytesMax,
                openTransactionsMax,
                retryMinMs,
                retryMaxMs,
                rollbackRetryMs,
                goneAfterMs,
                value,
                retentionMs,
                retainedOutcomesMax,
                retainedPruneBatch,
                deferredInquiriesMax,
                timersPerTurnMax,
                listExaminedMax);
    }

    /** The same with another retention. */
    public Limits withRetention(long forMs, int outcomesMax, int pruneBatch) {
        return new Limits(
                timeoutMinMs,
                timeoutDefaultMs,
                timeoutMaxMs,
                prepareTimeoutMs,
                answerWithinDefaultMs,
                branchesMax,
                payloadBytesMax,
                reasonBytesMax,
                initiatorBytesMax,
                openTransactionsMax,
                retryMinMs,
                retryMaxMs,
                rollbackRetryMs,
                goneAfterMs,
                graceMs,
                forMs,
                outcomesMax,
                pruneBatch,
                deferredInquiriesMax,
                timersPerTurnMax,
                listExaminedMax);
    }
}

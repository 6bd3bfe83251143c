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
 * @param unansweredMax orders that became due and that one resource has not answered; the next waits for an answer
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
        int listExaminedMax,
        int unansweredMax) {

    /** The limits that the daemon runs with unless its options say otherwise. */
    public static Limits defaults() {
        return new Values().limits();
    }

    /** The same with another prepare timeout. */
    public Limits withPrepareTimeoutMs(long value) {
        Values values = values();
        values.prepareTimeoutMs = value;
        return values.limits();
    }

    /** The same with another limit of open transactions. */
    public Limits withOpenTransactionsMax(int value) {
        Values values = values();
        values.openTransactionsMax = value;
        return values.limits();
    }

    /** The same with other bounds of retries and of absence. */
    public Limits withDelivery(long retryMin, long retryMax, long rollbackRetry, long goneAfter) {
        Values values = values();
        values.retryMinMs = retryMin;
        values.retryMaxMs = retryMax;
        values.rollbackRetryMs = rollbackRetry;
        values.goneAfterMs = goneAfter;
        return values.limits();
    }

    /** The same with another grace after a start. */
    public Limits withGraceMs(long value) {
        Values values = values();
        values.graceMs = value;
        return values.limits();
    }

    /** The same with another retention. */
    public Limits withRetention(long forMs, int outcomesMax, int pruneBatch) {
        Values values = values();
        values.retentionMs = forMs;
        values.retainedOutcomesMax = outcomesMax;
        values.retainedPruneBatch = pruneBatch;
        return values.limits();
    }

    /** The same with another bound of orders that one resource has not answered. */
    public Limits withUnansweredMax(int value) {
        Values values = values();
        values.unansweredMax = value;
        return values.limits();
    }

    private Values values() {
        Values values = new Values();
        values.timeoutMinMs = timeoutMinMs;
        values.timeoutDefaultMs = timeoutDefaultMs;
        values.timeoutMaxMs = timeoutMaxMs;
        values.prepareTimeoutMs = prepareTimeoutMs;
        values.answerWithinDefaultMs = answerWithinDefaultMs;
        values.branchesMax = branchesMax;
        values.payloadBytesMax = payloadBytesMax;
        values.reasonBytesMax = reasonBytesMax;
        values.initiatorBytesMax = initiatorBytesMax;
        values.openTransactionsMax = openTransactionsMax;
        values.retryMinMs = retryMinMs;
        values.retryMaxMs = retryMaxMs;
        values.rollbackRetryMs = rollbackRetryMs;
        values.goneAfterMs = goneAfterMs;
        values.graceMs = graceMs;
        values.retentionMs = retentionMs;
        values.retainedOutcomesMax = retainedOutcomesMax;
        values.retainedPruneBatch = retainedPruneBatch;
        values.deferredInquiriesMax = deferredInquiriesMax;
        values.timersPerTurnMax = timersPerTurnMax;
        values.listExaminedMax = listExaminedMax;
        values.unansweredMax = unansweredMax;
        return values;
    }

    /** All of them while one is being changed; at first the defaults. */
    private static final class Values {
        private long timeoutMinMs = 100;
        private long timeoutDefaultMs = 60_000;
        private long timeoutMaxMs = 86_400_000;
        private long prepareTimeoutMs = 10_000;
        private long answerWithinDefaultMs = 30_000;
        private int branchesMax = 64;
        private int payloadBytesMax = 4_096;
        private int reasonBytesMax = 512;
        private int initiatorBytesMax = 64;
        private int openTransactionsMax = 200_000;
        private long retryMinMs = 100;
        private long retryMaxMs = 30_000;
        private long rollbackRetryMs = 60_000;
        private long goneAfterMs = 30_000;
        private long graceMs = 25_000;
        private long retentionMs = 86_400_000;
        private int retainedOutcomesMax = 500_000;
        private int retainedPruneBatch = 10_000;
        private int deferredInquiriesMax = 100_000;
        private int timersPerTurnMax = 1_000;
        private int listExaminedMax = 20_000;
        private int unansweredMax = 128;

        private Limits limits() {
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
                    retentionMs,
                    retainedOutcomesMax,
                    retainedPruneBatch,
                    deferredInquiriesMax,
                    timersPerTurnMax,
                    listExaminedMax,
                    unansweredMax);
        }
    }
}

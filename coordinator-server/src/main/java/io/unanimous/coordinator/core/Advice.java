package io.unanimous.coordinator.core;

/** Says in a sentence or two what a transaction waits for and which action is safe: the end of {@code tx-admin explain}. */
final class Advice {

    private Advice() {}

    static String of(Transaction transaction, Participants participants) {
        String blocking = transaction.blockedBy();
        String heuristic = transaction.heuristicOpen()
                ? " A resource went against the decision, or may have (" + transaction.mark
                        + "): put the data right at the resource, then run `tx-admin forget " + transaction.id + "`."
                : "";
        return switch (transaction.state) {
            case ACTIVE ->
                "Nothing to do: it is in work, and rolls back by itself at its deadline unless its initiator asks to"
                        + " commit.";
            case PREPARING ->
                "Nothing to do: it waits for the vote of " + blocking
                        + ", and rolls back by itself when the prepare timeout has passed.";
            case COMMITTING ->
                "It is committed, and that is final. " + waiting(transaction, blocking, participants) + heuristic;
            case ROLLING_BACK ->
                "It is rolled back, and that is final. " + blocking + " has not acknowledged. "
                        + "Delivery ends by itself after a while; whoever still holds a branch learns of the rollback"
                        + " when it asks." + heuristic;
            case ONE_PHASE ->
                "Its only branch " + blocking + " was told to commit in one phase and has not answered. If its"
                        + " participant never comes back, look at the resource, then record what you saw: `tx-admin"
                        + " resolve " + transaction.id + " --branch " + blocking + " --as committed|rolled-back`.";
            case UNKNOWN ->
                blocking.isEmpty()
                        ? "Its outcome was recorded as unknown." + heuristic
                        : "The answer to its one-phase commit was lost. Look at the resource, then record what you saw:"
                                + " `tx-admin resolve " + transaction.id + " --branch " + blocking
                                + " --as committed|rolled-back|gone`." + heuristic;
            case COMMITTED -> finished("committed, and every branch has ended", heuristic);
            case ROLLED_BACK -> finished("rolled back", heuristic);
        };
    }

    private static String finished(String how, String heuristic) {
        return heuristic.isEmpty() ? "Nothing to do: " + how + "." : "It is " + how + "." + heuristic;
    }

    private static String waiting(Transaction transaction, String blocking, Participants participants) {
        String resource = blocking.substring(0, Math.max(0, blocking.indexOf('/')));
        if (participants.instances(resource) == 0) {
            return "No participant for resource " + resource + " is connected: start one, and " + blocking
                    + " commits at once. Only if the resource is gone for ever, or you have ended the branch there by"
                    + " hand, run `tx-admin resolve " + transaction.id + " --branch " + blocking
                    + " --as committed|rolled-back|gone`.";
        }
        return blocking + " has not acknowledged; delivery is retried by itself, and `tx-admin retry " + transaction.id
                + "` sends at once. If it keeps failing, its last error says why.";
    }
}

package io.unanimous.coordinator.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The orders to one resource whose time has come, after a restart, a reconnection or a retry (P7). So many are unanswered at
 * most, and the next waits for an answer, in the order in which they became due: else they would pile up at the resource,
 * fall due again before it has come to them, and stand before every new transaction (hazard 36).
 */
final class Backlog {

    /** One branch that waits for its turn. */
    record Owed(Transaction transaction, Branch branch) {}

    private final int unansweredMax;
    private final Map<Branch, Transaction> waiting = new LinkedHashMap<>();
    private final Map<Branch, Transaction> unanswered = new LinkedHashMap<>();

    Backlog(int unansweredMax) {
        this.unansweredMax = unansweredMax;
    }

    /** An order has become due. If it was sent before, that counts as lost: it goes to the end, and makes room. */
    void due(Transaction transaction, Branch branch) {
        unanswered.remove(branch);
        waiting.put(branch, transaction);
    }

    /** Takes out what may be sent next; null when nothing waits or too much is unanswered. */
    @Nullable
    Owed next() {
        if (unanswered.size() >= unansweredMax || waiting.isEmpty()) {
            return null;
        }
        Map.Entry<Branch, Transaction> first = waiting.entrySet().iterator().next();
        waiting.remove(first.getKey());
        return new Owed(first.getValue(), first.getKey());
    }

    /** It was sent. */
    void sent(Owed owed) {
        unanswered.put(owed.branch(), owed.transaction());
    }

    /** It was answered, whatever the answer. */
    void answered(Branch branch) {
        unanswered.remove(branch);
    }

    /** What is unanswered may never be: it is due again in its time, and nobody waits for it. */
    void lost() {
        unanswered.clear();
    }

    /** Nothing is owed to it any more, or it is told in another way. */
    void leave(Branch branch) {
        unanswered.remove(branch);
        waiting.remove(branch);
    }

    boolean waits(Branch branch) {
        return waiting.containsKey(branch);
    }

    boolean isEmpty() {
        return waiting.isEmpty() && unanswered.isEmpty();
    }

    /** Writes who waits, in order, and who has not answered. */
    void portray(Portrait portrait) {
        portrait.line("waiting").fact(names(waiting));
        portrait.line("unanswered").fact(new TreeSet<>(names(unanswered)));
    }

    private static List<String> names(Map<Branch, Transaction> branches) {
        List<String> names = new ArrayList<>();
        branches.forEach((branch, transaction) -> names.add(transaction.id + " " + branch.name));
        return names;
    }
}

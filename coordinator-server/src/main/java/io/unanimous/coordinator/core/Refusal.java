package io.unanimous.coordinator.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Why a request was refused, and that it changed nothing.
 *
 * @param reason for programs
 * @param message for people: what, which id, what to do
 * @param retryAfterMs wait this long before the next try; 0 for no advice
 * @param metadata what belongs to the reason, for programs
 */
public record Refusal(RefusalReason reason, String message, long retryAfterMs, Map<String, String> metadata) {

    /** A refusal with nothing but its message. */
    public static Refusal of(RefusalReason reason, String message) {
        return new Refusal(reason, message, 0, Collections.emptyMap());
    }

    /** A refusal worth another try. */
    public static Refusal retry(RefusalReason reason, String message, long retryAfterMs) {
        return new Refusal(reason, message, retryAfterMs, Collections.emptyMap());
    }

    /** The transaction is rolled back: by which branch, of which resource, and why; the names may be empty. */
    public static Refusal rolledBack(TransactionId transaction, String branch, String cause) {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("cause", cause);
        if (!branch.isEmpty()) {
            metadata.put("branch", branch);
            metadata.put("resource", branch.substring(0, branch.indexOf('/')));
        }
        String who = branch.isEmpty() ? "" : " by " + branch;
        return new Refusal(
                RefusalReason.ROLLED_BACK,
                "transaction " + transaction + " is rolled back" + who + ": " + cause,
                0,
                Collections.unmodifiableMap(metadata));
    }
}

package io.unanimous.sdk;

import io.grpc.Status;
import io.unanimous.v1.Refusal;
import java.time.Duration;

/** What the coordinator's refusals mean to the caller. */
final class Refusals {

    /** The reason that goes with ABORTED: rolled back for good. */
    static final String ROLLED_BACK = "ROLLED_BACK";

    private Refusals() {}

    /** Whether the same command may succeed later: it was not carried out, or its answer is not known yet. */
    static boolean passes(Refusal refusal) {
        return isA(refusal, Status.Code.UNAVAILABLE) || isA(refusal, Status.Code.RESOURCE_EXHAUSTED);
    }

    static boolean isA(Refusal refusal, Status.Code code) {
        return refusal.getCode() == code.value();
    }

    static RequestRejectedException rejected(Refusal refusal) {
        return new RequestRejectedException(
                Status.fromCodeValue(refusal.getCode()).getCode().name(),
                refusal.getReason(),
                refusal.getMessage(),
                Duration.ofMillis(refusal.getRetryAfterMs()));
    }

    static RolledBackException rolledBack(String transactionId, Refusal refusal) {
        return new RolledBackException(
                transactionId,
                refusal.getMetadataOrDefault("branch", ""),
                refusal.getMetadataOrDefault("resource", ""),
                refusal.getMetadataOrDefault("cause", refusal.getMessage()));
    }

    /** A refusal by the SDK itself, before anything was sent. */
    static RequestRejectedException local(Status.Code code, String reason, String message) {
        return new RequestRejectedException(code.name(), reason, message, Duration.ZERO);
    }
}

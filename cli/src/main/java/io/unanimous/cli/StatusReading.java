package io.unanimous.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a gRPC status as one line for an operator and an exit code. */
final class StatusReading {
    private StatusReading() {}

    static Failure failure(StatusRuntimeException e, Endpoint endpoint, Duration timeout) {
        Status status = e.getStatus();
        String said = Objects.requireNonNullElse(status.getDescription(), "");
        String reason = reason(e);
        return switch (status.getCode()) {
            case UNAVAILABLE -> unavailable(status, said, reason, endpoint);
            case DEADLINE_EXCEEDED ->
                new Failure(
                        ExitCode.UNAVAILABLE,
                        "no answer from " + endpoint + " within " + Durations.brief(timeout.toMillis())
                                + ". Is that a coordinator's port? Wait longer with --timeout.");
            case RESOURCE_EXHAUSTED ->
                new Failure(
                        ExitCode.UNAVAILABLE,
                        told("the coordinator at " + endpoint + " is overloaded", said, reason) + ". Try again.");
            case NOT_FOUND -> new Failure(ExitCode.NOT_FOUND, told("not found", said, reason) + hint(reason));
            case FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS ->
                new Failure(ExitCode.REFUSED, told("refused", said, reason) + hint(reason));
            case INVALID_ARGUMENT, OUT_OF_RANGE ->
                new Failure(ExitCode.USAGE, told("not accepted", said, reason) + hint(reason));
            case UNIMPLEMENTED ->
                new Failure(
                        ExitCode.FAILURE,
                        told(endpoint + " is no coordinator, or one too old for this command", said, reason));
            case PERMISSION_DENIED, UNAUTHENTICATED ->
                new Failure(ExitCode.FAILURE, told(endpoint + " does not let you do this", said, reason));
            case OK, CANCELLED, UNKNOWN, INTERNAL, DATA_LOSS ->
                new Failure(
                        ExitCode.FAILURE,
                        told(endpoint + " answered with the status " + status.getCode(), said, reason)
                                + (reason == null ? ". Is that a coordinator's port?" : ""));
        };
    }

    private static Failure unavailable(Status status, String said, @Nullable String reason, Endpoint endpoint) {
        if (reason != null) {
            return new Failure(
                    ExitCode.UNAVAILABLE,
                    told("the coordinator at " + endpoint + " cannot answer now", said, reason) + ". Try again.");
        }
        String why = said;
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                why = "no such host";
            } else if (cause instanceof NoRouteToHostException) {
                why = "no route to it";
            } else if (cause instanceof ConnectException) {
                why = "connection refused";
            }
        }
        return new Failure(
                ExitCode.UNAVAILABLE,
                "no coordinator answers at " + endpoint + " (" + why
                        + "). Is tx-coordinator running there? Name another"
                        + " place with --endpoint HOST:PORT or UNANIMOUS_ENDPOINT.");
    }

    private static String told(String what, String said, @Nullable String reason) {
        String line = said.isEmpty() ? what : what + ": " + said;
        return reason == null || line.contains(reason) ? line : line + " (" + reason + ")";
    }

    /** What to do about a reason, as a sentence with a blank before it; empty when the coordinator's own words suffice. */
    private static String hint(@Nullable String reason) {
        if (reason == null) {
            return "";
        }
        return switch (reason) {
            case "LIVE_TRANSACTION" -> ". Let it end by itself: tx-admin show tells its deadline.";
            case "STATE_MISMATCH" -> ". It has moved on: look again with tx-admin explain.";
            case "UNACKNOWLEDGED_COMMIT" -> ". See tx-admin explain.";
            case "NOT_IN_HOLD", "EVIDENCE_MISMATCH" -> ". Look again with tx-admin hold show.";
            case "BRANCH_NOT_FOUND" -> ". See its branches with tx-admin show.";
            case "NOT_FOUND", "FOREIGN_ID" -> ". See what there is with tx-admin list.";
            default -> "";
        };
    }

    private static @Nullable String reason(StatusRuntimeException e) {
        com.google.rpc.Status details = StatusProto.fromThrowable(e);
        if (details == null) {
            return null;
        }
        for (Any detail : details.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    return detail.unpack(ErrorInfo.class).getReason();
                } catch (InvalidProtocolBufferException malformed) {
                    return null;
                }
            }
        }
        return null;
    }
}

package io.unanimous.coordinator.transport;

/**
 * The bounds of the gRPC edge; those of the protocol itself are in {@link io.unanimous.coordinator.core.Limits}.
 *
 * @param frameBytesMax the size of one frame, either way
 * @param frameCommandsMax commands in one frame, either way
 * @param streamsMax streams open at once: participants', sessions and watchers
 * @param resourcesMax resources of one participant
 * @param seenPositionsMax log positions that one participant reports
 * @param participantBytesMax a participant's name
 * @param fingerprintBytesMax a resource's fingerprint
 * @param unansweredMax commands of one session that have not been answered
 * @param outboundBytesMax bytes that wait for one peer to read them; above, its stream is closed
 * @param watchEventsMax changes that wait for one watcher to read them; above, they are dropped and counted
 * @param heartbeatMs the coordinator says something on a participant's stream at least this often, and expects the same
 * @param silentBeatsMax a participant that was silent for this many heartbeats is taken to be dead
 * @param pageSizeDefault transactions on a page for whoever does not say
 * @param pageSizeMax transactions on a page
 * @param overloadRetryMs advice to whoever was shed
 * @param notReadyRetryMs advice to whoever came while the daemon starts or stops
 */
public record EdgeLimits(
        int frameBytesMax,
        int frameCommandsMax,
        int streamsMax,
        int resourcesMax,
        int seenPositionsMax,
        int participantBytesMax,
        int fingerprintBytesMax,
        int unansweredMax,
        int outboundBytesMax,
        int watchEventsMax,
        long heartbeatMs,
        int silentBeatsMax,
        int pageSizeDefault,
        int pageSizeMax,
        long overloadRetryMs,
        long notReadyRetryMs) {

    /** The shortest and the longest incarnation, in bytes. */
    static final int INCARNATION_BYTES_MIN = 8;

    static final int INCARNATION_BYTES_MAX = 36;

    /** The only version of the participants' protocol so far. */
    static final int PROTOCOL_VERSION = 1;

    /** The bounds that the daemon runs with unless its options say otherwise. */
    public static EdgeLimits defaults() {
        return new EdgeLimits(
                256 << 10, 1_024, 10_000, 64, 64, 128, 256, 100_000, 8 << 20, 1_000, 5_000, 4, 100, 1_000, 200, 500);
    }

    /** The same with another limit of streams. */
    public EdgeLimits withStreamsMax(int value) {
        return new EdgeLimits(
                frameBytesMax,
                frameCommandsMax,
                value,
                resourcesMax,
                seenPositionsMax,
                participantBytesMax,
                fingerprintBytesMax,
                unansweredMax,
                outboundBytesMax,
                watchEventsMax,
                heartbeatMs,
                silentBeatsMax,
                pageSizeDefault,
                pageSizeMax,
                overloadRetryMs,
                notReadyRetryMs);
    }

    /** The same with other bounds of what waits for a slow reader. */
    public EdgeLimits withOutbound(int outboundBytes, int watchEvents) {
        return new EdgeLimits(
                frameBytesMax,
                frameCommandsMax,
                streamsMax,
                resourcesMax,
                seenPositionsMax,
                participantBytesMax,
                fingerprintBytesMax,
                unansweredMax,
                outboundBytes,
                watchEvents,
                heartbeatMs,
                silentBeatsMax,
                pageSizeDefault,
                pageSizeMax,
                overloadRetryMs,
                notReadyRetryMs);
    }

    /** The same with another limit of a session's unanswered commands. */
    public EdgeLimits withUnansweredMax(int value) {
        return new EdgeLimits(
                frameBytesMax,
                frameCommandsMax,
                streamsMax,
                resourcesMax,
                seenPositionsMax,
                participantBytesMax,
                fingerprintBytesMax,
                value,
                outboundBytesMax,
                watchEventsMax,
                heartbeatMs,
                silentBeatsMax,
                pageSizeDefault,
                pageSizeMax,
                overloadRetryMs,
                notReadyRetryMs);
    }

    /** The same with another heartbeat. */
    public EdgeLimits withHeartbeat(long everyMs, int silentBeats) {
        return new EdgeLimits(
                frameBytesMax,
                frameCommandsMax,
                streamsMax,
                resourcesMax,
                seenPositionsMax,
                participantBytesMax,
                fingerprintBytesMax,
                unansweredMax,
                outboundBytesMax,
                watchEventsMax,
                everyMs,
                silentBeats,
                pageSizeDefault,
                pageSizeMax,
                overloadRetryMs,
                notReadyRetryMs);
    }
}

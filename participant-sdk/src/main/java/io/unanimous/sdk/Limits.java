package io.unanimous.sdk;

import java.time.Duration;

/** Every bound of the SDK that is not an option, by name. Those of the wire are the coordinator's. */
final class Limits {

    /** A transaction id's length: printable, fixed. */
    static final int TRANSACTION_ID_CHARS = 60;

    /** Bytes of a resource's name. */
    static final int RESOURCE_NAME_BYTES_MAX = 32;

    /** Bytes of a branch's suffix. */
    static final int BRANCH_SUFFIX_BYTES_MAX = 16;

    /** Characters of an incarnation; the first of them make the suffix of its branches. */
    static final int INCARNATION_CHARS = 24;

    /** Bytes of a branch's payload. */
    static final int PAYLOAD_BYTES_MAX = 4 * 1024;

    /** Bytes of a reason or detail, in UTF-8; longer ones are cut. */
    static final int REASON_BYTES_MAX = 512;

    /** Bytes of the initiator's name. */
    static final int INITIATOR_BYTES_MAX = 64;

    /** Bytes of the participant's name. */
    static final int PARTICIPANT_NAME_BYTES_MAX = 128;

    /** Bytes of a resource's fingerprint. */
    static final int FINGERPRINT_BYTES_MAX = 256;

    /** Commands or messages in one frame. */
    static final int FRAME_MESSAGES_MAX = 1024;

    /** Bytes of one frame. */
    static final int FRAME_BYTES_MAX = 256 * 1024;

    /** Frames that may arrive before the first of them is taken in. */
    static final int FRAMES_AHEAD_MAX = 4;

    /** Branches in one Inquire: a page. */
    static final int INQUIRE_BRANCHES_MAX = 1024;

    /** Coordinators and partitions whose positions are remembered. */
    static final int POSITIONS_MAX = 64;

    /** The shortest transaction timeout. */
    static final Duration TRANSACTION_TIMEOUT_MIN = Duration.ofMillis(100);

    /** The longest transaction timeout, and the longest wait for an answer. */
    static final Duration TRANSACTION_TIMEOUT_MAX = Duration.ofHours(24);

    /** Messages that wait for one participant's stream; beyond it the stream is closed and its work resumed. */
    static final int OUTBOX_MESSAGES_MAX = 65_536;

    /** Bytes that wait for one participant's stream; beyond it the stream is closed and its work resumed. */
    static final long OUTBOX_BYTES_MAX = 32L * 1024 * 1024;

    /** Begins, commits, rollbacks and questions of one client that are not answered yet. */
    static final int OPERATIONS_MAX = 100_000;

    /** Branches of one participant that are not ended; enlisting more is refused. */
    static final int BRANCHES_MAX = 200_000;

    /** Ended branches of a generation: so many at least are remembered, within their time, and twice as many at most. */
    static final int TOMBSTONES_OF_A_GENERATION_MAX = 100_000;

    /** Calls of one participant, running and queued, beyond which no further command is read from its stream. */
    static final int CALLS_MAX = 8_192;

    /** Branches that one scan may find; beyond it the scan is reported in part, and repeated. */
    static final int SCAN_BRANCHES_MAX = 250_000;

    /** Branches left to another coordinator that are remembered, so as to be logged once. */
    static final int LEFT_BRANCHES_REMEMBERED_MAX = 1_000;

    /** Tasks of one turn of a loop. */
    static final int TURN_TASKS_MAX = 4_096;

    /** Threads that run the loops of one client. */
    static final int LOOP_THREADS = 2;

    /** Threads that complete the stages that applications hold. */
    static final int CALLBACK_THREADS = 4;

    /** Worker threads of one participant, at least: one for prepares, one for scans, one for the second phase. */
    static final int WORKERS_MIN = 3;

    /** Worker threads of one participant, at most. */
    static final int WORKERS_MAX = 1_024;

    /** How exactly the SDK keeps its times. */
    static final Duration TICK = Duration.ofMillis(50);

    /** A stream that has served this long counts as good: the next wait to reconnect starts from the shortest again. */
    static final Duration STEADY_AFTER = Duration.ofSeconds(1);

    /** The shortest time between two heartbeats, whatever the coordinator asks for. */
    static final Duration HEARTBEAT_MIN = Duration.ofMillis(100);

    /** The longest wait that the coordinator can ask for before a command is repeated. */
    static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(10);

    /** The wait before a command that was refused for the moment is repeated. */
    static final Duration RETRY_AFTER_DEFAULT = Duration.ofMillis(200);

    /** How much earlier than the caller's deadline, at most, the coordinator is to answer. */
    static final Duration ANSWER_MARGIN_MAX = Duration.ofMillis(500);

    private Limits() {}
}

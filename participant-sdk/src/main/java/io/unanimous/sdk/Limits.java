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

    /** Branches in one Inquire: a page. */
    static final int INQUIRE_BRANCHES_MAX = 1024;

    /** Coordinators and partitions whose positions are remembered. */
    static final int POSITIONS_MAX = 64;

    /** The shortest transaction timeout. */
    static final Duration TRANSACTION_TIMEOUT_MIN = Duration.ofMillis(100);

    /** The longest transaction timeout, and the longest wait for an answer. */
    static final Duration TRANSACTION_TIMEOUT_MAX = Duration.ofHours(24);

    private Limits() {}
}

package io.unanimous.coordinator.core;

/** Why a participant asks about branches. */
public enum InquiryKind {
    /** A complete scan of the resource found them prepared. */
    SCAN,
    /** They are in work in the asking process. */
    LIVE,
    /** They have been prepared for longer than they should be. */
    OVERDUE
}

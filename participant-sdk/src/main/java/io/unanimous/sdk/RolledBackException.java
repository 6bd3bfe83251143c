package io.unanimous.sdk;

/** The transaction is rolled back, in every branch, for good. Begin a new one if the work is still wanted. */
public final class RolledBackException extends UnanimousException {

    private static final long serialVersionUID = 1L;

    private final String transactionId;
    private final String branch;
    private final String resource;
    private final String reason;

    /** For the SDK and for tests of applications. The three texts may be empty. */
    public RolledBackException(String transactionId, String branch, String resource, String reason) {
        super(describe(transactionId, branch, reason), null);
        this.transactionId = transactionId;
        this.branch = branch;
        this.resource = resource;
        this.reason = reason;
    }

    /** The transaction. */
    public String transactionId() {
        return transactionId;
    }

    /** The branch that refused, "resource/suffix"; empty if no single branch did, or it is not known any more. */
    public String branch() {
        return branch;
    }

    /** The resource of the branch that refused; empty as {@link #branch()} is. */
    public String resource() {
        return resource;
    }

    /** Why, as the participant or the coordinator said; may be empty. */
    public String reason() {
        return reason;
    }

    private static String describe(String transactionId, String branch, String reason) {
        return "Transaction " + transactionId + " is rolled back"
                + (branch.isEmpty() ? "" : ": branch " + branch + " refused")
                + (reason.isEmpty() ? "" : ": " + reason);
    }
}

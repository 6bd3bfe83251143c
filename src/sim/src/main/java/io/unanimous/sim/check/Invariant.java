package io.unanimous.sim.check;

/** What must hold whatever happens. */
public enum Invariant {
    A1("no two different outcomes of one transaction are ever seen anywhere"),
    A2("in two phases commit implies that every branch voted yes durably or read-only; in one phase the branch's"
            + " answer is the outcome, UNKNOWN if lost"),
    A3("an outcome once told never changes"),
    A4("each effect is applied exactly once, if and only if committed"),
    A5("the bank's total is constant"),
    A6("nothing is forgotten while unacknowledged"),
    A7("after the faults end, in-doubt falls to zero within 30 s plus one capped backoff, HOLD aside"),
    A8("every override is in the audit trail"),
    A9("no id and no epoch is ever used twice");

    private final String sentence;

    Invariant(String sentence) {
        this.sentence = sentence;
    }

    /** The invariant in words. */
    public String sentence() {
        return sentence;
    }
}

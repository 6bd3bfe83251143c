package io.unanimous.bench.growth;

import io.unanimous.bench.contender.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a section has measured and checked so far. */
final class Findings {

    private final PrintWriter out;
    private final List<Finding> all = new ArrayList<>();
    private final Verdict.Builder checks = Verdict.builder();

    /** Tells each figure there as it comes. */
    Findings(PrintWriter out) {
        this.out = out;
    }

    void add(String what, double figure, String unit) {
        tell(new Finding(what, figure, unit, null));
    }

    void addWithGoal(String what, double figure, String unit, double atMost) {
        tell(new Finding(what, figure, unit, atMost));
    }

    private void tell(Finding finding) {
        all.add(finding);
        out.println(finding.line());
        out.flush();
    }

    /** Two numbers that must be equal for the figures to mean anything. */
    void mustBe(String what, long expected, long found) {
        var unused = checks.equal(what, expected, found);
    }

    List<Finding> all() {
        return List.copyOf(all);
    }

    Verdict verdict() {
        return checks.build();
    }

    /** One line on all of it. */
    String summary() {
        Verdict verdict = verdict();
        if (!verdict.sound()) {
            return "WRONG: " + String.join("; ", verdict.faults());
        }
        String missed = all.stream().filter(Finding::missed).map(Finding::what).collect(Collectors.joining("; "));
        long goals = all.stream().filter(finding -> finding.goal() != null).count();
        String checked = verdict.checked().size() + " checks held, ";
        return checked + (missed.isEmpty() ? goals + " goals reached" : "MISSED: " + missed);
    }
}

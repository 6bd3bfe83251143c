package io.unanimous.bench.harness;

import io.unanimous.bench.harness.Figures.Figure;
import java.util.List;
import java.util.Locale;

/** The figures and the targets, as text for a terminal and for Markdown alike. */
final class Tables {

    private Tables() {}

    /** Above this the compiler took a part of the machine that a figure must not be read without. */
    static final double COMPILING_MAX = 0.1;

    private static final double PERCENT = 100;

    static String figures(Figures figures) {
        StringBuilder table = new StringBuilder("""
                | contender           | in flight |     tx/s | spread |   p50 us |   p99 us | p99.9 us |  JIT |
                |---------------------|----------:|---------:|-------:|---------:|---------:|---------:|-----:|
                """);
        for (Figure figure : figures.all()) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %-19s | %,9d | %,8.0f | %5.0f%% | %,8.0f | %,8.0f | %,8.0f | %3.0f%% |%n",
                    figure.contender(),
                    figure.inFlight(),
                    figure.perSecond().median(),
                    figure.perSecond().percent(),
                    figure.p50Us().median(),
                    figure.p99Us().median(),
                    figure.p999Us().median(),
                    figure.compiling().max() * PERCENT));
        }
        return table.toString();
    }

    /** One line a figure during which the load generator's compiler still worked a lot. */
    static String warnings(Figures figures) {
        StringBuilder warnings = new StringBuilder();
        for (Figure figure : figures.all()) {
            if (figure.compiling().max() > COMPILING_MAX) {
                warnings.append(String.format(
                        Locale.ROOT,
                        "warning: %s at %,d in flight: the JIT compiler still worked %.0f%% of the time; lengthen --warmup%n",
                        figure.contender(),
                        figure.inFlight(),
                        figure.compiling().max() * PERCENT));
            }
        }
        return warnings.toString();
    }

    static String targets(List<Target> targets) {
        StringBuilder table = new StringBuilder("""
                | target                                            |       goal | figure | reached |
                |---------------------------------------------------|-----------:|-------:|---------|
                """);
        for (Target target : targets) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %-49s | %s %7.2f | %6.2f | %-7s |%n",
                    target.what(),
                    target.atLeast() ? ">=" : "<=",
                    target.goal(),
                    target.figure(),
                    target.reached() ? "yes" : "NO"));
        }
        return table.toString();
    }
}

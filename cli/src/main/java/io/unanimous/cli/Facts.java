package io.unanimous.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Names and what they stand for, one a line, for people; what there is nothing to say about is left out. */
final class Facts {
    private record Fact(String name, String text) {}

    private final List<Fact> facts = new ArrayList<>();
    private int width;

    void add(String name, String text) {
        if (!text.isEmpty() && !text.equals("-")) {
            facts.add(new Fact(name, SafeText.of(text)));
            width = Math.max(width, name.length());
        }
    }

    void printTo(PrintStream out) {
        for (Fact fact : facts) {
            out.println(fact.name + " ".repeat(width - fact.name.length() + 2) + fact.text);
        }
    }
}

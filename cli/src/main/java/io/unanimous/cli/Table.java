package io.unanimous.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns that line up, for people and for awk: two spaces apart, a title line, every cell escaped and none
 * cut. Not thread-safe.
 *
 * <p>May be printed in pieces: columns keep the widths of what was printed before, and grow.
 */
final class Table {
    private final List<String> titles;
    private final int[] widths;
    private final List<List<String>> rows = new ArrayList<>();
    private boolean titlesPrinted;

    Table(String... titles) {
        this.titles = List.of(titles);
        this.widths = new int[titles.length];
    }

    /** Adds one row, a cell for each title; an empty cell shows as a dash. */
    void add(String... cells) {
        if (cells.length != titles.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + titles.size() + " columns");
        }
        List<String> row = new ArrayList<>(cells.length);
        for (String cell : cells) {
            row.add(SafeText.orDash(cell));
        }
        rows.add(row);
    }

    /** At least this wide, for rows that are printed before others are known. */
    void widen(int column, int width) {
        widths[column] = Math.max(widths[column], width);
    }

    /** Prints the rows added since the last time, with the titles the first time. Without rows prints nothing. */
    void printTo(PrintStream out, String indent) {
        if (rows.isEmpty()) {
            return;
        }
        if (!titlesPrinted) {
            rows.add(0, titles);
            titlesPrinted = true;
        }
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widen(i, width(row.get(i)));
            }
        }
        for (List<String> row : rows) {
            out.println(line(row, indent));
        }
        rows.clear();
    }

    private String line(List<String> row, String indent) {
        StringBuilder line = new StringBuilder(indent);
        for (int i = 0; i < widths.length; i++) {
            String cell = row.get(i);
            line.append(cell);
            if (i < widths.length - 1) {
                line.append(" ".repeat(widths[i] - width(cell) + 2));
            }
        }
        return line.toString();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}

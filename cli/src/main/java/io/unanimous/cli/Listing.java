package io.unanimous.cli;

import io.unanimous.v1.TransactionSummary;
import java.io.PrintStream;
import java.util.List;

/**
 * A list of transactions that is written page by page, so that a long one needs no memory. Whole, it reads as one
 * document: {@code transactions} and {@code nextPageToken}.
 */
interface Listing {
    void begin();

    void add(List<TransactionSummary> page);

    /** @param nextPageToken empty when everything was shown */
    void end(String nextPageToken);

    static Listing in(OutputFormat format, Shell shell) {
        return switch (format) {
            case table -> new AsTable(shell);
            case json -> new AsJson(shell.out());
            case yaml -> new AsYaml(shell.out());
        };
    }

    /** Rows. The token is told on standard error. */
    final class AsTable implements Listing {
        private final Shell shell;
        private final Table table = Summaries.table();

        AsTable(Shell shell) {
            this.shell = shell;
        }

        @Override
        public void begin() {}

        @Override
        public void add(List<TransactionSummary> page) {
            for (TransactionSummary transaction : page) {
                Summaries.add(table, transaction, shell.clock().instant());
            }
            table.printTo(shell.out(), "");
        }

        @Override
        public void end(String nextPageToken) {}
    }

    /** The same text as {@link Value#json} would make of the whole. */
    final class AsJson implements Listing {
        private final PrintStream out;
        private boolean empty = true;

        AsJson(PrintStream out) {
            this.out = out;
        }

        @Override
        public void begin() {
            out.print("{\n  \"transactions\": [");
        }

        @Override
        public void add(List<TransactionSummary> page) {
            for (TransactionSummary transaction : page) {
                StringBuilder text = new StringBuilder(empty ? "\n    " : ",\n    ");
                Documents.of(transaction).appendJson(text, 4);
                out.print(text);
                empty = false;
            }
        }

        @Override
        public void end(String nextPageToken) {
            out.println((empty ? "]" : "\n  ]") + ",\n  \"nextPageToken\": " + SafeText.quotedForData(nextPageToken)
                    + "\n}");
        }
    }

    /** The same text as {@link Value#yaml} would make of the whole. */
    final class AsYaml implements Listing {
        private final PrintStream out;
        private boolean empty = true;

        AsYaml(PrintStream out) {
            this.out = out;
        }

        @Override
        public void begin() {
            out.print("transactions:");
        }

        @Override
        public void add(List<TransactionSummary> page) {
            for (TransactionSummary transaction : page) {
                StringBuilder text = new StringBuilder("\n  - ");
                Documents.of(transaction).appendYaml(text, 4);
                out.print(text);
                empty = false;
            }
        }

        @Override
        public void end(String nextPageToken) {
            out.println((empty ? " []" : "") + "\nnextPageToken: " + SafeText.quotedForData(nextPageToken));
        }
    }
}

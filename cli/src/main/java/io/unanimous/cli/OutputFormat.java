package io.unanimous.cli;

import java.io.PrintStream;

/** How data is written on standard output. The names are what an operator types. */
enum OutputFormat {
    /** For people. */
    table {
        @Override
        void print(PrintStream out, Value document) {
            throw new IllegalStateException("a document is no table");
        }
    },
    /** For programs. */
    json {
        @Override
        void print(PrintStream out, Value document) {
            out.println(document.json());
        }
    },
    /** For programs that people look over the shoulder of. */
    yaml {
        @Override
        void print(PrintStream out, Value document) {
            out.println(document.yaml());
        }
    };

    abstract void print(PrintStream out, Value document);
}

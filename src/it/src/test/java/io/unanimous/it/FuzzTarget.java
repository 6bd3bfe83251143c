package io.unanimous.it;

import java.nio.file.Path;

/** What is fuzzed: a class that takes bytes, in the tests of the module that it tries, and the inputs it is kept with. */
enum FuzzTarget {
    RECORD_CODEC("record-codec", "coordinator-server", "io.unanimous.coordinator.log.RecordCodecFuzz"),
    WIRE("wire", "coordinator-server", "io.unanimous.coordinator.transport.WireFuzz"),
    TX_COORDINATOR("tx-coordinator", "coordinator-server", "io.unanimous.coordinator.server.CoordinatorMainFuzz"),
    TX_ADMIN("tx-admin", "cli", "io.unanimous.cli.TxAdminFuzz");

    private final String label;
    private final String module;
    private final String className;

    FuzzTarget(String label, String module, String className) {
        this.label = label;
        this.module = module;
        this.className = className;
    }

    /** What guides the fuzzer: the code that is tried, and not what is generated around it. */
    String guidedBy() {
        return className.startsWith("io.unanimous.cli.") ? "io.unanimous.cli.**" : "io.unanimous.coordinator.**";
    }

    String className() {
        return className;
    }

    /** The inputs that every build tries again. */
    Path keptInputs(Path root) {
        return root.resolve(module).resolve("src/test/fuzz").resolve(label);
    }

    /** Where the target's class is. */
    Path classes(Path root) {
        return root.resolve(module).resolve("target/test-classes");
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return label;
    }
}

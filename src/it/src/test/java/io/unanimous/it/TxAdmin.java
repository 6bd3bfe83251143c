package io.unanimous.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The packaged operator's command, run as a process. */
record TxAdmin(String endpoint) {

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    /**
     * How a run ended.
     *
     * @param code the exit code
     * @param out standard output
     * @param err standard error
     */
    record Run(int code, String out, String err) {

        /** Fails the test unless it went well. */
        Run ok() {
            assertThat(code).as(out + err).isZero();
            return this;
        }

        /** Fails the test unless it ended with this code and said why on standard error, without a stack trace. */
        Run refused(int expected) {
            assertThat(code).as(out + err).isEqualTo(expected);
            assertThat(err).isNotBlank().doesNotContain("\tat ");
            return this;
        }
    }

    Run run(String... arguments) {
        ChildProcess process = start(arguments);
        try {
            int code = process.awaitExit(ENDS_WITHIN);
            return new Run(code, String.join("\n", process.lines()), process.errors());
        } finally {
            process.close();
        }
    }

    ChildProcess start(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--endpoint");
        all.add(endpoint);
        return ChildProcess.start("tx-admin", Programs.packaged("tx-admin", all.toArray(String[]::new)));
    }
}

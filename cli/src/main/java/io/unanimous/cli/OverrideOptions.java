package io.unanimous.cli;

import io.unanimous.v1.Override;
import io.unanimous.v1.TransactionState;
import io.unanimous.v1.TransactionSummary;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What every verb takes that overrides the protocol, and the way that all of them go: show what would happen, ask, and
 * only then do it.
 */
final class OverrideOptions {
    private static final int REASON_BYTES_MAX = 512;
    private static final int OPERATOR_BYTES_MAX = 64;

    /** For the look before the leap, which is not written down. */
    private static final String REASON_OF_DRY_RUN = "dry run";

    /** How a verb is sent and what its answer says. */
    interface Verb<A> {
        /** Sends the request. */
        A send(AdminConnection coordinator, Override override);

        /** What happens, in one sentence. */
        String effect(A answer);

        /** The transaction before, if there is one and it is known. */
        @Nullable
        TransactionSummary before(A answer);
    }

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail. At most 512 bytes.")
    private String reason = "";

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            description = "Who you are; kept in the audit trail. Default: your login name.")
    private String operator = "";

    @Option(
            names = {"-y", "--yes"},
            description = "Do it without asking.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Only show what would happen.")
    private boolean dryRun;

    /** @throws Failure if something is longer than the coordinator takes */
    void check() {
        limit("--reason", reason, REASON_BYTES_MAX);
        limit("--operator", operator, OPERATOR_BYTES_MAX);
    }

    /**
     * Shows what the verb would do, and does it if it has a reason and a yes.
     *
     * @param expected the state that the transaction must be in; null for the one that it is shown in
     * @return the answer; from the dry run if that is all that was asked for
     * @throws Failure if the coordinator refuses, or a reason or a yes is missing: then nothing was changed
     */
    <A> A carryOut(Shell shell, AdminConnection coordinator, @Nullable TransactionState expected, Verb<A> verb) {
        A shown = verb.send(coordinator, override(expected, true));
        TransactionSummary before = verb.before(shown);
        if (before != null) {
            shell.say("Transaction " + before.getTransactionId() + " is "
                    + Summaries.sentence(before, shell.clock().instant()) + ".");
        }
        shell.say((dryRun ? "What would happen: " : "What will happen: ") + verb.effect(shown) + ".");
        if (dryRun) {
            return shown;
        }
        demandConsent(shell);
        // What was shown is what is done: if the transaction has moved on meanwhile, the coordinator refuses.
        TransactionState seen = before == null ? null : before.getState();
        A done = verb.send(coordinator, override(expected == null ? seen : expected, false));
        shell.say("Done.");
        return done;
    }

    boolean isDryRun() {
        return dryRun;
    }

    private void demandConsent(Shell shell) {
        if (reason.isBlank()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "nothing was changed: say why with --reason 'TEXT'" + (yes ? "." : ", and add --yes to do it."));
        }
        if (yes) {
            return;
        }
        if (!shell.prompt().attended()) {
            throw new Failure(
                    ExitCode.USAGE, "nothing was changed: there is no terminal to ask at; add --yes to do it.");
        }
        String answer = shell.prompt().ask("Do it? [y/N] ");
        String said = answer == null ? "" : answer.strip().toLowerCase(Locale.ROOT);
        if (!said.equals("y") && !said.equals("yes")) {
            throw new Failure(ExitCode.FAILURE, "nothing was changed.");
        }
    }

    private Override override(@Nullable TransactionState expected, boolean dry) {
        Override.Builder override = Override.newBuilder()
                .setReason(dry && reason.isBlank() ? REASON_OF_DRY_RUN : reason)
                .setOperator(operator.isEmpty() ? loginName() : operator)
                .setDryRun(dry);
        if (expected != null) {
            override.setExpectState(expected);
        }
        return override.build();
    }

    private static String loginName() {
        String name = System.getProperty("user.name", "");
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        CharBuffer in = CharBuffer.wrap(name);
        encoder.encode(in, ByteBuffer.allocate(OPERATOR_BYTES_MAX), true);
        return name.substring(0, in.position());
    }

    private static void limit(String option, String text, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new Failure(ExitCode.USAGE, option + " is at most " + bytesMax + " bytes; this is " + bytes);
        }
    }
}

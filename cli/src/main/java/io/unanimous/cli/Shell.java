package io.unanimous.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the command finds around itself.
 *
 * @param out data, and nothing else; buffered: whoever prints something that somebody waits for flushes it
 * @param err talk and errors
 * @param clock wall clock, for ages
 * @param environment environment variables
 * @param prompt a person to ask
 * @param dialler the way to a coordinator
 * @param pause a way to wait
 */
record Shell(
        PrintStream out,
        PrintStream err,
        InstantSource clock,
        Map<String, String> environment,
        Prompt prompt,
        Dialler dialler,
        Pause pause) {

    /** A way to wait. */
    interface Pause {
        /** Returns after this many milliseconds, or at once when the thread is interrupted. */
        void forMs(long ms);
    }

    /** Somebody at a terminal, or nobody. */
    interface Prompt {
        /** Whether somebody is there to answer. */
        boolean attended();

        /** Asks on the terminal and returns the answer; null when there was none. */
        @Nullable
        String ask(String question);
    }

    /** The process's own. */
    static Shell ofProcess() {
        // A name may hold any letter, whatever the locale says; and buffered, for a listing is many small writes.
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                false,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Shell(
                out,
                err,
                InstantSource.system(),
                System.getenv(),
                new TerminalPrompt(),
                new NettyDialler(),
                ms -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms)));
    }

    /** One line of talk. */
    void say(String line) {
        out.flush();
        err.println(SafeText.of(line));
    }

    /** The process's controlling terminal. */
    private static final class TerminalPrompt implements Prompt {
        @Override
        public boolean attended() {
            return System.console() != null;
        }

        @Override
        public @Nullable String ask(String question) {
            Console console = System.console();
            return console == null ? null : console.readLine("%s", question);
        }
    }
}

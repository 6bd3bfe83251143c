package io.unanimous.examples.quickstart;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Ends what is left of a run when the quickstart has ended, however that came about.
 *
 * <p>A shell holds the other end of a pipe from this process. When the pipe closes, be it because this process was
 * killed with -9, the shell ends every process that has the run's directory in its command line.
 */
final class Sweeper implements AutoCloseable {

    private static final long SWEEP_MAX_S = 10;

    // A postmaster is told to quit, so that it cleans up its shared memory, before it is killed.
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            cat >/dev/null
            for signal in QUIT KILL KILL KILL KILL; do
                found=
                for process in /proc/[0-9]*; do
                    pid=${process#/proc/}
                    command=$(tr '\\000' ' ' <"$process/cmdline" 2>/dev/null) || continue
                    case $command in
                        *"$1"*) ;;
                        *) continue ;;
                    esac
                    [ "$pid" != $$ ] || continue
                    found=yes
                    case $command in
                        */bin/postgres*) kill -$signal "$pid" 2>/dev/null ;;
                        *) kill -KILL "$pid" 2>/dev/null ;;
                    esac
                done
                [ -n "$found" ] || exit 0
                sleep 1
            done
            """;

    private final Process shell;

    private Sweeper(Process shell) {
        this.shell = shell;
    }

    static Sweeper start(RunDirectory run) throws IOException {
        return new Sweeper(
                new ProcessBuilder("sh", "-c", SCRIPT, "sweeper", run.root().toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectErrorStream(true)
                        .start());
    }

    /** Sweeps now, and returns when that is done. */
    @Override
    public void close() throws IOException, InterruptedException {
        shell.getOutputStream().close();
        if (!shell.waitFor(SWEEP_MAX_S, TimeUnit.SECONDS)) {
            shell.destroyForcibly();
            throw new QuickstartFailure("Processes of this run do not end, even by kill -9");
        }
    }
}

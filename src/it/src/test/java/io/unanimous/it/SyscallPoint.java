package io.unanimous.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One call of the system at which a coordinator is hit once: the nth call of one kind on one file, by the thread that comes
 * to its nth first, for strace counts each thread's calls by themselves.
 *
 * @param scenario what the coordinator is at
 * @param syscall the kind of call
 * @param file the file, as named below the data directory; empty for that itself
 * @param nth counts that thread's calls of this kind on this file, from 1
 * @param fault what happens there
 */
record SyscallPoint(Scenario scenario, String syscall, String file, int nth, Fault fault) {

    /** What a coordinator is at when it is hit. */
    enum Scenario {
        /** From a first start on an empty directory to the stop. */
        CREATE,
        /** From readiness to the stop. */
        SERVE,
        /** From a start after a kill to the stop. */
        RECOVER
    }

    /** What happens in the place of a call. */
    enum Fault {
        /** The process is killed. */
        KILL("signal=SIGKILL"),
        /** The disk fails. */
        EIO("error=EIO"),
        /** The disk is full. */
        ENOSPC("error=ENOSPC");

        private final String injection;

        Fault(String injection) {
            this.injection = injection;
        }
    }

    /** What strace is to be told, besides whom to trace. */
    List<String> straceOptions(String dataDir) {
        List<String> options = new ArrayList<>();
        if (fault != Fault.KILL) {
            // Quicker, but strace 6.1 then sends no signals but the first.
            options.add("--seccomp-bpf");
        }
        options.addAll(List.of("-P", file.isEmpty() ? dataDir : dataDir + "/" + file));
        options.addAll(List.of("-e", "trace=" + syscall));
        options.addAll(List.of("-e", "inject=" + syscall + ":" + fault.injection + ":when=" + nth));
        return options;
    }

    @Override
    public String toString() {
        return fault + " at " + syscall + " " + nth + " on " + (file.isEmpty() ? "the data directory" : file) + ", "
                + scenario.name().toLowerCase(Locale.ROOT);
    }
}

package io.unanimous.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What strace wrote about one run: which calls changed the data directory. */
final class SyscallTrace {

    /** The calls that change files or wait for the disk. */
    static final List<String> SYSCALLS = List.of(
            "write",
            "pwrite64",
            "writev",
            "pwritev",
            "fsync",
            "fdatasync",
            "sync_file_range",
            "ftruncate",
            "fallocate",
            "openat",
            "rename",
            "renameat2",
            "unlink",
            "unlinkat",
            "mkdir",
            "rmdir",
            "link");

    private static final Pattern CALL = Pattern.compile("^(\\d+) +(\\w+)\\((.*)$");
    private static final Pattern DESCRIPTOR = Pattern.compile("^\\d+<([^>]*)>");
    private static final Pattern NAME = Pattern.compile("^(?:AT_FDCWD(?:<[^>]*>)?, )?\"([^\"]*)\"");

    private final List<String> lines;

    private SyscallTrace(List<String> lines) {
        this.lines = lines;
    }

    static SyscallTrace read(Path file) {
        try {
            return new SyscallTrace(
                    Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One kind of call on one file. */
    record Call(String syscall, String file) implements Comparable<Call> {
        @Override
        public int compareTo(Call other) {
            int bySyscall = syscall.compareTo(other.syscall);
            return bySyscall != 0 ? bySyscall : file.compareTo(other.file);
        }
    }

    /**
     * How often a kind of call was made on a file.
     *
     * @param all by all threads
     * @param nth which of one thread's calls can be hit: all by number, but for opens only those that may create the file
     */
    record Count(int all, List<Integer> nth) {}

    /** The calls on a data directory and the files in it, and how often each was made. */
    Map<Call, Count> calls(String dataDir) {
        Map<Call, Map<String, List<Boolean>>> byThread = new TreeMap<>();
        for (String line : lines) {
            Matcher call = CALL.matcher(line);
            if (!call.matches()) {
                continue;
            }
            String path = path(call.group(3));
            if (path.equals(dataDir) || path.startsWith(dataDir + "/")) {
                String file = path.equals(dataDir) ? "" : path.substring(dataDir.length() + 1);
                boolean changes =
                        !call.group(2).equals("openat") || call.group(3).contains("O_CREAT");
                byThread.computeIfAbsent(new Call(call.group(2), file), c -> new TreeMap<>())
                        .computeIfAbsent(call.group(1), thread -> new ArrayList<>())
                        .add(changes);
            }
        }
        Map<Call, Count> counts = new TreeMap<>();
        byThread.forEach((call, threads) -> counts.put(call, count(threads.values())));
        return counts;
    }

    private static Count count(Iterable<List<Boolean>> threads) {
        int all = 0;
        List<Boolean> longest = List.of();
        for (List<Boolean> thread : threads) {
            all += (int) thread.stream().filter(changes -> changes).count();
            longest = thread.size() > longest.size() ? thread : longest;
        }
        List<Integer> nth = new ArrayList<>();
        for (int i = 0; i < longest.size(); i++) {
            if (longest.get(i)) {
                nth.add(i + 1);
            }
        }
        return new Count(all, List.copyOf(nth));
    }

    private static String path(String arguments) {
        Matcher descriptor = DESCRIPTOR.matcher(arguments);
        if (descriptor.find()) {
            return descriptor.group(1);
        }
        Matcher name = NAME.matcher(arguments);
        return name.find() ? name.group(1) : "";
    }

    /** Whether strace has written all: its last word on a process is how it ended. */
    boolean isComplete(long pid) {
        return lines.stream().anyMatch(line -> line.startsWith(pid + " ") && line.contains(" +++ "));
    }

    /** Whether strace says that it made a call fail, or killed the process. */
    boolean hit() {
        return lines.stream().anyMatch(line -> line.contains("(INJECTED)") || line.contains("killed by SIGKILL"));
    }
}

package io.unanimous.it;

import io.unanimous.coordinator.core.LogRecord;
import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The rung that damages a store's files in one place after the other. */
@Command(
        name = "damage",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        header = "Cuts and changes the files of a store, and checks that it is found right or refused.",
        description = {
            "",
            "The image of a killed store has records in tables, synced records in the write-ahead file, and a tail there that"
                    + " was never synced. Each time one thing is changed in a copy, and that is opened:",
            "  - the write-ahead file is cut at every byte of its tail, or filled up with zeros from there: it must open, with"
                    + " every synced record and whole batches of the tail;",
            "  - it is cut before its tail: it must be refused, as long as the mark is there that says what was synced;"
                    + " without the mark it must open with whole batches;",
            "  - one bit is changed in the tail, in the rest of the write-ahead file, in the manifest, the tables, CURRENT,"
                    + " IDENTITY, the label or the mark: it must open with no synced record missing, or be refused.",
            "  - a record of a newer version is appended: it must be refused;",
            "  - it is open, and a second process opens it too: that must be refused.",
            "What opens must take a record, and give all back when it is opened once more. And what was read back from a tail"
                    + " must survive a power cut right after it, that takes what of the tail had not reached the disk.",
            "",
            "A record that is lost, or found and never written, is a violation of A3: what it decided is or may have been told.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing was wrong", "1:something was found wrong", "2:wrong command line"})
final class Damage implements Callable<Integer> {

    private static final int SAMPLE_PER_FILE = 40;
    private static final int ZEROS_BEHIND = 5_000;
    private static final Duration SECOND_PROCESS_MAX = Duration.ofSeconds(60);
    private static final long PROGRESS_NS = 10_000_000_000L;

    @Option(names = "--full", description = "Change every byte of every file, not a sample of those outside the tail.")
    private boolean full;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "target",
            description = "Where the data is kept meanwhile; /dev/shm spares the disk. Default: src/it/target.")
    private Path parent;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Chooses the sample, and the bit that is changed in a byte. Default: the time.")
    private Long seed;

    @Option(
            names = "--only",
            paramLabel = "WORD",
            description = "Only changes whose kind, as the summary names it, has this word in it.")
    private String only = "";

    private DamagedStore store;

    /** What must come of a changed store. */
    private enum Demand {
        /** It opens, with all that was synced. */
        OPENS,
        /** It is refused. */
        IS_REFUSED,
        /** It opens with all that was synced, or is refused. */
        IS_RIGHT_OR_REFUSED,
        /** It opens with everything, the tail included, or is refused. */
        IS_WHOLE_OR_REFUSED,
        /** It opens with whole batches; nothing says any more what was synced. */
        OPENS_WITH_WHOLE_BATCHES,
        /** It opens with everything but the last batch at most, or is refused. */
        LOSES_THE_LAST_BATCH_AT_MOST
    }

    /** What else is done to a copy than to write it with the change. */
    private enum Besides {
        NOTHING,
        /** A record of a newer version is put behind the others. */
        NEWER_RECORD,
        /** It is opened with the file whole, and then loses its power: that file is as the change has it from then on. */
        POWER_CUT_AFTER_REPLAY,
        /** It is opened, and a second process tries to open it beside the first. */
        SECOND_PROCESS
    }

    /** One change to one file, and what must come of it. */
    private record Change(
            String kind,
            String file,
            String what,
            byte[] bytes,
            boolean mark,
            Demand demand,
            boolean cut,
            Besides besides) {

        Change(String kind, String file, String what, byte[] bytes, boolean mark, Demand demand, boolean cut) {
            this(kind, file, what, bytes, mark, demand, cut, Besides.NOTHING);
        }

        @Override
        public String toString() {
            return file + " " + what + (mark ? "" : ", without the mark");
        }
    }

    /**
     * What came of it.
     *
     * @param wrong empty if it is right
     * @param lost whether records were lost, or found that were never written
     */
    private record Outcome(Change change, boolean opened, String wrong, boolean lost) {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Damage()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        long chosen = seed == null ? System.currentTimeMillis() : seed;
        Path directory = TemporaryDirectory.create(parent, "damage");
        store = DamagedStore.create(directory.resolve("image"));
        List<Change> changes = changes(new SplittableRandom(chosen)).stream()
                .filter(change -> change.kind().contains(only))
                .toList();
        System.out.println("damage: " + changes.size() + " changes with --seed " + chosen + (full ? " --full" : ""));
        List<Outcome> outcomes = applyAll(directory, changes);
        TemporaryDirectory.delete(directory);
        return summary(outcomes);
    }

    private int summary(List<Outcome> outcomes) {
        Map<String, int[]> byKind = new TreeMap<>();
        List<Outcome> wrong = new ArrayList<>();
        int cuts = 0;
        int opened = 0;
        for (Outcome outcome : outcomes) {
            byKind.computeIfAbsent(outcome.change().kind(), kind -> new int[2])[outcome.opened() ? 0 : 1]++;
            cuts += outcome.change().cut() ? 1 : 0;
            opened += outcome.opened() ? 1 : 0;
            if (!outcome.wrong().isEmpty()) {
                wrong.add(outcome);
            }
        }
        byKind.forEach((kind, counts) ->
                System.out.println("  %-52s opened %5d  refused %5d".formatted(kind, counts[0], counts[1])));
        wrong.forEach(one -> System.out.println(
                (one.lost() ? "violation: invariant=A3 " : "wrong: ") + one.change() + ": " + one.wrong()));
        System.out.println("damage: cuts=" + cuts + " flips=" + (outcomes.size() - cuts) + " opened=" + opened
                + " refused=" + (outcomes.size() - opened) + " wrong=" + wrong.size());
        return wrong.isEmpty() && !outcomes.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    // ---- what is changed --------------------------------------------------------------------------------------------

    private List<Change> changes(SplittableRandom random) {
        List<Change> changes = new ArrayList<>();
        byte[] wal = store.files().get(store.wal());
        for (int at = wal.length; at >= store.walSyncedBytes(); at--) {
            changes.add(cut("tail cut", at, true, Demand.OPENS));
            changes.add(cut("tail cut, without the mark", at, false, Demand.OPENS_WITH_WHOLE_BATCHES));
            changes.add(zeros(at));
        }
        for (int end : store.walTailEnds()) {
            changes.add(new Change(
                    "power cut after the tail was read back",
                    store.wal(),
                    "of which " + end + " bytes are on disk",
                    Arrays.copyOf(wal, end),
                    true,
                    Demand.OPENS,
                    true,
                    Besides.POWER_CUT_AFTER_REPLAY));
        }
        changes.add(new Change(
                "record of a newer version",
                store.wal(),
                "and a record of a newer version",
                wal,
                true,
                Demand.IS_REFUSED,
                false,
                Besides.NEWER_RECORD));
        changes.add(new Change(
                "second process",
                store.wal(),
                "and a second process",
                wal,
                true,
                Demand.IS_REFUSED,
                false,
                Besides.SECOND_PROCESS));
        for (int batch = 1; batch < store.walTailEnds().size() - 1; batch++) {
            changes.add(tornOutOfOrder(
                    store.walTailEnds().get(batch - 1), store.walTailEnds().get(batch)));
        }
        for (int at : places(random, 0, store.walSyncedBytes())) {
            changes.add(cut("synced records cut", at, true, Demand.IS_REFUSED));
            changes.add(cut("synced records cut, without the mark", at, false, Demand.OPENS_WITH_WHOLE_BATCHES));
        }
        for (int at = store.walSyncedBytes(); at < wal.length; at++) {
            changes.add(flip(random, "tail changed", store.wal(), at, true, Demand.IS_RIGHT_OR_REFUSED));
        }
        for (int at : places(random, 0, store.walSyncedBytes())) {
            changes.add(flip(random, "synced records changed", store.wal(), at, true, Demand.IS_REFUSED));
        }
        for (int at : places(random, 0, wal.length)) {
            changes.add(flip(
                    random,
                    "write-ahead file changed, without the mark",
                    store.wal(),
                    at,
                    false,
                    Demand.LOSES_THE_LAST_BATCH_AT_MOST));
        }
        for (String file : store.files().keySet()) {
            if (isLookedAt(file)) {
                for (int at : places(random, 0, store.files().get(file).length)) {
                    changes.add(flip(random, kindOf(file) + " changed", file, at, true, Demand.IS_WHOLE_OR_REFUSED));
                }
            }
        }
        return changes;
    }

    /** The write-ahead file has changes of its own; locks, options and talk are not read for what was decided. */
    private boolean isLookedAt(String file) {
        return !file.equals(store.wal())
                && ((file.startsWith("unanimous.") && !file.endsWith(".lock"))
                        || file.contains("MANIFEST")
                        || file.endsWith(".sst")
                        || file.endsWith("CURRENT")
                        || file.endsWith("IDENTITY"));
    }

    private static String kindOf(String file) {
        if (file.endsWith(".sst")) {
            return "table";
        }
        return file.replaceAll(".*/", "").replaceAll("[^A-Za-z.]", "").replace("MANIFEST", "manifest");
    }

    /** Places from..to-1: all of them in full, else a sample. */
    private List<Integer> places(SplittableRandom random, int from, int to) {
        List<Integer> places = new ArrayList<>();
        int count = full ? to - from : Math.min(SAMPLE_PER_FILE, to - from);
        for (int i = 0; i < count; i++) {
            places.add(full ? from + i : from + (int) ((i + random.nextDouble()) * (to - from) / count));
        }
        return places;
    }

    private Change cut(String kind, int at, boolean mark, Demand demand) {
        byte[] bytes = Arrays.copyOf(store.files().get(store.wal()), at);
        return new Change(kind, store.wal(), "cut to " + at, bytes, mark, demand, true);
    }

    /** What a power cut may leave of writes in flight: their room, and zeros in it. */
    private Change zeros(int from) {
        byte[] whole = store.files().get(store.wal());
        byte[] bytes = Arrays.copyOf(Arrays.copyOf(whole, from), whole.length + ZEROS_BEHIND);
        return new Change("tail zeroed", store.wal(), "zeros from " + from, bytes, true, Demand.OPENS, true);
    }

    /** One write of the tail did not reach the disk, and a later one did: nothing was synced, but it looks like damage. */
    private Change tornOutOfOrder(int from, int to) {
        byte[] bytes = store.files().get(store.wal()).clone();
        Arrays.fill(bytes, from, to, (byte) 0);
        return new Change(
                "tail torn out of order",
                store.wal(),
                "zeros from " + from + " to " + to,
                bytes,
                true,
                Demand.IS_RIGHT_OR_REFUSED,
                true);
    }

    private Change flip(SplittableRandom random, String kind, String file, int at, boolean mark, Demand demand) {
        byte[] bytes = store.files().get(file).clone();
        int bit = random.nextInt(8);
        bytes[at] ^= (byte) (1 << bit);
        return new Change(kind, file, "bit " + bit + " of byte " + at, bytes, mark, demand, false);
    }

    // ---- what comes of it -------------------------------------------------------------------------------------------

    private List<Outcome> applyAll(Path directory, List<Change> changes) throws IOException, InterruptedException {
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Outcome>> futures = new ArrayList<>();
            for (int i = 0; i < changes.size(); i++) {
                Change change = changes.get(i);
                Path copy = directory.resolve("copy-" + i);
                futures.add(pool.submit(() -> apply(copy, change)));
            }
            List<Outcome> outcomes = new ArrayList<>();
            long last = System.nanoTime();
            for (Future<Outcome> future : futures) {
                outcomes.add(get(future));
                if (System.nanoTime() - last > PROGRESS_NS) {
                    last = System.nanoTime();
                    System.out.println("  " + outcomes.size() + " of " + changes.size());
                }
            }
            return outcomes;
        } finally {
            pool.shutdownNow();
        }
    }

    private static Outcome get(Future<Outcome> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Outcome apply(Path copy, Change change) throws IOException {
        Path cut = copy.resolveSibling(copy.getFileName() + "-cut");
        try {
            Path left = copy;
            int told = 0;
            switch (change.besides()) {
                case NOTHING -> store.write(copy, change.file(), change.bytes(), change.mark());
                case NEWER_RECORD -> {
                    store.write(copy, change.file(), change.bytes(), change.mark());
                    DamagedStore.appendOfANewerVersion(copy);
                }
                case POWER_CUT_AFTER_REPLAY -> {
                    told = replayUpToAPowerCut(copy, cut, change);
                    left = cut;
                }
                case SECOND_PROCESS -> {
                    store.write(copy, change.file(), change.bytes(), change.mark());
                    return openTwice(copy, change);
                }
            }
            List<LogRecord> found = read(left);
            String wrong = found.size() < told
                    ? "opened with " + found.size() + " records, and " + told + " were read back before"
                    : wrongIn(change, found, left);
            return new Outcome(change, true, wrong, !wrong.isEmpty());
        } catch (StoreException refusal) {
            return new Outcome(change, false, wrongIn(change, refusal), false);
        } catch (RuntimeException unforeseen) {
            return new Outcome(change, false, "neither opened nor refused: " + unforeseen, false);
        } finally {
            TemporaryDirectory.delete(copy);
            TemporaryDirectory.delete(cut);
        }
    }

    /**
     * Reads everything back, as a start does that then tells it, and leaves what a power cut at that moment may leave: of
     * the file of the change what had reached the disk, the mark as it was, which nobody syncs, and what was written since.
     *
     * @return how many records were read back
     */
    private int replayUpToAPowerCut(Path copy, Path cut, Change change) throws IOException {
        store.write(copy, change.file(), store.files().get(change.file()), true);
        int[] told = {0};
        try (DecisionLog log = DamagedStore.open(copy)) {
            log.replay(record -> told[0]++);
            FileTree.copy(copy, cut);
        }
        if (Files.exists(cut.resolve(change.file()))) {
            Files.write(cut.resolve(change.file()), change.bytes());
        }
        Files.write(cut.resolve(DamagedStore.MARK), store.files().get(DamagedStore.MARK));
        return told[0];
    }

    /** Both write to it, if both can. */
    private static Outcome openTwice(Path copy, Change change) {
        LogRecord next;
        try (DecisionLog log = DamagedStore.open(copy)) {
            log.replay(record -> {});
            next = DamagedStore.next(log.lastNumber() + 1);
            try (ChildProcess second =
                    ChildProcess.start("second", Programs.ownMain(SecondStoreMain.class, copy.toString()))) {
                String said = second.awaitLine(line -> true, "whether it could open the store", SECOND_PROCESS_MAX);
                if (!said.equals(SecondStoreMain.WRITTEN)) {
                    return new Outcome(change, false, "", false);
                }
            }
            log.append(List.of(next), true);
        }
        List<LogRecord> left = read(copy);
        boolean bothThere = left.contains(next) && left.contains(DamagedStore.another(next.number()));
        String wrong = "opened beside the first, and both wrote record " + next.number()
                + (bothThere ? "" : ", of which one is lost");
        return new Outcome(change, true, wrong, !bothThere);
    }

    private static List<LogRecord> read(Path copy) {
        try (DecisionLog log = DamagedStore.open(copy)) {
            List<LogRecord> found = new ArrayList<>();
            log.replay(found::add);
            return found;
        }
    }

    private String wrongIn(Change change, List<LogRecord> found, Path copy) {
        List<LogRecord> all = store.records();
        if (found.size() > all.size() || !found.equals(all.subList(0, found.size()))) {
            return "found what was never written: " + found;
        }
        if (!store.isWhole(found.size())) {
            return "found half a batch: " + found.size() + " records";
        }
        int least = switch (change.demand()) {
            case IS_REFUSED -> all.size() + 1;
            case OPENS, IS_RIGHT_OR_REFUSED -> store.synced();
            case IS_WHOLE_OR_REFUSED -> all.size();
            case OPENS_WITH_WHOLE_BATCHES -> 0;
            case LOSES_THE_LAST_BATCH_AT_MOST -> store.withoutLastBatch();
        };
        if (found.size() < least) {
            return "opened with " + found.size() + " records";
        }
        return goesOn(found, copy) ? "" : "what was written after it opened is not found again";
    }

    /** Writes one more record, and reads everything back. */
    private static boolean goesOn(List<LogRecord> found, Path copy) {
        List<LogRecord> more = new ArrayList<>(found);
        try (DecisionLog log = DamagedStore.open(copy)) {
            log.replay(record -> {});
            LogRecord next = DamagedStore.next(log.lastNumber() + 1);
            log.append(List.of(next), true);
            more.add(next);
        }
        return read(copy).equals(more);
    }

    private static String wrongIn(Change change, StoreException refusal) {
        if (change.demand() == Demand.OPENS || change.demand() == Demand.OPENS_WITH_WHOLE_BATCHES) {
            return "refused: " + refusal.getMessage();
        }
        String message = String.valueOf(refusal.getMessage());
        return message.isBlank() || message.contains("\n") ? "refused in not just one line: " + message : "";
    }
}

package io.unanimous.it;

import io.unanimous.sdk.Ballot;
import io.unanimous.sdk.BranchContext;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.Ending;
import io.unanimous.sdk.ParticipantAdapter;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.ScanSink;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notes in files, as a participant without any database: a note is a file named by its transaction that holds its branch's
 * name. Prepared notes are in one directory, committed ones in another, and a rename takes them over, exactly once.
 *
 * <p>Safe for use by many threads.
 */
final class NoteStore implements ParticipantAdapter<NoteStore> {

    private static final byte[] NO_PAYLOAD = new byte[0];

    private final Path prepared;
    private final Path committed;
    private final Set<BranchId> work = ConcurrentHashMap.newKeySet();
    private ParticipantHandle handle;

    NoteStore(Path directory) throws IOException {
        prepared = Files.createDirectories(directory.resolve("prepared"));
        committed = Files.createDirectories(directory.resolve("committed"));
    }

    @Override
    public NoteStore attach(ParticipantHandle participantHandle) {
        handle = participantHandle;
        return this;
    }

    /** Writes a note in a transaction; returns when that is enlisted. */
    void write(String transactionId) {
        work.add(handle.branchOf(transactionId));
        handle.enlist(transactionId, NO_PAYLOAD);
    }

    @Override
    public Ballot prepare(BranchContext branch) throws IOException {
        if (!work.contains(branch.id())) {
            return Ballot.refused("this process has no note of the transaction");
        }
        writeDurably(prepared, branch.id());
        return Ballot.prepared();
    }

    @Override
    public Ending commit(BranchContext branch) throws IOException {
        work.remove(branch.id());
        Path note = committed.resolve(branch.transactionId());
        try {
            Files.move(prepared.resolve(branch.transactionId()), note, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException absent) {
            if (!Files.exists(note)) {
                return Ending.heuristic(Ending.Result.HEURISTIC_HAZARD, "there is no prepared note");
            }
        }
        sync(committed);
        sync(prepared);
        return Ending.done();
    }

    @Override
    public Ending commitOnePhase(BranchContext branch) throws IOException {
        if (!work.remove(branch.id())) {
            return Ending.unknown("this process has no note of the transaction");
        }
        writeDurably(committed, branch.id());
        return Ending.done();
    }

    @Override
    public Ending rollback(BranchContext branch) throws IOException {
        work.remove(branch.id());
        Files.deleteIfExists(prepared.resolve(branch.transactionId()));
        sync(prepared);
        return Ending.done();
    }

    @Override
    public void forget(BranchContext branch) {
        // Notes are never ended but as the coordinator says.
    }

    @Override
    public void scan(ScanSink sink) throws IOException {
        notes(prepared).forEach(sink::found);
    }

    private static void writeDurably(Path directory, BranchId id) throws IOException {
        // Under another name first: a note that is half written is none.
        Path half = directory.resolveSibling("half-" + id.transactionId());
        Files.writeString(half, id.branch());
        sync(half);
        Files.move(half, directory.resolve(id.transactionId()), StandardCopyOption.ATOMIC_MOVE);
        sync(directory);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The prepared notes of a store, also while its process does not run. */
    static List<BranchId> prepared(Path directory) throws IOException {
        return notes(directory.resolve("prepared"));
    }

    /** The committed notes of a store. */
    static List<BranchId> committed(Path directory) throws IOException {
        return notes(directory.resolve("committed"));
    }

    private static List<BranchId> notes(Path directory) throws IOException {
        List<BranchId> notes = new ArrayList<>();
        if (!Files.exists(directory)) {
            return notes;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                try {
                    notes.add(new BranchId(
                            file.getFileName().toString(), Files.readString(file, StandardCharsets.UTF_8)));
                } catch (NoSuchFileException ended) {
                    // Between the listing and the reading.
                    continue;
                }
            }
        }
        return notes;
    }
}

package io.unanimous.it;

import io.unanimous.sdk.BranchId;
import io.unanimous.sim.check.HistoryFile;
import io.unanimous.sim.check.Observation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the resources of the crash rung, two databases and the notes beside them, say of themselves, outside of all
 * transactions: the truth. For one thread.
 */
final class CrashBooks {

    static final int PURSES = 500;
    static final long OPENING_TOTAL = 2L * PURSES * 1_000;

    private final List<CrashBranch> branches;
    private final Set<BranchId> notesSeen = new HashSet<>();

    CrashBooks(CrashBranch... branches) {
        this.branches = List.of(branches);
    }

    /** Sets a ledger up; purses keep their money, and effects are written beside them, one row each. */
    static void open(Ledger ledger) {
        ledger.execute("CREATE TABLE IF NOT EXISTS purse (id int PRIMARY KEY, balance bigint NOT NULL)");
        // No key: that an effect is there twice is for the checker to see, not for the database to prevent.
        ledger.execute("CREATE TABLE IF NOT EXISTS effect (tx text, branch text, amount bigint)");
        ledger.execute(
                "INSERT INTO purse SELECT i, 1000 FROM generate_series(1, " + PURSES + ") i ON CONFLICT DO NOTHING");
    }

    /** The prepared branches of all resources. */
    Set<String> prepared() {
        Set<String> prepared = new HashSet<>();
        for (CrashBranch branch : branches) {
            prepared.addAll(branch.ledger().prepared());
            try {
                NoteStore.prepared(branch.notes()).forEach(note -> prepared.add(note.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list the notes of " + branch.notes(), e);
            }
        }
        return prepared;
    }

    /** Writes down the effects that became visible since this was asked last, and the money in all. */
    void read(HistoryFile history) {
        long money = 0;
        for (CrashBranch branch : branches) {
            readEffects(branch.ledger(), history);
            readNotes(branch, history);
            money += money(branch.ledger());
        }
        history.record(
                new Observation.TotalRead(System.currentTimeMillis(), "run", "both ledgers", money, OPENING_TOTAL));
    }

    private static void readEffects(Ledger ledger, HistoryFile history) {
        List<Observation> effects = ledger.query("DELETE FROM effect RETURNING tx, branch, amount", rows -> {
            List<Observation> found = new ArrayList<>();
            while (rows.next()) {
                found.add(new Observation.Applied(
                        System.currentTimeMillis(),
                        ledger.resource(),
                        rows.getString(1),
                        rows.getString(2),
                        rows.getLong(3)));
            }
            return found;
        });
        effects.forEach(history::record);
    }

    private void readNotes(CrashBranch branch, HistoryFile history) {
        try {
            for (BranchId note : NoteStore.committed(branch.notes())) {
                if (notesSeen.add(note)) {
                    history.record(new Observation.Applied(
                            System.currentTimeMillis(), "notes", note.transactionId(), note.branch(), 0));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the notes of " + branch.notes(), e);
        }
    }

    private static long money(Ledger ledger) {
        return ledger.query("SELECT sum(balance) FROM purse", rows -> {
            rows.next();
            return rows.getLong(1);
        });
    }
}

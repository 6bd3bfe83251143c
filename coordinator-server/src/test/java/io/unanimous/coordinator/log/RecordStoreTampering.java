package io.unanimous.coordinator.log;

import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Writes into a closed store past its own code. */
final class RecordStoreTampering {
    private RecordStoreTampering() {}

    static void put(Path directory, byte[] key, byte[] value) throws RocksDBException {
        try (Options options = new Options();
                RocksDB db = RocksDB.open(
                        options, directory.resolve(StoreFiles.RECORDS).toString())) {
            db.put(key, value);
        }
    }
}

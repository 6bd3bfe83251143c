package io.unanimous.it;

import io.unanimous.coordinator.log.DecisionLog;
import io.unanimous.coordinator.log.StoreException;
import java.nio.file.Path;
import java.util.List;

/** A process that opens a store beside another one, writes a record if it can, and says so. */
final class SecondStoreMain {

    /** What it says when it could. */
    static final String WRITTEN = "written";

    private SecondStoreMain() {}

    /** The store's directory is the only argument. */
    public static void main(String[] arguments) {
        try (DecisionLog log = DamagedStore.open(Path.of(arguments[0]))) {
            log.replay(record -> {});
            log.append(List.of(DamagedStore.another(log.lastNumber() + 1)), true);
            System.out.println(WRITTEN);
        } catch (StoreException refusal) {
            System.out.println("refused: " + refusal.getMessage());
        }
    }
}

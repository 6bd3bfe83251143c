package io.unanimous.bench.ours;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import java.util.List;

/** Ours with a log that syncs never, or slowly; see {@link BenchCoordinator}. */
public final class AlteredFactory implements ContenderFactory {

    /** The option that leaves syncs out. */
    static final String UNSYNCED = "unsynced";

    @Override
    public Contender start(Setting setting) throws Exception {
        String syncs = setting.option(UNSYNCED, "false").equals("true")
                ? BenchCoordinator.NEVER
                : String.valueOf(setting.syncDelay().toMillis());
        ServerProcess server = ServerProcess.java(
                "bench-coordinator",
                setting.directory(),
                ServerProcess.ownClassPath(),
                List.of(
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dlogback.configurationFile=io/unanimous/coordinator/server/logback.xml"),
                BenchCoordinator.class.getName(),
                List.of(setting.directory().resolve("data").toString(), syncs));
        return Ready.connect(server, setting);
    }
}

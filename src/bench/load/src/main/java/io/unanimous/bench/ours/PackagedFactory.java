package io.unanimous.bench.ours;

import io.unanimous.bench.contender.Contender;
import io.unanimous.bench.contender.ContenderFactory;
import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Ours as users run it: the packaged launcher with its own JVM flags and all defaults. */
public final class PackagedFactory implements ContenderFactory {

    private static final String HOME_PROPERTY = "unanimous.home";

    @Override
    public Contender start(Setting setting) throws Exception {
        Path launcher =
                Path.of(System.getProperty(HOME_PROPERTY, "src/dist/target/unanimous"), "bin", "tx-coordinator");
        if (!Files.isExecutable(launcher)) {
            throw new IllegalStateException(launcher.toAbsolutePath()
                    + " is missing: build src/dist first (mvn package), or say -D" + HOME_PROPERTY + "=DIR");
        }
        ServerProcess server = ServerProcess.start(
                "tx-coordinator",
                setting.withoutSyncDelay("the packaged daemon").directory(),
                List.of(
                        launcher.toAbsolutePath().toString(),
                        "--data-dir",
                        setting.directory().resolve("data").toString(),
                        "--listen",
                        "127.0.0.1:0"));
        return Ready.connect(server, setting);
    }
}

package io.unanimous.examples.quickstart;

import io.unanimous.examples.bank.ServiceClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One of the bank's services as a process of the run. */
final class Service implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofSeconds(30);

    private final String name;
    private final RunDirectory run;
    private final List<String> command;
    private final ServiceClient client;
    private volatile ChildProcess process;
    private volatile int port = -1;

    /**
     * Starts a service.
     *
     * @param name the name of its resource too
     * @param arguments what it needs besides resource, coordinator and evidence file
     */
    Service(String name, Class<?> main, RunDirectory run, String coordinator, List<String> arguments) {
        this.name = name;
        this.run = run;
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dbank.log=" + run.log(name),
                "-Dlogback.configurationFile=bank-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                "--resource",
                name,
                "--coordinator",
                coordinator,
                "--evidence",
                run.file(name + "-evidence").toString()));
        command.addAll(arguments);
        client = new ServiceClient(name, () -> port);
        process = ChildProcess.start(name, run, command);
    }

    String name() {
        return name;
    }

    /** Calls it, wherever it listens. */
    ServiceClient client() {
        return client;
    }

    ChildProcess process() {
        return process;
    }

    void awaitReady() throws InterruptedException {
        String[] words = process.awaitFirstLine(READY_MAX).split(" ", -1);
        if (words.length != 2 || !words[0].equals("ready")) {
            throw new QuickstartFailure(name + " did not say that it is ready; see " + run.log(name));
        }
        port = Integer.parseInt(words[1]);
    }

    void restart() throws InterruptedException {
        process = ChildProcess.start(name, run, command);
        awaitReady();
    }

    /** Kills it: what it must not lose is on disk, and nobody waits for it any more. */
    @Override
    public void close() throws InterruptedException {
        process.kill();
    }
}

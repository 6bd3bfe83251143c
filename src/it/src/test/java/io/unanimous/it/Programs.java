package io.unanimous.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Where the programs under test are, and how test programs of our own are started. */
final class Programs {

    private static final String HOST = "127.0.0.1";
    private static final int JDK_THAT_WARNS = 24;

    private Programs() {}

    /** A launcher of the distribution that the build laid out. */
    static Path launcher(String name) {
        Path home = Path.of(System.getProperty("unanimous.home", "../dist/target/unanimous"));
        Path launcher = home.resolve("bin").resolve(name).toAbsolutePath().normalize();
        if (!Files.isExecutable(launcher)) {
            throw new IllegalStateException(launcher + " is missing: build src/dist first (mvn package)");
        }
        return launcher;
    }

    /** The command of a packaged program. */
    static List<String> packaged(String name, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(launcher(name).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command of a main class among the tests; its JVM is set up to start quickly. */
    static List<String> ownMain(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Xshare:auto"));
        if (Runtime.version().feature() >= JDK_THAT_WARNS) {
            command.add("--sun-misc-unsafe-memory-access=allow");
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** A free loopback address that stays free over restarts: below the ports that the system gives out by itself. */
    static String freeAddress() {
        for (int attempts = 0; attempts < 200; attempts++) {
            int port = ThreadLocalRandom.current().nextInt(12_000, 30_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
                return HOST + ":" + probe.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("no free port found");
    }

    /** The port of an address as {@link #freeAddress} gives it. */
    static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}

package io.unanimous.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace with two links into it, each of which can be cut as if a cable were pulled: packets vanish, and nobody
 * is told. The coordinator lives inside; one participant dials it over the first link, everybody else over the second.
 *
 * <p>A process without a network of its own keeps the namespace alive and ends with this JVM's end of its standard input;
 * namespace and links go with it.
 */
final class CutNetwork implements AutoCloseable {

    private static final Duration COMMAND_MAX = Duration.ofSeconds(10);
    private static final int LINKS = 2;

    /** A machine does not allow it, and why. */
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;

        Unavailable(String why) {
            super(why);
        }
    }

    private final ChildProcess holder;
    private final String prefix;
    private final int subnet;

    private CutNetwork(ChildProcess holder, int subnet) {
        this.holder = holder;
        this.prefix = "un" + holder.pid() % 10_000_000;
        this.subnet = subnet;
    }

    /** Makes one, or says why this machine does not allow it. */
    static CutNetwork open() throws Unavailable {
        run(List.of("unshare", "--net", "true"));
        ChildProcess holder =
                ChildProcess.start("namespace", List.of("unshare", "--net", "sh", "-c", "echo here; exec cat"));
        CutNetwork network = new CutNetwork(holder, (int) (holder.pid() % 200));
        try {
            holder.awaitLine("here"::equals, "here", COMMAND_MAX);
            network.inside("ip", "link", "set", "lo", "up");
            for (int link = 0; link < LINKS; link++) {
                network.lay(link);
            }
            return network;
        } catch (Unavailable e) {
            network.close();
            throw e;
        }
    }

    private void lay(int link) throws Unavailable {
        String outer = prefix + "o" + link;
        run(List.of(
                "ip", "link", "add", outer, "type", "veth", "peer", "name", inner(link), "netns", "" + holder.pid()));
        run(List.of("ip", "address", "add", address(link, 1) + "/30", "dev", outer));
        run(List.of("ip", "link", "set", outer, "up"));
        inside("ip", "address", "add", address(link, 2) + "/30", "dev", inner(link));
        inside("ip", "link", "set", inner(link), "up");
    }

    private String inner(int link) {
        return prefix + "i" + link;
    }

    /** The first host of a link's subnet is outside, the second inside. */
    private String address(int link, int host) {
        return "10.219." + subnet + "." + (4 * link + host);
    }

    /** Where the coordinator is reached over a link. */
    String host(int link) {
        return address(link, 2);
    }

    /** The command that runs another inside. */
    List<String> within(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("nsenter", "--target", "" + holder.pid(), "--net", "--"));
        whole.addAll(command);
        return whole;
    }

    void cut(int link) {
        set(link, "down");
    }

    void heal(int link) {
        set(link, "up");
    }

    private void set(int link, String state) {
        try {
            inside("ip", "link", "set", inner(link), state);
        } catch (Unavailable e) {
            throw new AssertionError("a link cannot be set " + state, e);
        }
    }

    private void inside(String... command) throws Unavailable {
        run(within(List.of(command)));
    }

    private static void run(List<String> command) throws Unavailable {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            if (!process.waitFor(COMMAND_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new Unavailable(String.join(" ", command) + ": no end within " + COMMAND_MAX);
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new Unavailable(String.join(" ", command) + ": " + said.strip());
            }
        } catch (IOException e) {
            throw new Unavailable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        holder.close();
    }
}

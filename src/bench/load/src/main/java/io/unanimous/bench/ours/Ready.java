package io.unanimous.bench.ours;

import io.unanimous.bench.contender.ServerProcess;
import io.unanimous.bench.contender.Setting;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The line by which a coordinator says that it serves, and where. */
final class Ready {

    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:\\d+");

    private Ready() {}

    /** Waits for the line, and connects. */
    static OursContender connect(ServerProcess server, Setting setting) throws Exception {
        try {
            Matcher address = ADDRESS.matcher(
                    server.awaitLine(line -> ADDRESS.matcher(line).find()));
            if (!address.find()) {
                throw new IllegalStateException("the ready line names no address");
            }
            return OursContender.connect(server, address.group(), setting);
        } catch (Throwable failed) {
            server.close();
            throw failed;
        }
    }
}

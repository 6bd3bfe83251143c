package io.unanimous.cli;

import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Tells this program's version. */
@Command(
        name = "version",
        description = {"Tells this program's version.", "The coordinator's is in tx-admin status."},
        footer = {"  tx-admin version"})
final class VersionCommand extends DocumentedCommand {
    private final Shell shell;
    private final GlobalOptions options;

    VersionCommand(Shell shell, GlobalOptions options) {
        this.shell = shell;
        this.options = options;
    }

    @Override
    public Integer call() {
        if (options.output() == OutputFormat.table) {
            shell.out().println(line());
        } else {
            options.output()
                    .print(
                            shell.out(),
                            new Value.Fields()
                                    .with("version", Value.of(version()))
                                    .with("java", Value.of(java())));
        }
        return ExitCode.OK;
    }

    /** This build's version; "development" outside a jar. */
    static String version() {
        return Objects.requireNonNullElse(VersionCommand.class.getPackage().getImplementationVersion(), "development");
    }

    private static String java() {
        return Objects.requireNonNullElse(System.getProperty("java.version"), "?");
    }

    private static String line() {
        return "tx-admin " + version() + " (Java " + java() + ")";
    }

    /** The same for {@code tx-admin --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }
    }
}

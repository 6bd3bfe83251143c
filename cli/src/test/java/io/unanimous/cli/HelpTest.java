package io.unanimous.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class HelpTest {
    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final TestShell shell = new TestShell(coordinator);

    @AfterEach
    void close() {
        coordinator.close();
    }

    @Test
    void rootHelpTellsTheWholeStory() {
        assertThat(shell.run("--help")).isEqualTo(ExitCode.OK);
        Golden.check("help.txt", shell.out());
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void helpOfAnOverrideTellsTheWholeStory() {
        assertThat(shell.run("help resolve")).isEqualTo(ExitCode.OK);
        Golden.check("help-resolve.txt", shell.out());
        TestShell option = new TestShell(coordinator);
        option.run("resolve --help");
        assertThat(option.out()).isEqualTo(shell.out());
    }

    @Test
    void everyCommandHasADescriptionExamplesAndExitCodes() {
        for (CommandLine command : all(TxAdmin.commandLine(Shell.ofProcess()))) {
            String name = command.getCommandSpec().qualifiedName();
            UsageMessageSpec usage = command.getCommandSpec().usageMessage();
            assertThat(usage.description()).as(name).isNotEmpty();
            assertThat(usage.description()[0]).as(name).endsWith(".").hasSizeLessThanOrEqualTo(72);
            assertThat(usage.footer()).as(name).isNotEmpty();
            assertThat(usage.footer()[0]).as(name).contains("tx-admin");
            assertThat(usage.exitCodeList()).as(name).hasSize(8);
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertThat(option.description())
                        .as("%s %s", name, option.longestName())
                        .isNotEmpty();
            }
        }
    }

    @Test
    void helpFindsCommandsBelowCommands() {
        assertThat(shell.run("help hold release")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).startsWith("Usage: tx-admin hold release ");
        TestShell overview = new TestShell(coordinator);
        assertThat(overview.run("help")).isEqualTo(ExitCode.OK);
        assertThat(overview.out()).startsWith("Usage: tx-admin ");
        assertThat(overview.run("help hold lift")).isEqualTo(ExitCode.USAGE);
        assertThat(overview.err()).contains("'hold lift'");
    }

    @Test
    void withoutACommandItSaysWhatToDo() {
        assertThat(shell.run("")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("tx-admin list").contains("tx-admin --help");
        assertThat(shell.run("hold")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("tx-admin hold show");
    }

    @Test
    void misspeltCommandGetsASuggestion() {
        assertThat(shell.run("lits")).isEqualTo(ExitCode.USAGE);
        assertThat(shell.err()).contains("tx-admin list");
    }

    @Test
    void helpHasNoColourWithoutATerminal() {
        shell.run("--help");
        assertThat(shell.out()).doesNotContain("\u001b");
    }

    @Test
    void completionIsAScriptThatKnowsEveryCommand() {
        assertThat(shell.run("completion")).isEqualTo(ExitCode.OK);
        assertThat(shell.out()).startsWith("#!/usr/bin/env bash").contains("complete ");
        for (String name :
                TxAdmin.commandLine(Shell.ofProcess()).getSubcommands().keySet()) {
            assertThat(shell.out()).contains("_picocli_tx-admin_" + name);
        }
        assertThat(shell.out()).contains("rolling-back");
        assertThat(coordinator.asked).isEmpty();
    }

    private static List<CommandLine> all(CommandLine command) {
        List<CommandLine> commands = new ArrayList<>(List.of(command));
        command.getSubcommands().values().forEach(each -> commands.addAll(all(each)));
        return commands;
    }
}

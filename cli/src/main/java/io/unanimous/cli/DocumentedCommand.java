package io.unanimous.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** A command whose help has the same headings as the others', and says what the exit codes mean. */
@Command(
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:Done.",
            "  1:It failed, or you answered no.",
            "  2:The command line is wrong, an id is ambiguous, or an override lacks --reason or --yes.",
            "  3:No coordinator answers, it is overloaded, or it took longer than --timeout.",
            "  4:No such transaction or branch.",
            "  5:Refused by the state that things are in: nothing was changed.",
            "130:Ended by Ctrl-C.",
            "141:Whoever read the output went away."
        },
        sortOptions = false,
        sortSynopsis = false,
        usageHelpWidth = 100)
abstract class DocumentedCommand implements Callable<Integer> {}

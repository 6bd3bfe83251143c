package io.unanimous.cli;

import io.unanimous.v1.ListParticipantsRequest;
import io.unanimous.v1.ListParticipantsResponse;
import io.unanimous.v1.ParticipantDetail;
import io.unanimous.v1.ResourceDetail;
import java.io.PrintStream;
import java.time.Instant;
import picocli.CommandLine.Command;

/** Shows who is connected. */
@Command(
        name = "participants",
        description = {
            "Shows who is connected, and for which resources.",
            "Also the resources that the coordinator knows and nobody is connected for. One with branches in doubt and no"
                    + " participant is what keeps transactions waiting: start its service."
        },
        footer = {
            "  tx-admin participants",
            "  tx-admin participants --output json | jq '.resources[] | select(.participants == 0)'"
        })
final class ParticipantsCommand extends CoordinatorCommand {
    ParticipantsCommand(Shell shell, GlobalOptions options) {
        super(shell, options);
    }

    @Override
    int run(AdminConnection coordinator) {
        ListParticipantsResponse response =
                coordinator.call(stub -> stub.listParticipants(ListParticipantsRequest.getDefaultInstance()));
        print(
                () -> Documents.of(response),
                out -> printTable(out, response, shell().clock().instant()));
        if (response.getParticipantsCount() == 0) {
            shell().say("No participant is connected.");
        }
        return ExitCode.OK;
    }

    private static void printTable(PrintStream out, ListParticipantsResponse response, Instant now) {
        Table participants = new Table("PARTICIPANT", "INCARNATION", "CONNECTED", "RESOURCES");
        for (ParticipantDetail participant : response.getParticipantsList()) {
            participants.add(
                    participant.getParticipant(),
                    participant.getIncarnation(),
                    Durations.momentAndAge(participant.getConnectedUnixMs(), now),
                    String.join(",", participant.getResourcesList()));
        }
        participants.printTo(out, "");

        Table resources = new Table("RESOURCE", "PARTICIPANTS", "IN DOUBT", "LAST SCAN", "FINGERPRINT");
        for (ResourceDetail resource : response.getResourcesList()) {
            resources.add(
                    resource.getResource(),
                    Integer.toUnsignedString(resource.getParticipants()),
                    Integer.toUnsignedString(resource.getInDoubtBranches()),
                    Durations.momentAndAge(resource.getLastScanUnixMs(), now),
                    resource.getFingerprint());
        }
        if (response.getParticipantsCount() > 0 && response.getResourcesCount() > 0) {
            out.println();
        }
        resources.printTo(out, "");
    }
}

package io.unanimous.examples.bank;

import io.unanimous.examples.bank.HttpEndpoint.RefusedException;
import io.unanimous.sdk.BranchId;
import io.unanimous.sdk.ParticipantHandle;
import io.unanimous.sdk.RequestRejectedException;
import io.unanimous.sdk.UnanimousClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A service without a database: {@code POST /seats?transfer=N} reserves a seat, as part of the transaction that the
 * header {@code unanimous-transaction-id} names.
 *
 * <p>The seat is held durably before the request is answered. So there is nothing left to prepare, and the branch gives
 * its vote together with its enlistment, which saves a round trip at commit.
 */
@Command(name = "seat-service", description = "Reserves seats, and keeps them in a file.")
public final class SeatService implements Callable<Integer> {

    private static final byte[] NO_PAYLOAD = {};

    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    @Option(names = "--file", required = true, description = "The file that keeps the seats.")
    private @Nullable Path file;

    @Option(names = "--seats", required = true, description = "How many seats there are.")
    private int seats;

    private SeatService() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new SeatService()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        try (SeatFile seatFile = new SeatFile(Objects.requireNonNull(file), seats);
                UnanimousClient client = UnanimousClient.connect(options.clientOptions())) {
            ParticipantHandle participant = client.participant(options.resource(), new SeatParticipant(seatFile));
            Map<String, HttpEndpoint.Handler> paths = Map.of(
                    "/seats", request -> reserve(participant, seatFile, request),
                    "/standing", request -> standing(seatFile));
            try (HttpEndpoint endpoint = HttpEndpoint.open(paths)) {
                ServiceOptions.serveUntilInputEnds(endpoint);
            }
        }
        return 0;
    }

    private static String reserve(ParticipantHandle participant, SeatFile seats, HttpEndpoint.Request request)
            throws IOException, RefusedException {
        BranchId branch = participant.branchOf(request.transactionId());
        int seat = seats.hold(branch, request.number("transfer"))
                .orElseThrow(() -> new RefusedException(ServiceClient.BUSINESS_REFUSAL, "no seat is free"))
                .seat();
        try {
            participant.enlistPrepared(request.transactionId(), NO_PAYLOAD);
        } catch (RequestRejectedException e) {
            // Refused for certain, so the vote never counted and can be taken back. On any other exception it may have
            // counted, and the promise holds: the seat stays held until the coordinator says what became of it, which
            // the client asks by itself.
            seats.free(branch);
            throw new RefusedException(409, String.valueOf(e.getMessage()));
        }
        return "seat " + seat;
    }

    private static String standing(SeatFile seats) throws IOException {
        StringBuilder text = new StringBuilder();
        for (BranchId holder : seats.holders()) {
            text.append("held ").append(holder).append('\n');
        }
        for (SeatFile.Reservation taken : seats.taken()) {
            text.append("taken ")
                    .append(taken.seat())
                    .append(' ')
                    .append(taken.transfer())
                    .append('\n');
        }
        return text.toString();
    }
}

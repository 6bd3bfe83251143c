package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What an application sees of the stages that it is handed. */
final class StagesTest {

    private final Stages stages = new Stages(Runnable::run);
    private final RolledBackException refused = new RolledBackException("tx", "", "", "");

    @Test
    void aStageFailsWithTheVeryExceptionWheneverItFails() {
        CompletableFuture<String> inside = new CompletableFuture<>();
        AtomicReference<Throwable> seen = new AtomicReference<>();

        stages.handOut(inside).whenComplete((value, failure) -> seen.set(failure));
        inside.completeExceptionally(refused);

        assertThat(seen.get()).isSameAs(refused);
    }

    @Test
    void aStageThatHasFailedAlreadyTellsTheVeryExceptionToo() {
        AtomicReference<Throwable> seen = new AtomicReference<>();

        stages.handOut(CompletableFuture.failedFuture(refused)).whenComplete((value, failure) -> seen.set(failure));

        assertThat(seen.get()).isSameAs(refused);
    }

    @Test
    void whatAnApplicationDoesToItsStageLeavesTheOneInsideAlone() {
        CompletableFuture<String> inside = new CompletableFuture<>();

        stages.handOut(inside).toCompletableFuture().complete("mine");

        assertThat(inside).isNotDone();
    }
}

/**
 * For tests of applications: a real coordinator within the test's process, that can be crashed at named points and started
 * again, and a client that dies at named points.
 *
 * <pre>{@code
 * try (InProcessCoordinator coordinator = InProcessCoordinator.start();
 *     UnanimousClient client = UnanimousClient.connect(coordinator.target())) {
 *   ... register participants, begin, join, work ...
 *   coordinator.crashAt(CrashPoint.AFTER_SYNC_BEFORE_RELEASE);
 *   CompletionStage<TransactionOutcome> commit = tx.commitAsync();
 *   coordinator.awaitCrash(Duration.ofSeconds(10));
 *   coordinator.restart();
 *   coordinator.awaitSettled(Duration.ofSeconds(10));
 *   ... the transaction is committed, everywhere ...
 * }
 * }</pre>
 *
 * <p>It needs no test framework, and works with any.
 */
@NullMarked
package io.unanimous.testkit;

import org.jspecify.annotations.NullMarked;

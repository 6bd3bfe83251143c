package io.unanimous.coordinator.server;

import io.unanimous.coordinator.runtime.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process at once: nobody is told anything more, and the next start believes only what it reads back. */
final class HaltingFaultHandler implements FaultHandler {

    private static final Logger LOG = LoggerFactory.getLogger("unanimous");

    @Override
    public void fault(String doing, Throwable cause) {
        try {
            LOG.error(
                    "stopping with {}: {} failed, and nobody knows what reached the disk; start again to go on from what did",
                    ExitCodes.FAULT,
                    doing,
                    cause);
        } finally {
            Runtime.getRuntime().halt(ExitCodes.FAULT);
        }
    }
}

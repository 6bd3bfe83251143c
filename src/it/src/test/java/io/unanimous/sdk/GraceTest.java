package io.unanimous.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.unanimous.coordinator.core.Limits;
import org.junit.jupiter.api.Test;

/** The defaults of coordinator and participant, which no module alone can compare. */
class GraceTest {

    /**
     * A participant whose coordinator was replaced while the network was away hears of no end: it notices by silence, may
     * just have begun the longest wait between two tries, and scans before it reports. Until then an old copy of the store
     * must presume nothing, since the report may show that records were lost (P10).
     */
    @Test
    void outlastsWhatAParticipantTakesToReport() {
        ClientOptions options = ClientOptions.builder("127.0.0.1:1").build();
        assertThat(Limits.defaults().graceMs())
                .isGreaterThan(options.silenceMax()
                        .plus(options.reconnectMax())
                        .plus(options.scanBeforeHelloMax())
                        .toMillis());
    }
}

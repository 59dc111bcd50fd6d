// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.rejected;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.Pointsman;
import org.junit.jupiter.api.Test;

/** What fails before any profile runs: a screener keeps the request out, an admission lets it in. */
class FailingGateTest {
    @Test
    void screenerThatThrows_refusesTheRequest() {
        Screener broken = (cycle, candidates) -> {
            candidates.remove(0);
            throw new IllegalStateException("screener");
        };
        Pointsman pointsman =
                Pointsman.builder(fleet(3)).plugin("broken", broken).build();

        Rejection rejection = rejected(pointsman, request("r"));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.PLUGIN_FAILED);
        assertThat(rejection.plugin()).isEqualTo("broken");
        assertThat(pointsman.failures("broken")).isEqualTo(1);
    }

    @Test
    void admissionThatThrows_admits() {
        Admission broken = (cycle, candidates) -> {
            throw new IllegalStateException("admission");
        };
        Pointsman pointsman =
                Pointsman.builder(fleet(3)).plugin("broken", broken).build();

        dispatched(pointsman, request("r"));

        assertThat(pointsman.failures("broken")).isEqualTo(1);
    }
}

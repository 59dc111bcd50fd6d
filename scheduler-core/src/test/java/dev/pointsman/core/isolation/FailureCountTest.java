// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static dev.pointsman.core.isolation.Plugins.BROKEN_SCORER;
import static dev.pointsman.core.isolation.Plugins.filter;
import static dev.pointsman.core.isolation.Plugins.preferring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import org.junit.jupiter.api.Test;

/** Every failure is counted for its own plugin, whoever is told of it. */
class FailureCountTest {
    @Test
    void failures_countEveryTimeAndForEachPluginAlone() {
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(preferring("e1")
                        .filter(PluginRef.instance("filter", filter(false)))
                        .scorer(BROKEN_SCORER, 1)
                        .build())
                .build();

        for (int i = 0; i < 10; i++) {
            dispatched(pointsman, request("r" + i));
        }

        assertThat(pointsman.failures("filter")).isEqualTo(10);
        assertThat(pointsman.failures("broken")).isEqualTo(10);
        assertThat(pointsman.failures("scorer")).isZero();
        assertThat(pointsman.failures("nobody")).isZero();
    }

    @Test
    void evaluation_countsFailuresButTellsNobody() {
        Recorder recorder = new Recorder();
        Pointsman pointsman = Pointsman.builder(fleet(2))
                .profile(preferring("e1")
                        .scorer(BROKEN_SCORER, 1)
                        .scorer((request, candidate) -> 2, 1)
                        .build())
                .plugin("recorder", recorder)
                .build();

        pointsman.evaluate(request("r"));

        assertThat(recorder.events).isEmpty();
        assertThat(pointsman.failures("broken")).isEqualTo(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The compatibility kit: whatever the engine relies on, for the factories and the plugins that they make. */
class PluginContractTest {
    @Test
    void homeScorer_keepsTheContract() {
        PluginContract.of(new HomeScorerFactory()).verify();
        PluginContract.of(new HomeScorerFactory(), Map.of("homes", 2, "header", "x-tenant"))
                .verify();
    }

    @Test
    void concurrencyLimitFilter_keepsTheContract() {
        PluginContract.of(new ConcurrencyLimitFilterFactory(), Map.of("limit", 8))
                .verify();
        PluginContract.of(new ConcurrencyLimitFilterFactory(), Map.of("limit", 1, "keepUnknown", false))
                .verify();
    }

    @Test
    void homeScorer_wrongParameter_isNamedWithItsPlace() {
        Parameters parameters = Parameters.of("plugins[3].parameters", Map.of("homes", 17));

        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> new HomeScorerFactory().create("home-scorer", parameters))
                .withMessageStartingWith("plugins[3].parameters.homes: must be 1 to 16, but was 17.");
    }

    @Test
    void homeScorer_withoutParameters_hasTheDescribedDefaults() {
        HomeParameters defaults = Parameters.of("", Map.of()).bind(HomeParameters.class);

        assertThat(defaults).isEqualTo(new HomeParameters("", 1024, 1));
    }
}

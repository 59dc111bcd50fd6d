// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.topology.Topology.Tier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TopologyTest {
    private static final Topology LLM_D = new Topology(Semantics.LLM_D);
    private static final Topology OURS = new Topology(Semantics.CORRECTED);

    @ParameterizedTest
    @CsvSource({
        "h1, r1, z1, g1, HOST",
        "h2, r1, z1, g1, RACK",
        "h2, r2, z1, g1, ZONE",
        "h2, r2, z2, g1, REGION",
        "h2, r2, z2, g2, NONE"
    })
    void eachTier_isFound_byBothReadings(String host, String rack, String zone, String region, Tier expected) {
        Endpoint peer = endpoint("h1", "r1", "z1", "g1");
        Endpoint other = endpoint(host, rack, zone, region);

        assertThat(LLM_D.shared(peer, other)).isEqualTo(expected);
        assertThat(OURS.shared(peer, other)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void unstatedAndBlankTiers_areNotShared(Semantics semantics) {
        Topology topology = new Topology(semantics);

        assertThat(topology.shared(endpoint("", " ", "", ""), endpoint("", " ", "", "")))
                .isEqualTo(Tier.NONE);
        assertThat(topology.shared(Endpoint.of("a", "a:1"), endpoint("h1", "r1", "z1", "g1")))
                .isEqualTo(Tier.NONE);
        assertThat(topology.shared(endpoint("", "r1", "", ""), endpoint("h1", "r1", "z1", "g1")))
                .isEqualTo(Tier.RACK);
    }

    @Test
    void sameRackNameInAnotherRegion_isSharedForLlmDOnly() {
        Endpoint here = endpoint("h1", "rack-7", "z1", "eu");
        Endpoint there = endpoint("h2", "rack-7", "z2", "us");

        assertThat(LLM_D.shared(here, there)).isEqualTo(Tier.RACK);
        assertThat(OURS.shared(here, there)).isEqualTo(Tier.NONE);
    }

    @Property
    void shared_isTheTightestEqualTier_unlessAWiderOneDiffers(
            @ForAll @Size(4) @IntRange(max = 2) int[] one, @ForAll @Size(4) @IntRange(max = 2) int[] other) {
        // 0 stands for not stated.
        Tier plain = Tier.NONE;
        Tier nested = Tier.NONE;
        boolean apart = false;
        for (int i = 3; i >= 0; i--) {
            boolean stated = one[i] != 0 && other[i] != 0;
            boolean equal = stated && one[i] == other[i];
            plain = equal ? Tier.values()[i] : plain;
            apart |= stated && !equal;
            nested = equal && !apart ? Tier.values()[i] : nested;
        }

        assertThat(LLM_D.shared(endpoint(one), endpoint(other))).isEqualTo(plain);
        assertThat(OURS.shared(endpoint(one), endpoint(other))).isEqualTo(nested);
        assertThat(OURS.shared(endpoint(other), endpoint(one))).isEqualTo(nested);
        assertThat(plain.within(nested)).isTrue();
    }

    private static Endpoint endpoint(int... values) {
        return endpoint(name(values[0]), name(values[1]), name(values[2]), name(values[3]));
    }

    private static String name(int value) {
        return value == 0 ? "" : "v" + value;
    }

    private static Endpoint endpoint(String host, String rack, String zone, String region) {
        return Endpoint.builder("e", "e:1")
                .label(Tier.HOST.label(), host)
                .label(Tier.RACK.label(), rack)
                .label(Tier.ZONE.label(), zone)
                .label(Tier.REGION.label(), region)
                .build();
    }
}

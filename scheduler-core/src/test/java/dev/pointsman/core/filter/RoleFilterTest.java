// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.core.scorer.SteadyCycle;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import org.junit.jupiter.api.Test;

class RoleFilterTest {
    private static final TestFleet FLEET = oneOfEachRole();

    @Test
    void decode_keepsWhatDecodes_andWhatStatesNoRole() {
        assertThat(TestCycle.of(FLEET).filter(RoleFilter.decode()))
                .containsExactly("UNSPECIFIED", "DECODE", "PREFILL_DECODE", "ENCODE_PREFILL_DECODE");
    }

    @Test
    void prefill_keepsOnlyWhatStatesIt() {
        assertThat(TestCycle.of(FLEET).filter(RoleFilter.prefill()))
                .containsExactly("PREFILL", "PREFILL_DECODE", "ENCODE_PREFILL", "ENCODE_PREFILL_DECODE");
    }

    @Test
    void encode_keepsOnlyWhatStatesIt() {
        assertThat(TestCycle.of(FLEET).filter(RoleFilter.encode()))
                .containsExactly("ENCODE", "ENCODE_PREFILL", "ENCODE_PREFILL_DECODE");
    }

    @Test
    void unknownLabel_servesNoStage() {
        TestCycle cycle = TestCycle.of(TestFleet.builder()
                .endpoint(Endpoint.builder("a", "a:1")
                        .label(Role.LABEL, "encode-decode")
                        .build())
                .build());

        assertThat(cycle.filter(RoleFilter.decode())).isEmpty();
        assertThat(cycle.filter(RoleFilter.prefill())).isEmpty();
        assertThat(cycle.filter(RoleFilter.encode())).isEmpty();
    }

    @Test
    void areConstraints_andNameTheirStage() {
        assertThat(RoleFilter.decode().constraint()).isTrue();
        assertThat(RoleFilter.prefill()).hasToString("RoleFilter[PREFILL]");
    }

    @Test
    void filtering_allocatesNothing() {
        RoleFilter filter = RoleFilter.encode();
        SteadyCycle cycle = new SteadyCycle(TestCycle.of(FLEET));
        TestCandidates candidates = TestCycle.of(FLEET).candidates();
        filter.filter(cycle, candidates); // so that the fixture's bits are there

        assertThat(Allocations.perCall(() -> filter.filter(cycle, candidates))).isLessThan(1);
    }

    private static TestFleet oneOfEachRole() {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Role role : Role.values()) {
            fleet.endpoint(Endpoint.builder(role.name(), "host:1").role(role).build());
        }
        return fleet.build();
    }
}
